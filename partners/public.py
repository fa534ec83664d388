"""Partners at the public door: asking about the programme."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import path

from partners.forms.enquiries import EnquiryForm
from partners.services.outreach import receive_enquiry
from partners.services.throttle import too_many


def sender_of(request) -> str:
    """The sender's address. Behind the TLS proxy it is the last entry that the proxy itself added."""
    forwarded = request.headers.get("X-Forwarded-For", "") if getattr(settings, "HTTPS", False) else ""
    return forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", "")


@login_not_required
def enquiry(request):
    """The form for agencies that want to know more. Kept once; a receipt goes out by mail."""
    form = EnquiryForm(request.POST or None)
    if request.method != "POST":
        return render(request, "public/enquiry.html", {"form": form})
    if not form.is_valid():
        return render(request, "public/enquiry.html", {"form": form}, status=422)
    if too_many("enquiry", sender_of(request)):
        form.add_error(None, "Several enquiries came from your network within an hour. Please try again later.")
        return render(request, "public/enquiry.html", {"form": form}, status=429)
    receive_enquiry(**form.answers())
    return redirect("public:enquiry-received")


@login_not_required
def enquiry_received(request):
    return render(request, "public/enquiry_received.html")


urlpatterns = [
    path("enquiry/", enquiry, name="enquiry"),
    path("enquiry/received/", enquiry_received, name="enquiry-received"),
]
