"""A calm terminal: what happens, in short lines; colour only where a person is looking."""

import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

DIM, BOLD, RED, GREEN = "2", "1", "31", "32"


def colour(text: str, code: str, stream=None) -> str:
    stream = stream or sys.stdout
    if not stream.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{code}m{text}\x1b[0m"


def say(text: str = "") -> None:
    _print(text, sys.stdout)


def step(text: str, since: float | None = None) -> None:
    took = colour(f"  {time.monotonic() - since:.1f} s", DIM) if since is not None else ""
    say(f"  {text}{took}")


def note(text: str) -> None:
    """Something happened while all is running."""
    say(f"{colour(time.strftime('%H:%M:%S'), DIM)}  {text}")


def complain(text: str) -> None:
    _print(colour(text, RED, sys.stderr), sys.stderr)


def quote(name: str, lines: Iterable[str]) -> None:
    """Lines of a child's log, each with the child's name before it."""
    for line in lines:
        say(f"{colour(f'{name:>8} |', DIM)} {line}")


def table(rows: list[tuple[str, ...]], heading: tuple[str, ...]) -> None:
    widths = [max(len(row[column]) for row in [heading, *rows]) for column in range(len(heading))]
    for row in [heading, *rows]:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        say("  " + (colour(line, BOLD) if row is heading else line))


def _print(text: str, stream) -> None:
    with suppress(OSError):  # the terminal went away; the work goes on
        print(text, file=stream, flush=True)
