"""Who is who in the demonstration, and for every kind of object one of theirs and one of somebody else's."""

from __future__ import annotations

from functools import cached_property

from django.db import models
from django.test import Client

from deployments.models import (
    Claim,
    ClaimLine,
    Clearance,
    Deployment,
    Incident,
    Obligation,
    Payment,
    Requirement,
    ServiceRecord,
    Stay,
    SupportEntry,
    TrainingSession,
)
from engagements.models import Addendum, Engagement, FinalReport, Invitation, Need, Nomination, ReportExtension
from partners.models import (
    Agency,
    Agreement,
    Amendment,
    Certificate,
    Enquiry,
    Expert,
    Membership,
    Outreach,
    RosterImport,
)
from slp.accounts.models import User
from slp.demo.accounts import ACCOUNTS, DOMAIN
from slp.documents.models import Document

ROLES = [account.key for account in ACCOUNTS]


class Clients(dict):
    """By role; each signs in when first asked for, which takes longer than most pages."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def __missing__(self, role: str) -> Client:
        self[role] = self.world.client(role)
        return self[role]


class World:
    """The demo accounts' view of the season."""

    @cached_property
    def users(self) -> dict[str, User]:
        return {user.email.removesuffix(f"@{DOMAIN}"): user for user in User.objects.filter(email__endswith=DOMAIN)}

    def client(self, role: str) -> Client:
        client = Client(raise_request_exception=False, headers={"host": "localhost"})
        if role != "anonymous":
            client.force_login(self.users[role])
        return client

    def clients(self) -> Clients:
        return Clients(self)

    def own(self, model: type[models.Model], **filters) -> models.Model | None:
        """One that the home agency and the Haiti post have to do with, as far as the model allows."""
        order = first_made(model)
        rows = model.objects.filter(**filters)
        if not hasattr(model.objects, "visible_to"):
            return rows.order_by(order).first()
        for role in ("coordinator", "post"):
            seen = rows.filter(pk__in=model.objects.visible_to(self.users[role]).values("pk"))
            both = seen.filter(pk__in=model.objects.visible_to(self.users["post"]).values("pk"))
            found = both.order_by(order).first() or seen.order_by(order).first()
            if found:
                return found
        return rows.order_by(order).first()

    def others(self, model: type[models.Model], **filters) -> models.Model | None:
        """One that neither the home agency nor the Haiti post may see."""
        order = first_made(model)
        rows = model.objects.filter(**filters)
        if not hasattr(model.objects, "visible_to"):
            return None
        for role in ("coordinator", "post", "traveller"):
            rows = rows.exclude(pk__in=model.objects.visible_to(self.users[role]).values("pk"))
        return rows.order_by(order).first()


def first_made(model: type[models.Model]) -> str:
    """The keys of documents are random."""
    return "uploaded_at" if model is Document else "pk"


def requirement_for(engagement: Engagement) -> int:
    """The requirement of a team's first open clearance, or any."""
    rows = Clearance.objects.filter(deployment__engagement=engagement, status="not_started")
    first = rows.order_by("pk").values_list("requirement", flat=True).first()
    return first or Requirement.objects.order_by("pk").values_list("pk", flat=True).first()


def key(obj: models.Model) -> str:
    return str(getattr(obj, "reference", None) or obj.pk)


# What the `key` (or `pk`) in an address stands for, by the noun in the route's name.
NOUNS: dict[str, type[models.Model]] = {
    "addendum": Addendum,
    "agency": Agency,
    "agreement": Agreement,
    "amendment": Amendment,
    "certificate": Certificate,
    "claim": Claim,
    "clearance": Clearance,
    "deployment": Deployment,
    "document": Document,
    "engagement": Engagement,
    "enquiry": Enquiry,
    "expert": Expert,
    "extension": ReportExtension,
    "incident": Incident,
    "invitation": Invitation,
    "line": ClaimLine,
    "membership": Membership,
    "need": Need,
    "nomination": Nomination,
    "obligation": Obligation,
    "outreach": Outreach,
    "payment": Payment,
    "report": FinalReport,
    "roster-import": RosterImport,
    "seat": Invitation,
    "service-record": ServiceRecord,
    "stay": Stay,
    "support": SupportEntry,
    "team": Engagement,
    "training": TrainingSession,
}
