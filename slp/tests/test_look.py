"""The look: forms that explain themselves, parts that say why, files that are all there, nothing inline."""

import importlib.util
import re
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.forms import formset_factory
from django.shortcuts import render
from django.template import Context, Template
from django.template.loader import render_to_string

from slp.lib.answers import YES, no
from slp.lib.forms import Conflict, ConflictRow, Form
from slp.lib.lifecycle import Move

ROOT = settings.BASE_DIR
STATIC = ROOT / "static"
TEMPLATES = ROOT / "templates"
OUR_CSS = ["slp/slp.css", "slp/admin.css", "slp/public.css", "slp/decide.css"]
# Names that scripts, tests or neighbours refer to, without a rule of their own.
HOOKS = {
    "slp-banner__flag", "slp-crumbs", "slp-demo-2026", "slp-file__now", "slp-filter__field", "slp-footer__who",
    "slp-history", "slp-pages__prev", "slp-signin__form", "slp-signin__side", "slp-step__label", "slp-turn__text",
    "slp-user", "slp-user__who",
}  # fmt: skip
FORMSET_PREFIXED = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-what": "Hotel"}


def templates():
    return sorted(TEMPLATES.rglob("*.html"))


class SampleForm(Form):
    """One field of every kind that the pack knows."""

    title = forms.CharField(help_text="One sentence.")
    country = forms.ChoiceField(choices=[("", "Choose"), ("ht", "Haiti")])
    starts_on = forms.DateField()
    kind = forms.ChoiceField(choices=[("t", "Training"), ("m", "Mentoring")], widget=forms.RadioSelect)
    languages = forms.MultipleChoiceField(choices=[("h", "Creole")], widget=forms.CheckboxSelectMultiple)
    why = forms.CharField(widget=forms.Textarea)
    letter = forms.FileField(help_text="PDF.")
    agreed = forms.BooleanField()
    key = forms.CharField(widget=forms.HiddenInput, required=False)


class LineForm(Form):
    what = forms.CharField()
    amount = forms.DecimalField()


def crispy(form) -> str:
    return Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": form}))


def by_filter(form) -> str:
    return Template("{% load crispy_forms_tags %}{{ form|crispy }}").render(Context({"form": form}))


def ids(html: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', html))


@pytest.mark.parametrize("draw", [crispy, by_filter])
def test_a_refused_form_says_what_is_wrong_at_the_top_and_at_each_field(draw):
    html = draw(SampleForm({}))
    names = [name for name, field in SampleForm.base_fields.items() if field.required]

    assert 'role="alert"' in html
    for name in names:
        assert f'id="id_{name}_error"' in html, f"{name} does not print its error"
    links = re.findall(r'<li><a href="#([^"]+)"', html)
    assert len(links) == len(names)
    assert set(links) <= ids(html), "a link of the summary leads nowhere"


def test_inputs_name_their_hint_and_their_error():
    html = crispy(SampleForm({}))

    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'aria-describedby="id_letter_helptext id_letter_error"' in html
    assert html.count('aria-invalid="true"') >= 6
    for described in re.findall(r'aria-describedby="([^"]+)"', html):
        assert set(described.split()) <= ids(html)


def test_every_label_belongs_to_a_control():
    html = crispy(SampleForm())

    assert set(re.findall(r'<label[^>]* for="([^"]+)"', html)) <= ids(html)
    assert html.count("<legend") == 2
    assert html.count('title="required"') == len(SampleForm.base_fields) - 1 + 1  # and once in the note


def test_what_was_typed_is_kept():
    html = crispy(SampleForm({"title": "Fewer burglaries & more trust", "kind": "m", "languages": ["h"]}))

    assert 'value="Fewer burglaries &amp; more trust"' in html
    assert re.search(r'value="m"[^>]*\bchecked', html)
    assert re.search(r'value="h"[^>]*\bchecked', html)


def test_the_form_element_is_the_templates_own():
    assert "<form" not in crispy(SampleForm())


def test_a_formset_brings_its_count_its_rows_and_a_blank_row_to_copy():
    formset = formset_factory(LineForm, extra=1)(FORMSET_PREFIXED)
    html = Template("{% load crispy_forms_tags %}{{ formset|crispy }}").render(Context({"formset": formset}))
    table = render_to_string("uswds/table_inline_formset.html", {"formset": formset, "form_show_errors": True})

    for drawn in (html, table):
        assert 'name="form-TOTAL_FORMS"' in drawn
        assert "<template>" in drawn
        assert "form-__prefix__-what" in drawn
        assert 'href="#id_form-0-amount"' in drawn
    assert re.search(r'<label class="[^"]*usa-sr-only[^"]*" for="id_form-0-what"', table)


def test_a_form_with_a_conflict_shows_both_versions():
    form = SampleForm({"title": "Mine"})
    form.conflict = Conflict("Marie Laurent", None, [ConflictRow("Title", "Old", "Theirs", "Mine")])
    html = crispy(form)

    assert "Someone changed this record while you were editing" in html
    assert "Theirs" in html
    assert "Marie Laurent" in html


def test_a_no_shows_its_reason_in_words():
    sign = Move("sign", "Sign", ("draft",), "signed", frozenset({"officer"}))
    close = Move("close", "Close", ("draft",), "closed", frozenset({"officer"}))
    reason = "The final report is not accepted yet."
    html = render_to_string("ui/move_buttons.html", {"moves": [(sign, YES, "/x/sign/"), (close, no(reason))]})

    assert 'href="/x/sign/"' in html
    assert reason in html
    assert "title=" not in html
    assert html.count("<a ") == 1


def test_a_status_is_a_word_before_it_is_a_colour():
    html = render_to_string("ui/status.html", {"status": {"label": "Returned", "tone": "bad"}})

    assert "Returned" in html
    assert "slp-status--bad" in html


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "409.html"])
def test_error_pages_say_what_is_kept_and_what_to_do(rf, name):
    request = rf.get("/")
    request.user = AnonymousUser()
    page = render(request, name, {"reason": "Only a draft can be signed."}).content.decode()

    assert "What you can do" in page
    assert page.count("<h1") == 1
    assert 'id="main"' in page
    if name in ("400.html", "403.html", "409.html"):
        assert "Only a draft can be signed." in page


def test_the_page_for_our_own_faults_needs_nothing_that_can_fail():
    source = (TEMPLATES / "500.html").read_text()

    assert "{%" not in source
    assert "{{" not in source
    for path in re.findall(r'="/static/([^"]+)"', source):
        assert (STATIC / path).is_file()


@pytest.mark.parametrize("demo", [True, False])
def test_a_demonstration_never_claims_to_be_official(rf, settings, demo):
    settings.DEMO = demo
    request = rf.get("/")
    request.user = AnonymousUser()
    page = render(request, "404.html").content.decode()

    assert ("An official website of the United States government" in page) is not demo
    assert ("Demonstration system" in page) is demo


@pytest.mark.parametrize("demo", [True, False])
def test_sign_in_carries_the_notice_and_only_in_a_demonstration_the_accounts(rf, settings, demo):
    settings.DEMO = demo
    request = rf.get("/accounts/login/")
    request.user = AnonymousUser()
    accounts = [{"email": "officer@demo.example", "role": "Program officer", "door": "INL/KM desk"}]
    context = {"form": LineForm(), "demo_accounts": accounts, "demo_password": "not-a-secret"}
    page = render(request, "account/login.html", context).content.decode()

    assert "Unauthorized use is prohibited" in page
    assert "consent" in page
    assert ("officer@demo.example" in page) is demo
    assert ("not-a-secret" in page) is demo


@pytest.mark.parametrize("sheet", [*OUR_CSS, "slp/admin_stock.css", "uswds/css/uswds.min.css"])
def test_every_file_that_a_stylesheet_names_is_there(sheet):
    path = STATIC / sheet
    admin = Path(importlib.util.find_spec("django.contrib.admin").origin).parent / "static"
    for url in re.findall(r"url\([\"']?(?!data:)([^)\"'#]+)", path.read_text()):
        found = (path.parent / url).resolve()
        stock = admin / found.relative_to(STATIC) if found.is_relative_to(STATIC) else found
        assert found.is_file() or stock.is_file(), f"{sheet} names {url}"


def test_the_admin_layer_is_that_of_the_installed_django():
    loader = SourceFileLoader("vendor_admin_css", str(ROOT / "script" / "vendor_admin_css"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("vendor_admin_css", loader))
    loader.exec_module(module)

    assert module.TARGET.read_text() == module.stock_css(), "run script/vendor_admin_css"


@pytest.mark.parametrize("path", templates(), ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_templates_have_no_inline_script_or_style(path):
    source = path.read_text()

    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=\"", source)
    for tag in re.findall(r"<script\b[^>]*>", source):
        assert "src=" in tag or "application/json" in tag


def test_every_class_of_ours_has_its_rule():
    css = "".join((STATIC / name).read_text() for name in OUR_CSS)
    known = set(re.findall(r"\.(slp-[\w-]+)", css)) | HOOKS
    used = {
        (name, str(path.relative_to(TEMPLATES)))
        for path in templates()
        for classes in re.findall(r'class="([^"]*)"', path.read_text())
        for name in re.findall(r"\bslp-[a-z][\w-]*[a-z0-9](?![\w{-])", classes)
    }

    assert {(name, path) for name, path in used if name not in known} == set()


def test_pages_use_components_not_utility_classes():
    """The utility classes of USWDS are not shipped: one in a page would do nothing."""
    used = {
        (name, str(path.relative_to(TEMPLATES)))
        for path in templates()
        if path.relative_to(TEMPLATES).parts[0] != "admin"
        for classes in re.findall(r'(?<!_)class="([^"{}]*)"', path.read_text())
        for name in classes.split()
        if not name.startswith(("slp", "usa-"))
    }

    assert used == set()


def test_every_pictogram_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "uswds/img/sprite.svg").read_text()))
    used = {name for path in templates() for name in re.findall(r'icon="([a-z_]+)"', path.read_text())}

    assert used <= sprite


def test_our_own_files_stay_small():
    assert (STATIC / "slp/slp.css").stat().st_size < 64_000
    assert (STATIC / "slp/slp.js").stat().st_size < 12_000
