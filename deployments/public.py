"""Confirming a record of service: open to whoever holds the paper."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.urls import path

from deployments.forms.service_records import VerifyForm
from deployments.models import ServiceRecord
from deployments.services.service_records import find_by_code, in_a_sentence, is_genuine, is_the_same_file
from partners.public import sender_of
from partners.services.throttle import too_many

TRIES_AN_HOUR = 60


@login_not_required
def service_record_verify(request):
    """A form for the code, and for the file if there is one. Looks, and keeps nothing."""
    form = VerifyForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    return _answer(request, form, form.cleaned_data["code"], form.cleaned_data["paper"])


@login_not_required
def service_record_check(request, code: str):
    """The address that stands on the paper and behind "Check it"."""
    return _answer(request, VerifyForm(initial={"code": code}), code, None)


def _answer(request, form: VerifyForm, code: str, paper):
    if too_many("verify", sender_of(request), allowed=TRIES_AN_HOUR):
        return _page(
            request, form, status=429, problem="Many codes were tried from your network. Try again in an hour."
        )
    record = find_by_code(code)
    if record is None:
        return _page(request, form, status=404, problem=f"No record of service has the code {code}.", code=code)
    same_file = is_the_same_file(record, paper.read()) if paper else None
    return _page(request, form, code=code, **_shown(record), same_file=same_file)


def _shown(record: ServiceRecord) -> dict:
    """What the page may say: nothing of a record that is not genuine or was revoked but that it is so."""
    if not is_genuine(record):
        return {"record": record, "verdict": "false"}
    if record.status == "revoked":
        return {"record": record, "verdict": "revoked"}
    content = record.content
    return {"record": record, "verdict": "genuine", "service": content, "sentence": in_a_sentence(content)}


def _page(request, form: VerifyForm, *, status: int = 200, **context):
    response = render(request, "public/service_record_verify.html", {"form": form, **context}, status=status)
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "private, no-store"
    return response


urlpatterns = [
    path("verify/", service_record_verify, name="service-record-verify"),
    path("verify/<str:code>/", service_record_check, name="service-record-check"),
]
