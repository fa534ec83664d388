"""An agency's rows (contacts, capacity, ties) and who speaks for it: the same pages at the portal and at the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString

from partners.forms.agencies import CapacityFormSet, ContactFormSet, MembershipForm, TieFormSet
from partners.lifecycles import AGREEMENT
from partners.models import Agency, Agreement, CommunityTie, Contact, Expert, Membership, Outreach, OutreachKind
from partners.models.agency import AgencyRole
from partners.pages.common import form_page, lines, named, whose
from partners.pages.rows import Rows, rows_page
from partners.permissions import can_change_people, can_edit_agency
from partners.services.people import add_membership, end_membership, invite_again
from slp.lib.answers import require
from slp.lib.dates import show
from slp.lib.forms import refused_at
from slp.lib.light import columns, light
from slp.lib.lists import COUNT_LIMIT, capped_label
from slp.lib.statements import Key, Statement, kept

# What a page shows of the rows of one agency, without all else that stands in them.
KNOWS = Statement(
    lambda: named("expertise", Agency.expertise.through.objects.filter(agency=Key("agency")), "expertise_id").union(
        named("ties", CommunityTie.objects.filter(agency=Key("agency")), "country__name"), all=True
    )
)
AGREEMENTS = Statement(
    lambda: (
        Agreement.objects.filter(agency=Key("agency"))
        .order_by("-pk")
        .values("id", "reference", "title", "kind", "status", "status_since", "starts_on", "ends_on", "date_precision")[
            :20
        ]
    )
)
CONTACTS = Statement(
    lambda: Contact.objects.filter(agency=Key("agency")).values("name", "is_primary", "title", "email", "phone")
)
PEOPLE = Statement(
    lambda: (
        Membership.objects.filter(agency=Key("agency"))
        .order_by("-is_active", "role", "pk")
        .values("pk", "role", "is_active", "user__name", "user__email", "user__last_login")
    )
)
OUTREACH = Statement(
    lambda: (
        Outreach.objects.filter(agency=Key("agency"))
        .order_by("-on")
        .values("pk", "kind", "on", "date_precision", "summary", "attended", "next_step", "next_step_on")[:20]
    )
)
ON_ROSTER = Statement(
    lambda: Expert.objects.filter(agency=Key("agency"), is_active=True).order_by().values("pk")[: COUNT_LIMIT + 1]
)


@kept
def _record(reader, key: int):
    return Agency.objects.visible_to(reader).filter(pk=key).values_list(*columns(Agency))


def load_agency(request, key: int) -> Agency:
    """An agency that the reader sees, for a page that shows it."""
    for row in _record(request.user, key):
        return light(Agency, dict(zip(columns(Agency), row, strict=True)))
    raise Http404


def knows(agency: Agency) -> dict[str, list[str]]:
    """The names of its fields of expertise and of the countries that its community has ties to."""
    found: dict[str, list[str]] = {"expertise": [], "ties": []}
    for row in sorted(KNOWS.of(agency=agency.pk), key=lambda row: row["key"]):
        found[row["of"]].append(row["name"])
    return found


def agreements_of(agency: Agency) -> list[Agreement]:
    """Its latest agreements."""
    return [light(Agreement, row) for row in AGREEMENTS.of(agency=agency.pk)]


def agreement_lines(agreements: list[Agreement], url: str) -> SafeString:
    """The same as lines of a list. `url`: of the list above their pages."""
    line = (
        '<li><a class="usa-link" href="{}{}/">{}</a> <span class="slp-ref">{}</span> '
        '<span class="slp-status slp-status--{}">{}</span></li>'
    )
    return lines(
        line,
        ((url, a.reference, a.title, a.reference, AGREEMENT.tone(a.status), a.status_label()) for a in agreements),
    )


def outreach_of(agency: Agency) -> list[dict[str, Any]]:
    """The latest meetings, calls and letters."""
    rows = OUTREACH.of(agency=agency.pk)
    for row in rows:
        row |= {"kind": OutreachKind(row["kind"]).label, "on": show(row["on"], row["date_precision"])}
    return rows


def on_roster(agency: Agency) -> str:
    """How many people it offers, in words."""
    count = ON_ROSTER.count(agency=agency.pk)
    return f"{capped_label(count)} {'person' if count == 1 else 'people'}"


def memberships_of(agency: Agency) -> list[dict[str, Any]]:
    """Who speaks for it, and who has spoken."""
    return [
        {
            "pk": row["pk"],
            "name": row["user__name"] or row["user__email"],
            "role": AgencyRole(row["role"]).label.lower(),
            "is_active": row["is_active"],
            "is_invited": row["user__last_login"] is None,
        }
        for row in PEOPLE.of(agency=agency.pk)
    ]


# Rows that are edited together: the page's title, the formset, and what the history says.
ROWS = {
    "contacts": ("Points of contact", ContactFormSet, "Changed the contacts"),
    "capacity": ("What the agency offers in a year", CapacityFormSet, "Changed the capacity"),
    "ties": ("Countries of the community", TieFormSet, "Changed the community ties"),
}


def agency_url(door: str, agency: Agency) -> str:
    """The agency's own page; at the portal it is named all the same, as somebody may speak for several."""
    if door == "portal":
        return f"{reverse('portal:agency-detail')}?agency={agency.pk}"
    return reverse("desk:agency-detail", args=[agency.pk])


def agency_rows_page(request, door: str, agency: Agency, which: str):
    """Rows that belong to the agency, edited together."""
    title, formset_class, verb = ROWS[which]
    rows = Rows(agency, formset_class, title, verb, agency_url(door, agency))
    return rows_page(request, door, rows, allowed=can_edit_agency(request.user, agency))


def membership_add_page(request, door: str, agency: Agency):
    """Name somebody who shall speak for the agency; a mail with a link to set a password goes out."""
    require(can_change_people(request.user, agency))
    form = MembershipForm(request.POST or None, agency=agency)
    back = agency_url(door, agency)
    if request.method == "POST" and form.is_valid():
        with refused_at(form, "email"):
            made = add_membership(actor=request.user, agency=agency, **form.cleaned_data)
            told = "a mail with a link to set a password" if made.user.last_login is None else "a mail that says so"
            messages.success(request, f"{made.user} is invited: {told} is on its way.")
            return redirect(back)
    return form_page(
        request,
        door,
        form,
        title="Add a colleague" if door == "portal" else "Name somebody who speaks for the agency",
        about=agency,
        lead="A coordinator answers requests and keeps the roster; a signatory signs; finance files claims; "
        "a traveller sees their own travel.",
        submit="Add",
        back=back,
    )


def membership_invite_page(request, door: str, key: int):
    """Send the invitation again to somebody who has not signed in yet."""
    membership = _membership(request, key)
    invite_again(actor=request.user, membership=membership)
    messages.success(request, f"Another invitation to {membership.user} is on its way.")
    return redirect(agency_url(door, membership.agency))


def membership_end_page(request, door: str, key: int):
    """Asks, then ends it: the person's access is gone with their next click."""
    membership = _membership(request, key)
    require(can_change_people(request.user, membership.agency))
    back = agency_url(door, membership.agency)
    if request.method == "POST":
        end_membership(actor=request.user, membership=membership)
        messages.success(request, f"{membership.user} no longer speaks for the agency.")
        return redirect(back)
    context = {
        "membership": membership,
        "whose": whose(request.user, membership),
        "base": f"{door}/base.html",
        "back": back,
    }
    return render(request, "partners/membership_end.html", context)


def _membership(request, key: int) -> Membership:
    rows = Membership.objects.visible_to(request.user).select_related("agency", "user")
    return get_object_or_404(rows, pk=key, is_active=True)
