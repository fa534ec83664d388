"""Reading final reports; granting more time."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path

from engagements.forms.reports import ExtensionDecisionForm
from engagements.models import FinalReport, ReportExtension
from engagements.pages import reports as pages
from engagements.pages.common import door, sent
from engagements.pages.lists import report_list_page
from engagements.permissions import can_decide_extension
from engagements.services.reports import decide_extension
from slp.lib.answers import answer, require
from slp.lib.forms import refused_at
from slp.lib.lists import list_view
from slp.lib.moves import move_path


@door("desk")
def report_list(request):
    return list_view(request, report_list_page("desk"), "desk/report_list.html")


@door("desk")
def report_detail(request, key):
    return pages.report_detail(request, "desk", key)


@door("desk")
def extension_decide(request, key):
    """Grant or refuse the request for more time that is open."""
    report = pages.load_report(request, key)
    require(can_decide_extension(request.user, report))
    extension = report.extensions.filter(status=ReportExtension.Status.ASKED).select_related("asked_by").first()
    require(answer(extension, "Nobody asks for more time for this report."))
    form = ExtensionDecisionForm(sent(request))
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            data = form.cleaned_data
            decide_extension(extension=extension, grant=data["grant"], note=data["note"], actor=request.user)
            messages.success(
                request, "More time granted." if data["grant"] else "The due date stays. The agency is told."
            )
            return redirect("desk:report-detail", key)
    context = {"report": report, "extension": extension, "form": form}
    return render(request, "desk/extension_decide.html", context, status=422 if form.is_bound else 200)


urlpatterns = [
    path("reports/", report_list, name="report-list"),
    path("reports/<str:key>/", report_detail, name="report-detail"),
    path("reports/<str:key>/extension/", extension_decide, name="extension-decide"),
    move_path(FinalReport, "reports", "desk", "report-detail"),
]
