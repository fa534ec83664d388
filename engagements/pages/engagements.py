"""Engagements as the three doors see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string

from engagements.lifecycles import addendum_digest
from engagements.models import Addendum, Engagement, FinalReport, Participation
from engagements.pages.common import Turn, due_words, facts
from engagements.panels import panels
from partners.models import Signature
from partners.models.agreement import SignatureSide
from partners.pages.common import source_link
from slp.lib.dates import show, today

PATH = ("planned", "addendum", "preparing", "under_way", "completed", "closed")


BEING_SIGNED = ("planned", "addendum")  # later the terms are settled: who signed stands on the addendum's page
REPORTED = ("completed", "closed", "cancelled")


def load_engagement(request, key: str, *, paperwork: bool = True) -> Engagement:
    """The engagement with its agencies, addenda and, once there are any, reports; if this person may see it."""
    rows = Engagement.objects.visible_to(request.user).select_related(
        "country", "institution", "academy", "owner", "need", "source"
    )
    engagement = get_object_or_404(rows, reference=key)
    lookups = [Prefetch("participations", Participation.objects.select_related("agency", "agreement"))]
    if paperwork:
        lookups.append(Prefetch("addenda", Addendum.objects.select_related("agency")))
    if paperwork and engagement.status in BEING_SIGNED:
        signatures = Signature.objects.select_related("signer")
        lookups += ["addenda__costs", Prefetch("addenda__signatures", signatures)]
    if paperwork and engagement.status in REPORTED:
        lookups.append(Prefetch("reports", FinalReport.objects.select_related("agency")))
    prefetch_related_objects([engagement], *lookups)
    return engagement


def reports_of(engagement: Engagement, agencies: set[int] | None = None) -> list[FinalReport]:
    """The final reports; of `agencies` only, where the reader speaks for some. None are owed before completion."""
    if engagement.status not in REPORTED:
        return []
    return [r for r in engagement.reports.all() if agencies is None or r.agency_id in agencies]


def engagement_facts(engagement: Engagement) -> list:
    return facts(
        ("Kind", engagement.get_kind_display()),
        ("Country", engagement.country),
        ("Host institution", engagement.institution),
        *([("Academy", engagement.academy)] if engagement.academy_id else []),
        ("Where", engagement.places),
        ("When", engagement.when),
        *([("Peacekeeping mission", engagement.peacekeeping_mission)] if engagement.peacekeeping_mission else []),
        ("What it is for", engagement.summary),
        ("Looked after by", engagement.owner),
        *([("Source", source_link(engagement.source))] if engagement.source_id else []),
    )


# -- addenda ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Paper:
    """One addendum with who has signed exactly its present terms."""

    addendum: Addendum
    digest: str
    signatures: list[Signature]
    void: list[Signature]
    settled: bool = False

    @property
    def signed(self) -> set[str]:
        return {s.side for s in self.signatures}

    @property
    def missing(self) -> list[str]:
        agency = self.addendum.agency.name
        names = {SignatureSide.INL: "INL", SignatureSide.AGENCY: agency}
        return [name for side, name in names.items() if side not in self.signed]

    @property
    def status(self) -> dict[str, str]:
        if self.settled:
            return {"label": "Settled", "tone": "good"}
        if not self.missing:
            return {"label": "Signed by both sides", "tone": "good"}
        return {"label": "Not signed yet" if len(self.missing) > 1 else "One signature missing", "tone": "warn"}


def papers(engagement: Engagement, agencies: set[int] | None = None) -> list[Paper]:
    """The addenda with who has signed them; of `agencies` only, where the reader speaks for some."""
    rows = [a for a in engagement.addenda.all() if agencies is None or a.agency_id in agencies]
    if engagement.status in BEING_SIGNED:
        return [paper(a) for a in rows]
    return [Paper(a, "", [], [], settled=True) for a in rows]


def paper(addendum: Addendum) -> Paper:
    digest = addendum_digest(addendum)
    every = list(addendum.signatures.all())
    return Paper(
        addendum,
        digest,
        [s for s in every if s.sha256 == digest],
        [s for s in every if s.sha256 != digest],
    )


# -- whose turn ------------------------------------------------------------------------------------
def engagement_turn(
    engagement: Engagement, user, door: str, addenda: list[Paper], reports: list[FinalReport]
) -> Turn | None:
    """Who has to do what now, and where."""
    officer = "an INL/KM officer"
    mine = door == "desk" and user.staff_role in ("officer", "director")
    if engagement.status == "addendum":
        missing = [name for p in addenda for name in p.missing]
        if missing:
            who = " and ".join(dict.fromkeys(missing))
            return Turn(mine and "INL" in missing, who, "The addendum waits to be signed.")
        return Turn(mine, officer, "Everything is signed. Preparations can start.")
    if engagement.status == "planned":
        return Turn(mine, officer, "The agencies and the addenda are still to be written.")
    if engagement.status == "preparing":
        text = f"Everybody who travels gets ready. It starts on {show(engagement.starts_on)}."
        return Turn(mine and engagement.starts_on <= today(), "everybody who travels", text)
    if engagement.status == "under_way":
        text = f"It runs until {show(engagement.ends_on)}. When everybody is home, it is completed."
        return Turn(mine and engagement.ends_on <= today(), "the team", text)
    if engagement.status == "completed":
        return _last_steps(reports, mine)
    return None


def _last_steps(reports: list[FinalReport], mine: bool) -> Turn:
    owed = [r for r in reports if r.status in ("due", "drafting", "returned")]
    if owed:
        first = min(owed, key=lambda r: r.due_on)
        return Turn(False, str(first.agency), "The final report is owed.", due_words(first.due_on))
    if any(r.status == "submitted" for r in reports):
        return Turn(mine, "an INL/KM officer", "A final report waits to be read.")
    return Turn(mine, "an INL/KM officer", "Reports are done. When every claim is settled it can be closed.")


def tag(engagement: Engagement, door: str) -> dict[str, str]:
    return engagement.status_tag if door == "desk" else engagement.plain_status_tag


def drawn_panels(request, engagement: Engagement, door: str) -> list[dict[str, str]]:
    """What the higher floors show of this engagement, each under its heading."""
    return [
        {
            "title": panel.title,
            "html": render_to_string(
                panel.template, {"engagement": engagement, "door": door, **panel.context}, request=request
            ),
        }
        for panel in panels(engagement, request.user, door)
    ]
