"""Engagements as the three doors see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db.models import (
    BigIntegerField,
    DateField,
    F,
    IntegerField,
    Prefetch,
    TextField,
    Value,
    prefetch_related_objects,
)  # fmt: skip
from django.db.models.functions import Cast
from django.http import Http404
from django.template.loader import render_to_string

from engagements.lifecycles import addendum_digest
from engagements.models import Addendum, Engagement, FinalReport, HostInstitution, Need, Participation
from engagements.pages.common import Turn, due_words, facts
from engagements.panels import panels
from partners.models import Agency, Agreement, Signature
from partners.models.agreement import SignatureSide
from partners.pages.common import source_link
from partners.permissions import agency_roles
from slp.lib.dates import show, today
from slp.lib.light import columns, has_read, light, named, of
from slp.lib.statements import kept
from slp.places.models import Academy, Country

PATH = ("planned", "addendum", "preparing", "under_way", "completed", "closed")


BEING_SIGNED = ("planned", "addendum")  # later the terms are settled: who signed stands on the addendum's page
JUDGED = (*BEING_SIGNED, "preparing")  # the next move asks for the terms, the signatures and the agreements
REPORTED = ("completed", "closed", "cancelled")

# -- what is read ----------------------------------------------------------------------------------
OWN = columns(Engagement)
WORDS = {  # what stands beside it in words: the tables that they are from have many columns more
    "country_name": of(Country, "country_id"),
    "institution_name": of(HostInstitution, "institution_id"),
    "academy_name": of(Academy, "academy_id"),
    "owner_name": of(get_user_model(), "owner_id"),
    "owner_email": of(get_user_model(), "owner_id", "email"),
    "need_reference": of(Need, "need_id", "reference"),
    "need_title": of(Need, "need_id", "title"),
}


@kept
def _seen(reader, key):
    rows = Engagement.objects.visible_to(reader).filter(reference=key).order_by()
    return rows.values_list(*OWN, *WORDS.values())


@kept
def _beside(reader, engagement):
    """Who takes part, their addenda and their reports, in one statement: each is a row per agency.

    A row is (relation, id, agency, its name, reference, title or status, agreement, people as published, due on).
    """
    none = {field: Cast(Value(None), field()) for field in (TextField, BigIntegerField, IntegerField, DateField)}
    text, key, count, day = none.values()
    by = ("pk", "agency_id", "agency__name")
    under = (F("agreement__reference"), F("agreement__title"), F("agreement_id"), F("people_as_published"))
    part = Participation.objects.values_list(Value("participations"), *by, *under, day)
    addenda = Addendum.objects.values_list(Value("addenda"), *by, text, text, key, count, day)
    reports = FinalReport.objects.values_list(Value("reports"), *by, "reference", "status", key, count, "due_on")
    parts = [rows.filter(engagement=engagement).order_by() for rows in (part, addenda, reports)]
    return parts[0].union(*parts[1:], all=True).order_by("pk")


def load_engagement(request, key: str, *, paperwork: bool = True) -> Engagement:
    """The engagement with its agencies, addenda and, once there are any, reports; if this person may see it."""
    user = request.user
    row = next(iter(_seen(user, key)), None)
    if row is None:
        raise Http404
    engagement = light(Engagement, dict(zip(OWN, row, strict=False)))
    for name, words in zip(WORDS, row[len(OWN) :], strict=True):
        setattr(engagement, name, words)
    if paperwork and engagement.status in JUDGED:
        _read_to_judge(engagement)
        return engagement
    found = {"participations": [], "addenda": [], "reports": []}
    for relation, *row in _beside(user, engagement.pk):
        found[relation].append(_record(relation, engagement, *row))
    found["reports"].sort(key=lambda report: report.due_on)
    for relation in found if paperwork else ("participations",):
        has_read(engagement, relation, found[relation])
    return engagement


def _read_to_judge(engagement: Engagement) -> None:
    """Everything that the guards of the next move look at."""
    lookups = [
        Prefetch("participations", Participation.objects.select_related("agency", "agreement")),
        Prefetch("addenda", Addendum.objects.select_related("agency")),
    ]
    if engagement.status in BEING_SIGNED:
        signatures = Signature.objects.select_related("signer")
        lookups += ["addenda__costs", Prefetch("addenda__signatures", signatures)]
    prefetch_related_objects([engagement], *lookups)


def _record(relation: str, engagement: Engagement, pk, agency, name, reference, words, agreement, people, due_on):
    """A row of `_beside` as the record that it is from, with its agency's name."""
    own = {"id": pk, "engagement_id": engagement.pk, "agency_id": agency}
    if relation == "participations":
        own |= {"agreement_id": agreement, "people_as_published": people}
        found = light(Participation, own)
        under = {"id": agreement, "reference": reference, "title": words}
        found.agreement = light(Agreement, under) if agreement else None
    elif relation == "addenda":
        found = light(Addendum, own)
    else:
        found = light(FinalReport, own | {"reference": reference, "status": words, "due_on": due_on})
    found.agency = named(Agency, agency, name)
    return found


def reports_of(engagement: Engagement, agencies: set[int] | None = None) -> list[FinalReport]:
    """The final reports; of `agencies` only, where the reader speaks for some. None are owed before completion."""
    if engagement.status not in REPORTED:
        return []
    return [r for r in engagement.reports.all() if agencies is None or r.agency_id in agencies]


def engagement_facts(engagement: Engagement) -> list:
    return facts(
        ("Kind", engagement.get_kind_display()),
        ("Country", engagement.country_name),
        ("Host institution", engagement.institution_name),
        *([("Academy", engagement.academy_name)] if engagement.academy_id else []),
        ("Where", engagement.places),
        ("When", engagement.when),
        *([("Peacekeeping mission", engagement.peacekeeping_mission)] if engagement.peacekeeping_mission else []),
        ("What it is for", engagement.summary),
        ("Looked after by", engagement.owner_name or engagement.owner_email),
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
    officer = "INL" if door == "portal" else "an INL/KM officer"
    mine = door == "desk" and user.staff_role in ("officer", "director")
    if engagement.status == "addendum":
        missing = [name for p in addenda for name in p.missing]
        if missing:
            who = " and ".join(dict.fromkeys(missing))
            signs = mine and "INL" in missing if door != "portal" else _signs_one(addenda, user)
            return Turn(signs, who, "The addendum waits to be signed.")
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
        return _last_steps(reports, mine, officer)
    return None


def _signs_one(addenda: list[Paper], user) -> bool:
    """Does an addendum wait for this person to sign it for their agency?"""
    return any(
        SignatureSide.AGENCY not in p.signed and "signatory" in agency_roles(user, p.addendum.agency_id)
        for p in addenda
    )


def _last_steps(reports: list[FinalReport], mine: bool, officer: str) -> Turn:
    owed = [r for r in reports if r.status in ("due", "drafting", "returned")]
    if owed:
        first = min(owed, key=lambda r: r.due_on)
        return Turn(False, str(first.agency), "The final report is owed.", due_words(first.due_on))
    if any(r.status == "submitted" for r in reports):
        return Turn(mine, officer, "A final report waits to be read.")
    return Turn(mine, officer, "Reports are done. When every claim is settled it can be closed.")


def tag(engagement: Engagement, door: str) -> dict[str, str]:
    return engagement.status_tag if door == "desk" else engagement.plain_status_tag


def drawn_panels(request, engagement: Engagement, door: str) -> list[dict[str, str]]:
    """What the higher floors show of this engagement, each under its heading."""
    beside = {"engagement": engagement, "door": door}
    return [
        {"title": panel.title, "html": render_to_string(panel.template, beside | panel.context)}
        for panel in panels(engagement, request.user, door, request.GET)
    ]
