"""Money set aside, certified, paid."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from deployments.forms import CertifyForm, FailForm, ObligationForm, PaymentForm
from deployments.lifecycles import CLAIM, allowed_total, paid_total
from deployments.models import ClaimStatus, Obligation, Payment
from deployments.pages import claims as pages
from deployments.pages.common import form_page
from deployments.permissions import can_record_obligation, can_record_payment
from deployments.services import payments
from engagements.models import Engagement
from engagements.pages.common import door
from slp.lib.answers import require
from slp.lib.forms import refused_at
from slp.lib.lists import Column, Empty, ListPage, list_view
from slp.lib.money import usd

LIST = ListPage(
    title="Money set aside",
    intro="Obligations by engagement. The accounting system stays the ledger of record.",
    rows=lambda user: Obligation.objects.visible_to(user).annotate(used=payments.spent()),
    shared=True,
    columns=(
        Column("number", "Obligation"),
        Column("engagement__title", "Engagement"),
        Column("fiscal_year", "Fiscal year", lambda year: f"FY{year}" if year else ""),
        Column("amount", "Set aside", usd, kind="number"),
        Column("used", "Certified or paid", usd, kind="number"),
        Column("recorded_by__name", "Recorded by"),
    ),
    order="-fiscal_year",
    empty=Empty("No money is set aside", "Before anybody travels, finance records the obligation on the engagement."),
    link=lambda row: f"/admin/desk/engagements/{row['engagement__reference']}/",
    link_fields=("engagement__reference",),
    filename="obligations",
)


@door("desk")
def obligation_list(request):
    return list_view(request, LIST, "desk/obligation_list.html")


@door("desk")
def obligation_add(request, key: str):
    """Record money set aside for one engagement."""
    engagement = get_object_or_404(Engagement.objects.visible_to(request.user), reference=key)
    require(can_record_obligation(request.user, engagement))
    form = ObligationForm(request.POST or None)
    back = reverse("desk:engagement-detail", args=[key])
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            data = form.cleaned_data
            payments.record_obligation(
                engagement=engagement, number=data["number"], amount=data["amount"], fund_cite=data["fund_cite"],
                fiscal_year_of_funds=data["fiscal_year"], actor=request.user,
            )  # fmt: skip
            messages.success(request, f"{usd(data['amount'])} is set aside for {engagement.title}.")
            return redirect(back)
    return form_page(
        request, "desk", form, title="Set money aside", about=engagement, submit="Record", back=back,
        lead="No cost before an obligation (31 USC 1341): the engagement can start once it is recorded.",
    )  # fmt: skip


@door("desk")
def claim_certify(request, key: str):
    """Choose the obligation and certify."""
    claim = pages.load_claim(request, key)
    obligations = list(claim.engagement.obligations.annotate(used=payments.spent()))
    if obligations or claim.status != ClaimStatus.APPROVED or not request.user.is_finance:
        require(CLAIM.can(claim, "certify", request.user))
    balances = {o.pk: o.amount - o.used for o in obligations}
    form = CertifyForm(request.POST or None, obligations=claim.engagement.obligations.all(), balances=balances)
    back = reverse("desk:claim-detail", args=[key])
    if request.method == "POST" and form.is_valid():
        fresh = pages.load_claim(request, key)
        with refused_at(form, "obligation"):
            payments.certify_claim(claim=fresh, obligation=form.cleaned_data["obligation"], actor=request.user)
            messages.success(request, f"{claim.reference} is certified. Somebody else records the payment.")
            return redirect(back)
    return form_page(
        request, "desk", form, template="deployments/money_page.html", title="Certify for payment",
        about=claim, submit="Certify", back=back, sheet=pages.sheet(claim),
        lead="You certify that the money is available and the claim is proper. You are liable for it (31 USC 3528).",
        nothing="" if obligations else "No money is set aside for this engagement. Record the obligation first.",
    )  # fmt: skip


@door("desk")
def claim_pay(request, key: str):
    """Record a payment, in full or in part."""
    claim = pages.load_claim(request, key)
    require(can_record_payment(request.user, claim))
    form = PaymentForm(request.POST or None, still_open=allowed_total(claim) - paid_total(claim))
    back = reverse("desk:claim-detail", args=[key])
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            payments.record_payment(claim=claim, actor=request.user, **form.cleaned_data)
            paid = claim.status == ClaimStatus.PAID
            messages.success(request, "Recorded. The claim is paid." if paid else "Recorded. A part is still open.")
            return redirect(back)
    warning = "" if claim.agency.eft_on_file_on else f"No bank enrolment of {claim.agency} is on file (31 USC 3332)."
    return form_page(
        request, "desk", form, template="deployments/money_page.html", title="Record a payment", about=claim,
        submit="Record the payment", back=back, sheet=pages.sheet(claim), warning=warning,
    )  # fmt: skip


@door("desk")
def payment_fail(request, key: int):
    """The bank sent it back."""
    payment = get_object_or_404(Payment.objects.visible_to(request.user).select_related("claim__agency"), pk=key)
    claim = pages.load_claim(request, payment.claim.reference)
    require(payments.can_fail_payment(request.user, payment))
    form = FailForm(request.POST or None)
    back = reverse("desk:claim-detail", args=[claim.reference])
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            payments.fail_payment(payment=payment, actor=request.user, **form.cleaned_data)
            messages.success(request, "The payment counts no more. The claim waits for another one.")
            return redirect(back)
    return form_page(
        request, "desk", form, title="This payment came back", eyebrow=f"{payment.voucher}, {usd(payment.amount)}",
        submit="Mark as failed", danger=True, back=back,
    )  # fmt: skip


urlpatterns = [
    path("obligations/", obligation_list, name="obligation-list"),
    path("engagements/<str:key>/set-aside/", obligation_add, name="obligation-add"),
    path("claims/<str:key>/certify/", claim_certify, name="claim-certify"),
    path("claims/<str:key>/pay/", claim_pay, name="claim-pay"),
    path("payments/<int:key>/failed/", payment_fail, name="payment-fail"),
]
