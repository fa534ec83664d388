"""Papers that wait for a signature, as conditions and proofs for the feeds of the start pages.

An agreement's version keeps the hash that is signed. What is signed of an amendment or an addendum is hashed when it
is asked for: its feed reads the terms with the row (the proof), and the hash is compared here.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, JSONObject

from engagements.models import Addendum, AddendumCost
from engagements.services.addenda import TERMS, digest_of_terms
from partners.models import AgreementVersion, Signature
from partners.models.agreement import SignatureSide
from partners.models.paper import digest_of_amendment

INL, AGENCY = SignatureSide.INL, SignatureSide.AGENCY


def _signatures(model: str) -> QuerySet:
    """Signatures under papers of a kind. By the kind's name: its number would be asked for, and may be another."""
    return Signature.objects.order_by().filter(content_type__model=model)


def unsigned(agreements: QuerySet, side: str) -> QuerySet:
    """Those agreements whose latest text this side has not signed."""
    latest = AgreementVersion.objects.filter(agreement=OuterRef("pk")).order_by("-number")
    rows = agreements.annotate(latest=Subquery(latest.values("pk")[:1]), hash=Subquery(latest.values("sha256")[:1]))
    signed = _signatures("agreementversion").filter(side=side, object_id=OuterRef("latest"), sha256=OuterRef("hash"))
    return rows.filter(~Exists(signed))


def _proof(**what: Any) -> Cast:
    return Cast(JSONObject(**what), TextField())


def _signed(model: str) -> ArraySubquery:
    """(side, hash) of all signatures under the paper."""
    rows = _signatures(model).filter(object_id=OuterRef("pk"))
    return ArraySubquery(rows.values(said=JSONObject(side="side", hash="sha256")))


AMENDMENT = _proof(
    of=JSONObject(**{name: name for name in ("agreement_id", "number", "text", "changes", "effective_on")}),
    signed=_signed("amendment"),
)


def amendment_unsigned(side: str):
    """Has this side not signed the amendment of this proof?"""

    def ask(proof: str) -> bool:
        read = json.loads(proof)
        return side not in _sides(read, digest_of_amendment(**read["of"]))

    return ask


def addenda(rows: QuerySet[Addendum]) -> Cast:
    """The proof of an engagement: these of its addenda, with their costs and signatures."""
    costs = AddendumCost.objects.order_by().filter(addendum=OuterRef("pk"))
    cost = JSONObject(category="category", amount="amount", currency="currency")
    one = JSONObject(
        terms=JSONObject(**{name: name for name in (*TERMS, "engagement_id", "agency_id")}),
        costs=ArraySubquery(costs.values(said=cost)),
        signed=_signed("addendum"),
    )
    mine = rows.order_by().filter(engagement=OuterRef("pk"))
    return _proof(addenda=ArraySubquery(mine.values(said=one)))


def agency_signs(proof: str) -> bool:
    """Does one of these addenda wait for the agency's signature?"""
    return any(AGENCY not in signed for signed in _signed_sides(proof))


def officer_goes_on(proof: str | None) -> bool:
    """Does an addendum wait for INL's signature, or has everybody signed? Without a proof nothing is to be signed."""
    signed = _signed_sides(proof) if proof else []
    return any(INL not in sides for sides in signed) or all({INL, AGENCY} <= sides for sides in signed)


def _signed_sides(proof: str) -> list[set[str]]:
    """Of each addendum, who has signed exactly its present terms."""
    found = []
    for read in json.loads(proof, parse_float=Decimal)["addenda"]:
        costs = [(cost["category"], Decimal(cost["amount"]), cost["currency"]) for cost in read["costs"]]
        found.append(_sides(read, digest_of_terms(read["terms"], costs)))
    return found


def _sides(read: dict, digest: str) -> set[str]:
    return {row["side"] for row in read["signed"] if row["hash"] == digest}
