"""The pages that the benchmark measures: who opens them, and on which record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from deployments.models import Claim, Deployment
from engagements.models import Engagement, FinalReport, Invitation, Need
from partners.models import Agency, Agreement, Expert

DOMAIN = "demo.example"


@dataclass(frozen=True)
class Page:
    """One page as one demo account opens it. `kind`: list, detail, overview or matching."""

    name: str
    kind: str
    account: str
    url: Callable

    @property
    def email(self) -> str:
        return f"{self.account}@{DOMAIN}"


def _list(name: str, account: str, query: str = "") -> Page:
    label = f"{name}{query}"
    return Page(label, "list", account, lambda user: reverse(name) + query)


def _detail(name: str, account: str, model, *, kind: str = "detail", **filters) -> Page:
    def url(user) -> str:
        row = model.objects.visible_to(user).filter(**filters).order_by("pk").first()
        return reverse(name, args=[getattr(row, "reference", None) or row.pk])

    return Page(name, kind, account, url)


PAGES = (
    Page("desk (admin index)", "overview", "officer", lambda user: reverse("admin:index")),
    Page("portal:home", "overview", "coordinator", lambda user: reverse("portal:home")),
    Page("post:home", "overview", "post", lambda user: reverse("post:home")),
    _list("desk:need-list", "officer"),
    _list("desk:need-list", "officer", "?status=validated"),
    _list("desk:invitation-list", "officer"),
    _list("desk:engagement-list", "officer"),
    _list("desk:engagement-list", "officer", "?q=haiti"),
    _list("desk:deployment-list", "officer"),
    _list("desk:deployment-list", "officer", "?q=mentor"),
    _list("desk:deployment-list", "officer", "?page=200"),
    _list("desk:claim-list", "officer"),
    _list("desk:report-list", "officer"),
    _list("desk:agency-list", "officer"),
    _list("desk:expert-list", "officer"),
    _list("desk:expert-list", "officer", "?q=jean"),
    _list("desk:agreement-list", "officer"),
    _list("portal:engagement-list", "coordinator"),
    _list("portal:invitation-list", "coordinator"),
    _list("portal:claim-list", "coordinator"),
    _list("portal:expert-list", "coordinator"),
    _list("post:need-list", "post"),
    _list("post:deployment-list", "post"),
    _list("post:support-list", "post"),
    _detail("desk:need-detail", "officer", Need, status="validated"),
    _detail("desk:need-match", "officer", Need, kind="matching", status="validated"),
    _detail("desk:invitation-detail", "officer", Invitation),
    _detail("desk:engagement-detail", "officer", Engagement, is_historic=False),
    _detail("desk:deployment-detail", "officer", Deployment, status="preparing"),
    _detail("desk:claim-detail", "officer", Claim, status="in_review"),
    _detail("desk:report-detail", "officer", FinalReport),
    _detail("desk:agency-detail", "officer", Agency, is_fictional=True),
    _detail("desk:expert-detail", "officer", Expert),
    _detail("desk:agreement-detail", "officer", Agreement, status="active"),
    _detail("portal:invitation-detail", "coordinator", Invitation),
    _detail("portal:engagement-detail", "coordinator", Engagement),
    _detail("portal:deployment-detail", "coordinator", Deployment),
    _detail("portal:claim-detail", "coordinator", Claim),
    _detail("post:need-detail", "post", Need),
    _detail("post:deployment-detail", "post", Deployment),
)
