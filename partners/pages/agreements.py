"""What a page of one agreement shows, at the desk and in the portal; and the signing page of both."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from partners.forms.agreements import AgreementContactsForm, SignForm
from partners.lifecycles import AGREEMENT, AMENDMENT, signed_sides
from partners.models import (
    ActivityKind,
    Agreement,
    AgreementComment,
    AgreementVersion,
    Amendment,
    ApprovalKind,
    ApprovalOutcome,
    Signature,
)
from partners.models.agreement import AgreementStatus, SignatureSide
from partners.pages.common import (
    Step,
    agreement_path,
    agreement_turn,
    edit_page,
    ends_in,
    facts,
    joined,
    named,
    source_link,
    steps,
    whose,
)
from partners.permissions import (
    NEGOTIATED,
    OVER,
    can_change_contacts,
    can_comment,
    can_give_notice,
    can_keep_approvals,
    can_propose_text,
    can_record_board,
    can_sign_agreement,
    can_sign_by_scan,
    can_take_back_notice,
    of_several,
    roles_towards,
    signing_side,
)
from partners.services.signing import CHANGED, sign_agreement, statement_for
from slp.history.services import timeline
from slp.lib.answers import Refused, Stale, require
from slp.lib.dates import show
from slp.lib.forms import refused_at
from slp.lib.moves import buttons
from slp.lib.prose import to_html
from slp.lib.statements import Key, Statement

# What a page shows of the rows of one agreement, without all else that stands in them.
NAMES = Statement(
    lambda: (
        Agreement.objects.filter(pk=Key("agreement"))
        .order_by()
        .values(
            "agency__name",
            "agency_contact__name",
            "owner__name",
            "owner__email",
            "supersedes__reference",
            "supersedes__title",
            "superseded_by__reference",
            "superseded_by__title",
        )
    )
)
SCOPE = Statement(
    lambda: named(
        "countries", Agreement.countries.through.objects.filter(agreement=Key("agreement")), "country__name"
    ).union(
        named("expertise", Agreement.expertise.through.objects.filter(agreement=Key("agreement")), "expertise_id"),
        all=True,
    )
)
VERSIONS = Statement(
    lambda: (
        AgreementVersion.objects.filter(agreement=Key("agreement"))
        .order_by("-number")
        .values("pk", "number", "summary", "sha256", "created_at", "author__name", "author__email")
    )
)
SIGNATURES = Statement(
    lambda: Signature.objects.filter(
        content_type=Key("kind"),
        object_id__in=AgreementVersion.objects.filter(agreement=Key("agreement")).order_by().values("pk"),
    ).values("object_id", "side", "typed_name", "sha256", "scan_id", "signed_at")
)
COMMENTS = Statement(
    lambda: AgreementComment.objects.filter(agreement=Key("agreement")).values(
        "side", "created_at", "version_number", "text", "author__name", "author__email"
    )
)
AMENDMENTS = Statement(
    lambda: Amendment.objects.filter(agreement=Key("agreement")).values("reference", "number", "summary", "status")
)


def load_agreement(request, key: str) -> Agreement:
    rows = Agreement.objects.visible_to(request.user).select_related(
        "agency", "owner", "source", "supersedes", "superseded_by", "agency_contact"
    )
    return get_object_or_404(rows, reference=key)


def read_agreement(request, key: str) -> Agreement:
    """The agreement for its own page, which asks for the names of what belongs to it."""
    return get_object_or_404(Agreement.objects.visible_to(request.user), reference=key)


def agreement_context(request, agreement: Agreement, door: str) -> dict:
    """The page of one agreement for a reader at `door`."""
    user, names = request.user, NAMES.of(agreement=agreement.pk)[0]
    versions = _by_author(VERSIONS.of(agreement=agreement.pk))
    latest = versions[0] if versions else None
    signatures = _signatures(agreement) if versions else []
    signed = {s["side"] for s in signatures if (s["object_id"], s["sha256"]) == (latest["pk"], latest["sha256"])}
    missing = set(SignatureSide.values) - signed
    return {
        "agreement": agreement,
        "whose": names["agency__name"] if of_several(user) else "",
        "door": door,
        "urls": _urls(agreement, door),
        "text_html": to_html(agreement.text),
        "facts": _facts(agreement, names),
        "renewed": names["superseded_by__reference"] is not None,
        "steps": _steps(agreement, plain=door != "desk"),
        "turn": agreement_turn(agreement, missing, roles=roles_towards(user, agency_id=agreement.agency_id)),
        # These moves are made by the page where the signature, the board's decision or another text is entered.
        "moves": buttons(agreement, user, door, without=("complete_signing", "board_approved", "propose")),
        "can_sign": can_sign_agreement(user, agreement),
        "can_record_board": can_record_board(user, agreement),
        "can_scan": can_sign_by_scan(user, agreement, "inl" if user.is_staff else "agency"),
        "can_comment": can_comment(user, agreement),
        "can_propose": can_propose_text(user, agreement),
        "can_contacts": can_change_contacts(user, agreement),
        "can_notice": can_give_notice(user, agreement),
        "can_take_back": can_take_back_notice(user, agreement),
        "signed_by_me": signing_side(user, agreement) in signed,
        "signatures": signatures,
        "latest": latest,
        "versions": versions,
        "comments": _by_author(COMMENTS.of(agreement=agreement.pk)),
        "approvals": _approvals(user, agreement) if agreement.is_formal and agreement.status in NEGOTIATED else [],
        "can_approve": can_keep_approvals(user, agreement),
        "amendments": _amendments(agreement, plain=door != "desk"),
        "history": timeline(agreement),
    }


def _steps(agreement: Agreement, *, plain: bool) -> list[Step]:
    """How far it has come. What is signed and begins later is not in force yet."""
    found = steps(AGREEMENT, agreement_path(agreement), agreement.status, plain=plain)
    return [*found[:-1], Step(agreement.status_label(plain=plain), "current")] if agreement.begins_later else found


def _by_author(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Versions or comments, each with the name of its author and the side that a comment is from."""
    for row in rows:
        row["author"] = row["author__name"] or row["author__email"]
        if "side" in row:
            row["for_side"] = SignatureSide(row["side"]).in_words
    return rows


def _signatures(agreement: Agreement) -> list[dict[str, Any]]:
    """All signatures under its versions, oldest first."""
    kind = ContentType.objects.get_for_model(AgreementVersion)
    rows = SIGNATURES.of(kind=kind.pk, agreement=agreement.pk)
    return [row | {"for_side": SignatureSide(row["side"]).in_words} for row in rows]


def _amendments(agreement: Agreement, *, plain: bool) -> list[dict[str, Any]]:
    """Its amendments, each with its status in the reader's words."""
    rows = AMENDMENTS.of(agreement=agreement.pk)
    for row in rows:
        status = row["status"]
        row["tag"] = {"label": AMENDMENT.label(status, plain=plain), "tone": AMENDMENT.tone(status)}
    return rows


URLS = ("sign", "scan", "contacts", "comment", "compare", "notice", "notice-back", "pdf")
PORTAL_URLS = (*URLS, "propose", "board")


def _urls(agreement: Agreement, door: str) -> dict[str, str]:
    """The pages of one agreement at this door, by what they are for."""
    names = PORTAL_URLS if door == "portal" else URLS
    return {name.replace("-", "_"): reverse(f"{door}:agreement-{name}", args=[agreement.reference]) for name in names}


def _approvals(user, agreement: Agreement) -> list[dict]:
    """The agency's own approvals, each with its state; those that nobody has looked at are not listed as needed."""
    known = {approval.kind: approval for approval in agreement.approvals.all()}
    tones = {ApprovalOutcome.WAITING: "warn", ApprovalOutcome.APPROVED: "good"}
    return [
        {
            "kind": kind,
            "label": label,
            "approval": known.get(kind),
            "status": {
                "label": known[kind].get_outcome_display() if kind in known else "Not said",
                "tone": tones.get(known[kind].outcome, "neutral") if kind in known else "neutral",
            },
        }
        for kind, label in ApprovalKind.choices
    ]


def _scope(agreement: Agreement) -> dict[str, list[str]]:
    """The names of the countries and fields that it is limited to."""
    found: dict[str, list[str]] = {"countries": [], "expertise": []}
    for row in sorted(SCOPE.of(agreement=agreement.pk), key=lambda row: row["key"]):
        found[row["of"]].append(row["name"])
    return found


def _titled(names: dict[str, Any], which: str) -> str:
    reference = names[f"{which}__reference"]
    return f"{reference} {names[f'{which}__title']}" if reference else ""


def _end(agreement: Agreement) -> tuple[str, str]:
    if agreement.status in OVER:
        return "Ended on", f"{show(agreement.last_day)}, {agreement.get_status_display().lower()}"
    return "In force until", ends_in(agreement.ends_on)


def _facts(agreement: Agreement, names: dict[str, Any]) -> list:
    kinds = joined(ActivityKind(kind).label for kind in agreement.activity_kinds)
    starts = show(agreement.starts_on, agreement.date_precision) if agreement.starts_on else ""
    board = ", ".join(filter(None, [agreement.board_body, agreement.board_resolution]))
    agency, contact, scope = names["agency__name"], names["agency_contact__name"], _scope(agreement)
    old, renewal = _titled(names, "supersedes"), _titled(names, "superseded_by")
    giver = "INL" if agreement.notice_side == SignatureSide.INL else agency
    notice = f"{show(agreement.notice_on)}, by {giver}" if agreement.notice_on else ""
    return facts(
        ("Agency", agency),
        ("Kind", agreement.get_kind_display()),
        ("In force from", starts),
        _end(agreement),
        *([("Notice given", notice)] if notice else []),
        ("Notice to end it", f"{agreement.notice_days} days" if agreement.notice_days else ""),
        *([("How it is renewed", agreement.renewal_terms)] if agreement.renewal_terms else []),
        ("Activities", kinds or "All kinds"),
        ("Countries", joined(scope["countries"]) or "All countries"),
        ("Fields of expertise", joined(scope["expertise"]) or "All fields"),
        ("People in one activity", f"at most {agreement.max_people}" if agreement.max_people else "No limit"),
        *(
            [("Board's decision", f"{board}, {show(agreement.board_on)}" if agreement.board_on else board)]
            if board
            else []
        ),
        *([("Renews", old)] if old else []),
        *([("Renewed by", renewal)] if renewal else []),
        ("INL's point of contact", names["owner__name"] or names["owner__email"] or ""),
        ("The agency's point of contact", f"{contact}, {agency}" if contact else ""),
        *([("Source", source_link(agreement.source))] if agreement.source_id else []),
    )


def sign_page(request, key: str, door: str):
    """Both sides sign here: the text, the statement, the typed name."""
    agreement = load_agreement(request, key)
    require(can_sign_agreement(request.user, agreement))
    latest = agreement.versions.last()
    side = signing_side(request.user, agreement)
    if latest is None:
        raise Refused("There is no text to sign yet.")
    if side in signed_sides(latest, latest.sha256):
        raise Refused("Your side has signed this text already.")
    form = SignForm(
        request.POST or None,
        statement=statement_for(agreement, side),
        signer=request.user.name,
        initial={"seen_sha256": latest.sha256},
    )
    if request.method == "POST":
        if request.POST.get("seen_sha256", latest.sha256) != latest.sha256:
            raise Stale(CHANGED)
        if form.is_valid():
            with refused_at(form):
                answers = form.cleaned_data
                sign_agreement(
                    agreement=agreement,
                    actor=request.user,
                    typed_name=answers["typed_name"],
                    seen_sha256=answers["seen_sha256"],
                )
                agreement.refresh_from_db()
                messages.success(request, _signed_so_far(agreement))
                return redirect(f"{door}:agreement-detail", agreement.reference)
    digest = " ".join(latest.sha256[i : i + 16] for i in range(0, 64, 16))
    context = {
        "agreement": agreement,
        "whose": whose(request.user, agreement),
        "latest": latest,
        "digest": digest,
        "form": form,
        "text_html": to_html(latest.text),
    }
    return render(request, f"{door}/agreement_sign.html", context, status=422 if form.is_bound else 200)


def _signed_so_far(agreement: Agreement) -> str:
    if agreement.status != AgreementStatus.ACTIVE:
        return "Signed for your side. It is in force once both have signed."
    since = f"from {show(agreement.starts_on)}" if agreement.begins_later else "now"
    return f"Signed by both sides: it is in force {since}."


def contacts_page(request, key: str, door: str):
    """Whom each side calls about this agreement; it changes without a new signature and stands in the history."""
    agreement = load_agreement(request, key)
    return edit_page(
        request,
        door,
        AgreementContactsForm(request.POST or None, instance=agreement, door=door),
        allowed=can_change_contacts(request.user, agreement),
        verb="Changed the points of contact",
        saved="Saved. The terms and the signatures stay as they are.",
        title="Points of contact",
        whose=whose(request.user, agreement),
        crumb=str(agreement),
        lead="Whom to call about this agreement. It is no term of it: nobody signs again.",
        back=reverse(f"{door}:agreement-detail", args=[key]),
    )
