"""Typed text in blocks, and as HTML that can't carry anything of its own."""

import re

from hypothesis import given
from hypothesis import strategies as st

from slp.lib.prose import blocks, to_html

TEXT = """## 1. Purpose

The two sides work
together.

- training
- mentoring

1) first
2) second
### Detail
Last."""


def test_headings_paragraphs_and_lists_in_their_order():
    assert [(b.kind, b.text, b.level, b.items) for b in blocks(TEXT)] == [
        ("heading", "1. Purpose", 2, []),
        ("paragraph", "The two sides work\ntogether.", 0, []),
        ("list", "", 0, ["training", "mentoring"]),
        ("numbered", "", 0, ["first", "second"]),
        ("heading", "Detail", 3, []),
        ("paragraph", "Last.", 0, []),
    ]


def test_as_html_below_a_heading():
    html = to_html("# A\n\nb\nc", top=3)
    assert html == "<h3>A</h3>\n<p>b<br>c</p>"


@given(st.text())
def test_nothing_typed_becomes_markup(text):
    marked = to_html(text + "<script>alert(1)</script>")
    assert "<script" not in marked
    known = ("<h3>", "</h3>", "<h4>", "</h4>", "<h5>", "</h5>", "<p>", "</p>", "<br>", "<ul ", "</ul>", "<ol ", "</ol>",
             "<li>", "</li>")  # fmt: skip
    for place in (i for i, c in enumerate(marked) if c == "<"):
        assert marked.startswith(known, place), marked[place : place + 10]


@given(st.text(alphabet="ab \n#-1.", max_size=80))
def test_no_word_is_lost(text):
    shown = " ".join([b.text + " " + " ".join(b.items) for b in blocks(text)])
    assert sum(c in "ab" for c in shown) == sum(c in "ab" for c in text)


def test_no_level_of_heading_is_skipped_whatever_was_typed():
    html = to_html("## First\n\n### Part\n\n## Second\n\n# Last", top=3)
    assert re.findall(r"<h(\d)>(\w+)", html) == [("3", "First"), ("4", "Part"), ("3", "Second"), ("3", "Last")]
