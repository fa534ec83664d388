"""Whole numbers out of an address or a hidden field, where anybody can have written anything."""

from __future__ import annotations

from collections.abc import Iterable

LARGEST = 2**63 - 1  # PostgreSQL's bigint, the type of every primary key


def whole_number(text: str | None) -> int | None:
    """The number that `text` writes in plain digits and a column can hold, else nothing.

    `str.isdigit` and `isdecimal` are no guard for `int`: "²" is a digit that `int` refuses, and so are the digits
    of a number with more than 4,300 of them.
    """
    if not text or not (text.isascii() and text.isdecimal()) or len(text) > len(str(LARGEST)):
        return None
    number = int(text)
    return number if number <= LARGEST else None


def whole_numbers(texts: Iterable[str]) -> list[int]:
    """Those of the texts that are whole numbers, each once, in their order."""
    found = (whole_number(text) for text in texts)
    return list(dict.fromkeys(number for number in found if number is not None))
