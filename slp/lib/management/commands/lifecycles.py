"""`manage.py lifecycles`: every state table, as text, as JSON or as diagrams in the documentation."""

from __future__ import annotations

import json
import re
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from slp.lib.lifecycle import LIFECYCLES, Lifecycle, humanize_roles

BEGIN, END = "<!-- lifecycles: generated, do not edit -->", "<!-- end of lifecycles -->"


class Command(BaseCommand):
    help = "Print every lifecycle: states, verbs, who may do them, whether a reason is required."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--json", action="store_true", help="machine-readable")
        parser.add_argument("--write", metavar="FILE", help="renew the diagrams between the marks in FILE")

    def handle(self, *args, **options) -> None:
        tables = sorted(LIFECYCLES.values(), key=lambda table: table.name)
        if options["json"]:
            self.stdout.write(json.dumps([as_data(table) for table in tables], indent=2))
        elif options["write"]:
            self._write(Path(options["write"]), tables)
        else:
            for table in tables:
                self.stdout.write(as_text(table))

    def _write(self, path: Path, tables: list[Lifecycle]) -> None:
        try:
            text = path.read_text()
        except OSError as error:
            raise CommandError(f"{path} can't be read: {error.strerror}.") from error
        if BEGIN not in text or END not in text:
            raise CommandError(f"{path} has no marks: put “{BEGIN}” and “{END}” where the diagrams belong.")
        path.write_text(renewed(text, tables))
        self.stdout.write(f"{len(tables)} lifecycles written to {path}.")


def renewed(text: str, tables: list[Lifecycle]) -> str:
    """`text` with fresh diagrams between the marks."""
    body = "\n\n".join(as_diagram(table) for table in tables)
    return re.sub(
        f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: f"{BEGIN}\n\n{body}\n\n{END}", text, flags=re.DOTALL
    )


def as_data(table: Lifecycle) -> dict:
    """One table as plain data."""
    return {
        "name": table.name,
        "model": table.model,
        "initial": table.initial,
        "states": {value: str(label) for value, label in table.states.choices},
        "moves": [
            {
                "verb": m.verb,
                "label": m.label,
                "from": list(m.source),
                "to": m.target,
                "who": sorted(m.who),
                "reason_required": m.reason_required,
            }
            for m in table.moves
        ],
    }


def as_text(table: Lifecycle) -> str:
    """One table for a terminal."""
    lines = [f"{table.name} ({table.model}), begins as {table.initial}"]
    for m in table.moves:
        reason = ", with a reason" if m.reason_required else ""
        lines.append(f"  {m.verb}: {', '.join(m.source)} -> {m.target}  by {humanize_roles(m.who)}{reason}")
    return "\n".join(lines) + "\n"


def as_diagram(table: Lifecycle) -> str:
    """One table as a Mermaid state diagram under its heading."""
    lines = [f"### {table.name.capitalize()}", "", "```mermaid", "stateDiagram-v2", f"    [*] --> {table.initial}"]
    for m in table.moves:
        lines += [f"    {source} --> {m.target}: {m.verb}" for source in m.source]
    final = [s for s in table.states.values if not any(s in m.source for m in table.moves)]
    lines += [f"    {state} --> [*]" for state in final]
    lines += ["```", "", "| verb | from | to | who | reason |", "|---|---|---|---|---|"]
    for m in table.moves:
        who = ", ".join(sorted(m.who)).replace("_", " ")
        reason = "required" if m.reason_required else ""
        lines.append(f"| {m.label} | {', '.join(m.source)} | {m.target} | {who} | {reason} |")
    return "\n".join(lines)
