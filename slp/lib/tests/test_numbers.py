"""What an address or a hidden field may hold where a whole number belongs."""

from __future__ import annotations

import pytest

from slp.lib.numbers import LARGEST, whole_number, whole_numbers


@pytest.mark.parametrize("text", ["0", "7", "0042", str(LARGEST)])
def test_plain_digits_are_a_number(text):
    assert whole_number(text) == int(text)


@pytest.mark.parametrize("text", [None, "", "²", "٣", "-1", "1.0", " 1", "1e400", "abc", str(LARGEST + 1), "9" * 5000])
def test_anything_else_is_none(text):
    assert whole_number(text) is None


def test_many_keep_their_order_and_come_once():
    assert whole_numbers(["3", "²", "1", "3", str(LARGEST + 1)]) == [3, 1]
