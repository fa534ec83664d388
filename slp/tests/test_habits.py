"""House rules that a machine can check."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pghistory
import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import EmptyResultSet

ROOT = Path(__file__).resolve().parents[2]
CODE = [
    path
    for package in ("slp", "partners", "engagements", "deployments")
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts and "tests" not in path.parts
]
OURS = ("accounts", "places", "history", "documents", "reminders", "partners", "engagements", "deployments")
MODELS = [
    model
    for model in apps.get_models()
    if model._meta.app_label in OURS and not issubclass(model, pghistory.models.Event) and not model._meta.auto_created
]
# What was published is for everybody.
PUBLISHED = ("documents.Source", "engagements.PublishedFigure", "engagements.Accomplishment", "engagements.Guide")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def offenders(paths, pattern: str, *, allow: tuple[str, ...] = ()) -> list[str]:
    found = []
    for path in paths:
        name = str(path.relative_to(ROOT))
        if name in allow:
            continue
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if re.search(pattern, line):
                found.append(f"{name}:{number}: {line.strip()}")
    return found


def test_tasks_are_queued_after_the_commit():
    """`.delay(` inside a transaction may run before it commits, or although it rolls back."""
    assert not offenders(CODE, r"\.delay\(")


def test_a_moment_has_its_day_in_washington():
    """`.date()` of a moment is UTC's: in the evening Washington still has the day before. `day_of(moment)` knows."""
    theirs = ("slp/lib/dates.py", "slp/lib/lists.py", "engagements/forms/invitations.py")  # of a moment in its zone
    read = ("partners/services/roster_import/reading.py",)  # of a cell that has no zone
    in_utc = ("partners/services/agreement_pdf.py", "deployments/services/service_records.py")  # and says so
    assert not offenders(CODE, r"\.date\(\)", allow=(*theirs, *read, *in_utc))


def test_views_start_from_what_the_person_may_see():
    """No page takes a row by bare model: `get_object_or_404(Model.objects.visible_to(user), ...)`."""
    allowed = ("slp/documents/views.py",)  # asks the document's own readers instead
    assert not offenders(
        CODE,
        r"get_object_or_404\([A-Z]\w+(,|\.objects\.(?!visible_to))|rows=lambda user: [A-Z]\w+\.objects\.(?!visible_to)",
        allow=allowed,
    )


DOORS = [
    path
    for path in CODE
    if {"desk", "portal", "post", "pages"} & set(path.parts) or path.name in ("public.py", "moves.py", "notices.py")
]
# Their answers are no page with the form: a script reads them, or they are the page of what was looked up.
OTHERWISE = {"support_sync", "service_record_verify", "enquiry", "_valid"}


def carries_out(view: ast.FunctionDef) -> bool:
    """It asks a form of a person's own whether it is valid."""
    return any(isinstance(n, ast.Attribute) and n.attr == "is_valid" for n in ast.walk(view))


@pytest.mark.parametrize("path", DOORS, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_form_says_itself_what_the_rules_say_no_to(path):
    """A view that carries out a form does so inside `refused_at`: no page "403" in place of what was typed."""
    views = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef)]
    wrong = [
        v.name for v in views if carries_out(v) and v.name not in OTHERWISE and "refused_at(" not in ast.unparse(v)
    ]
    assert not wrong


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_says_who_sees_its_rows(model):
    """Tenancy is one method on every model, closed by default: no page of a new model can forget it."""
    rows = model._default_manager.visible_to(AnonymousUser())
    if model._meta.label in PUBLISHED:
        return
    with pytest.raises(EmptyResultSet):  # not even asked for
        str(rows.query)


def test_the_demonstration_is_made_by_services_only():
    """What stands in the demonstration went through the same rules as what a person enters."""
    demo = [p for p in CODE if p.is_relative_to(ROOT / "slp" / "demo")]
    assert not offenders(demo, r"\.(bulk_create|create|get_or_create|update_or_create|bulk_update|save)\(")


def test_no_inline_script_or_style():
    """The Content-Security-Policy would block it."""
    assert not offenders(TEMPLATES, r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son(click|change|submit|load)=")


def test_every_posting_form_is_carried_out_once():
    """A form that posts carries the csrf token and the once key, unless it is a sign-in page."""
    wrong = []
    for path in TEMPLATES:
        name = str(path.relative_to(ROOT / "templates"))
        if name.startswith(("account/", "allauth/", "mfa/", "ui/_header", "uswds/")):
            continue
        text = path.read_text()
        for form in re.finditer(r"<form[^>]*method=\"post\".*?</form>", text, re.S | re.I):
            if "{% csrf_token %}" not in form.group() or "{% once %}" not in form.group():
                wrong.append(f"{name}: {form.group()[:80]}")
    assert not wrong


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_stay_readable(path):
    assert len(path.read_text().splitlines()) <= 500, "split it by noun"


def test_the_project_speaks_of_itself_alone():
    """No path of one machine, no registry's host."""
    words = "|".join([r"/wor" + "k/", r"py" + r"pi\.org", r"npm" + r"js\.org", r"deb\.deb" + r"ian\.org"])
    texts = [*CODE, *TEMPLATES, *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("script/*")]
    assert not offenders([p for p in texts if p.is_file()], words)
