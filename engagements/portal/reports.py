"""Writing the final report."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import path

from engagements.forms.reports import ExtensionForm, ReportForm
from engagements.models import FinalReport
from engagements.pages import reports as pages
from engagements.pages.common import door, due_words, form_page, sent
from engagements.pages.lists import report_list_page
from engagements.permissions import can_ask_extension, can_edit_report
from engagements.services.reports import ask_extension, save_report, submit_report
from partners.pages.common import whose
from partners.permissions import of_several
from slp.lib.answers import require
from slp.lib.forms import refused_at
from slp.lib.lists import list_view
from slp.lib.moves import move_path


@door("portal")
def report_list(request):
    page = report_list_page("portal", of_several=of_several(request.user))
    return list_view(request, page, "portal/report_list.html")


@door("portal")
def report_detail(request, key):
    return pages.report_detail(request, "portal", key)


@door("portal")
def report_edit(request, key):
    """Save as it grows; hand in when it is complete."""
    report = pages.load_report(request, key)
    require(can_edit_report(request.user, report))
    submit = request.POST.get("action") == "submit"
    fresh = pages.load_report(request, key) if request.method == "POST" else report
    form = ReportForm(sent(request), instance=report, submit=submit)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            fields = {name: form.cleaned_data[name] for name in form.changed_fields()}
            seen = form.cleaned_data["seen_version"]
            if fields or fresh.status == "due":
                save_report(report=fresh, actor=request.user, fields=fields, seen_version=seen)
            if submit:
                submit_report(report=fresh, actor=request.user)
            messages.success(request, "Handed in. Thank you." if submit else "Saved. You can go on at any time.")
            return redirect("portal:report-detail" if submit else "portal:report-edit", key)
    due = due_words(report.due_on)
    return form_page(
        request,
        "portal",
        form,
        template="portal/report_edit.html",
        report=fresh,
        due=due,
        whose=whose(request.user, report),
    )


@door("portal")
def extension_add(request, key):
    """Ask for more time."""
    report = pages.load_report(request, key)
    require(can_ask_extension(request.user, report))
    form = ExtensionForm(sent(request), report=report)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            with transaction.atomic():
                ask_extension(report=report, actor=request.user, **form.cleaned_data)
            messages.success(request, "Asked. INL answers; until then the due date stays.")
            return redirect("portal:report-detail", key)
    context = {"report": report, "whose": whose(request.user, report), "form": form}
    return render(request, "portal/extension_add.html", context, status=422 if form.is_bound else 200)


urlpatterns = [
    path("reports/", report_list, name="report-list"),
    path("reports/<str:key>/", report_detail, name="report-detail"),
    path("reports/<str:key>/write/", report_edit, name="report-edit"),
    path("reports/<str:key>/more-time/", extension_add, name="extension-add"),
    move_path(FinalReport, "reports", "portal", "report-detail"),
]
