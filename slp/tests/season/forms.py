"""The posting forms of a page, as a browser would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

ON = ("checkbox", "radio")


@dataclass
class PostingForm:
    """`action`: where it is sent to, "" for the page itself; `kinds`: name -> the kind of field; `values`: what a
    browser sends if nobody touches it, name -> values."""

    action: str
    kinds: dict[str, str] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PostingForm] = []
        self.open: PostingForm | None = None
        self.area = self.choice = ""
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and told.get("method", "").lower() == "post":
            self.open = PostingForm(told.get("action", ""))
            self.forms.append(self.open)
        elif self.open is not None and tag == "option" and self.choice and "selected" in told:
            self.open.add(self.choice, told.get("value", ""))
        elif self.open is not None and "__prefix__" not in told.get("name", "__prefix__"):
            self._field(tag, told)  # "__prefix__" names the empty form that a script copies

    def _field(self, tag: str, told: dict[str, str]) -> None:
        name, kind = told["name"], told.get("type", tag)
        if tag not in ("input", "select", "textarea"):
            return
        self.open.kinds[name] = kind
        if tag == "select":
            self.choice = name
        elif tag == "textarea":
            self.area, self.words = name, []
        elif kind not in ON or "checked" in told:
            self.open.add(name, told.get("value", "on" if kind in ON else ""))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.choice = ""
        elif tag == "textarea" and self.area:
            self.open.add(self.area, "".join(self.words).removeprefix("\n"))
            self.area = ""


def posting_forms(html: str) -> list[PostingForm]:
    reader = _Reader()
    reader.feed(html)
    return reader.forms
