"""Text as people type it, with light marks: headings, paragraphs, lists. One parser for pages and papers.

`## Heading` (one to three signs), `- item`, `1. item`; a blank line ends a paragraph. Everything else is plain text:
nothing in it is read as HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_HEADING = re.compile(r"^(#{1,3})\s+(.+?)\s*$")
_ITEM = re.compile(r"^\s*[-*•]\s+(.+)$")
_NUMBERED = re.compile(r"^\s*\d{1,3}[.)]\s+(.+)$")


@dataclass(frozen=True)
class Block:
    """One block: `kind` is "heading" (with `level` 1 to 3), "paragraph", "list" or "numbered" (then in `items`)."""

    kind: str
    text: str = ""
    level: int = 0
    items: list[str] = field(default_factory=list)


def blocks(text: str) -> list[Block]:
    """The text in blocks, in its order."""
    found: list[Block] = []
    lines: list[str] = []

    def end_paragraph() -> None:
        if lines:
            found.append(Block("paragraph", "\n".join(lines)))
            lines.clear()

    for line in text.replace("\r\n", "\n").split("\n"):
        heading = _HEADING.match(line)
        item, numbered = _ITEM.match(line), _NUMBERED.match(line)
        if heading:
            end_paragraph()
            found.append(Block("heading", heading[2], level=len(heading[1])))
        elif item or numbered:
            end_paragraph()
            kind = "list" if item else "numbered"
            if not (found and found[-1].kind == kind):
                found.append(Block(kind))
            found[-1].items.append((item or numbered)[1].strip())
        elif not line.strip():
            end_paragraph()
        else:
            lines.append(line.strip())
    end_paragraph()
    return found


def to_html(text: str, *, top: int = 3) -> SafeString:
    """The text as HTML below a heading of level `top` - 1. Every word of it is escaped.

    A heading goes one level below the one that it stands under, however many signs the author typed: a text that
    begins with `##` would otherwise skip a level, and a reader who hears the page would look for what is missing.
    """
    found, open_levels = [], []
    for block in blocks(text):
        if block.kind == "heading":
            open_levels = [level for level in open_levels if level < block.level]
            open_levels.append(block.level)
        found.append(_html(block, min(top + len(open_levels) - 1, 6)))
    return mark_safe("\n".join(found))  # noqa: S308 -- each part is escaped


def _html(block: Block, level: int) -> str:
    if block.kind == "heading":
        return f"<h{level}>{escape(block.text)}</h{level}>"
    if block.kind == "paragraph":
        return f"<p>{escape(block.text).replace(chr(10), '<br>')}</p>"
    tag = "ul" if block.kind == "list" else "ol"
    items = "".join(f"<li>{escape(item)}</li>" for item in block.items)
    return f'<{tag} class="usa-list">{items}</{tag}>'
