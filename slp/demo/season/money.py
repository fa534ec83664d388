"""Claims of the season: prepared by an agency, decided line by line, certified and paid by different people."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from deployments.forms.claims import ClaimEditForm
from deployments.lifecycles import CLAIM, allowed_total
from deployments.models import Claim, Deployment
from deployments.services.claims import (
    add_line,
    allow_rest,
    approve_claim,
    decide_line,
    edit_claim,
    return_claim,
    review_claim,
    start_claim,
    submit_claim,
)
from deployments.services.payments import certify_claim, record_payment
from slp.demo.season.journeys import Journey
from slp.demo.season.story import Story

WAY = ("draft", "submitted", "in_review", "approved", "certified", "paid")


def receipt(name: str) -> SimpleUploadedFile:
    """A small PDF; no two are the same."""
    text = name.encode("ascii", "replace").replace(b"(", b"").replace(b")", b"")
    body = b"%PDF-1.4\n% demonstration receipt: " + text + b"\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    body += b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    return SimpleUploadedFile(f"{name[:40].replace(' ', '-').lower()}.pdf", body, content_type="application/pdf")


def file_claims(story: Story, journey: Journey) -> None:
    """All claims of one activity, from the third day after its end (or from today for one under way)."""
    if journey.engagement is None:
        return
    for number, (agency, reaches) in enumerate(journey.plan.claims):
        end = journey.plan.start + journey.plan.days
        begin = min(end + 3 + number, -1)
        file_claim(story, journey, agency, reaches, begin, number)


def file_claim(story: Story, journey: Journey, agency: str, reaches: str, begin: int, number: int) -> Claim:
    """One claim, as far as it came."""
    preparer = story.person("agency-finance") if agency == "lincoln" else story.coordinator(agency)
    with story.clock.at(story.day(begin)):
        claim = start_claim(engagement=journey.engagement, agency=story.agencies[agency], actor=preparer)
        _add_lines(story, claim, preparer, number)
    if reaches == "draft":
        return claim
    with story.clock.at(story.day(min(begin + 1, -1))):
        _declare(claim, preparer)
        submit_claim(claim=claim, actor=story.coordinator(agency))
    if reaches == "withdrawn":
        with story.clock.at(story.day(min(begin + 2, -1))):
            return CLAIM.apply(claim, "withdraw", actor=preparer)
    if reaches != "submitted":
        _review(story, claim, reaches, begin + 4)
    return claim


def _declare(claim: Claim, actor) -> None:
    """Tick the statement on the page's own form."""
    claim.refresh_from_db()
    form = ClaimEditForm(data={"note": claim.note, "statement": "on", "seen_version": claim.version}, instance=claim)
    if not form.is_valid():
        raise ValueError(form.errors.as_text())
    edit_claim(claim=claim, form=form, actor=actor)
    claim.refresh_from_db()


def _add_lines(story: Story, claim: Claim, actor, number: int) -> None:
    people = Deployment.objects.filter(engagement=claim.engagement, agency=claim.agency)
    for position, deployment in enumerate(people.select_related("expert", "country").order_by("pk")):
        first, last = deployment.starts_on, min(deployment.ends_on, story.day(-2))
        name, nights = deployment.expert.name, max((last - first).days, 1)
        if number == 0:
            _journey_lines(claim, actor, deployment, first, last, nights, position)
        _late_lines(claim, actor, deployment, first, number, name, position)


def _journey_lines(claim, actor, deployment, first: date, last: date, nights: int, position: int) -> None:
    common = {"claim": claim, "actor": actor, "deployment": deployment, "spent_on": first}
    name = deployment.expert.name
    add_line(
        **common,
        category="travel",
        description=f"Return flight, {name}",
        vendor="Meridian Air",
        amount=Decimal("780.40") + 13 * position,
        receipt=receipt(f"Flight {claim.reference} {name}"),
    )
    add_line(
        **common,
        category="lodging",
        until=last,
        description=f"Lodging, {name}, {nights} nights",
        vendor="Hotel Belvedere",
        amount=Decimal(118) * nights,
        receipt=receipt(f"Hotel {claim.reference} {name}"),
    )
    add_line(
        **common,
        category="salary",
        until=last,
        description=f"Salary, {name}",
        vendor="Payroll",
        amount=Decimal("212.50") * nights + 7 * position,
        receipt=receipt(f"Payroll {claim.reference} {name}"),
    )


def _late_lines(claim, actor, deployment, first: date, number: int, name: str, position: int) -> None:
    """What each further claim is about: a taxi without a receipt, materials, a meal above the rate."""
    add_line(
        claim=claim,
        actor=actor,
        deployment=deployment,
        category="other",
        spent_on=first + timedelta(days=number),
        description=f"Passport photographs and fee, {name}",
        vendor="Passport office",
        amount=Decimal("34.20") + position + 3 * number,
        no_receipt_because="Fee is printed in the passport; no receipt is issued.",
    )
    if number:
        add_line(
            claim=claim,
            actor=actor,
            category="materials",
            spent_on=first + timedelta(days=number),
            description=f"Printed lesson sheets for {name}'s group",
            vendor=f"Copy House {number}-{position}",
            amount=Decimal("141.75") + 11 * number + position,
            receipt=receipt(f"Copies {claim.reference} {name}"),
        )


def _review(story: Story, claim: Claim, reaches: str, offset: int) -> None:
    officer, day = story.officer, lambda more: story.day(min(offset + more, -1))
    with story.clock.at(day(0)):
        review_claim(claim=claim, actor=officer)
    if reaches == "in_review":
        with story.clock.at(day(1)):
            _decide_one(claim, officer)
        return
    if reaches == "returned":
        with story.clock.at(day(1)):
            return_claim(claim=claim, actor=officer, reason="The payroll record is missing a page. Add it, please.")
        return
    if reaches == "rejected":
        with story.clock.at(day(1)):
            reason = "The materials were paid by the host institution, as its letter says."
            CLAIM.apply(claim, "reject", actor=officer, reason=reason)
        return
    with story.clock.at(day(2)):
        _decide_one(claim, officer)
        _decide_rest(claim, officer)
        claim.refresh_from_db()
        approve_claim(claim=claim, actor=officer)
    if WAY.index(reaches) >= WAY.index("certified"):
        with story.clock.at(day(6)):
            claim.refresh_from_db()
            obligation = claim.engagement.obligations.first()
            certify_claim(claim=claim, obligation=obligation, actor=story.finance)
    if reaches == "paid":
        _pay(story, claim, day(9))


def _decide_one(claim: Claim, officer) -> None:
    """One line is allowed in part, with the reason and the rule beside it."""
    line = claim.lines.filter(category__in=["lodging", "materials"]).first() or claim.lines.first()
    decide_line(
        line=line,
        decision="reduced",
        allowed_usd=(line.amount_usd - Decimal("10.00")),
        reason="Telephone calls on the bill are not part of the lodging.",
        rule="41 CFR 301-11.3",
        actor=officer,
    )


def _decide_rest(claim: Claim, officer) -> None:
    _, left = allow_rest(claim=claim, actor=officer)
    if left:
        for line in claim.lines.filter(decision="pending"):
            decide_line(line=line, decision="allowed", actor=officer)


def _pay(story: Story, claim: Claim, day: date) -> None:
    with story.clock.at(day):
        claim.refresh_from_db()
        record_payment(
            claim=claim,
            voucher=f"DEMO-V-{claim.pk:05d}",
            amount=allowed_total(claim),
            paid_on=day,
            actor=story.person("finance2"),
        )
