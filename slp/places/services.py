"""The reference data of places, loaded from the files under `slp/places/data/`; and who works at a post."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from django.db import transaction
from django.db.models import F

from slp.accounts.services import end_sessions, open_account
from slp.lib.answers import Answer, Refused, answer, require
from slp.lib.errors import readable_constraints
from slp.lib.track import because
from slp.places.models import Academy, Closure, Country, Language, Post, PostAssignment

DATA = Path(__file__).parent / "data"
LISTED_IN = {"in_brochure": "slp-brochure", "in_police_partnerships": "inl-police-partnerships"}


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of one data file."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_places() -> dict[str, int]:
    """Languages, posts, countries and academies. Adds what is missing; what people changed stays as it is."""
    with transaction.atomic(), because(None, "Loaded the reference data"):
        return {
            "languages": load_languages(),
            "posts": load_posts(),
            "countries": load_countries(),
            "academies": load_academies(),
        }


def _languages(row: dict[str, str]) -> list[tuple[str, str]]:
    codes, names = row["language_codes"].split(";"), row["languages"].split(";")
    return [(c.strip(), n.strip()) for c, n in zip(codes, names, strict=True) if c.strip()]


def load_languages() -> int:
    found = {code: name for row in rows_of("countries.csv") for code, name in _languages(row)}
    return _add(Language, [Language(code=code, name=name) for code, name in found.items()])


def _post_name(row: dict[str, str]) -> str:
    return f"Embassy {row['embassy_city']}"


def load_posts() -> int:
    """One post per embassy city: Bridgetown, for example, serves several countries."""
    rows = {_post_name(row): row for row in rows_of("countries.csv")}
    known = set(Post.objects.values_list("name", flat=True))
    missing = [
        Post(name=name, city=row["embassy_city"], time_zone=row["embassy_tz"])
        for name, row in rows.items()
        if name not in known
    ]
    return len(Post.objects.bulk_create(missing))


def _aliases(row: dict[str, str]) -> list[str]:
    names = [row["name_in_brochure"], row["name_in_police_partnerships"]]
    return sorted({name for name in names if name and name != row["name"]})


def load_countries() -> int:
    """Countries with their languages, and where each was published as a country of the programme."""
    posts = {post.name: post for post in Post.objects.all()}
    rows = rows_of("countries.csv")
    known = set(Country.objects.values_list("pk", flat=True))
    missing = [row for row in rows if row["iso2"] not in known]
    Country.objects.bulk_create(
        Country(
            iso2=row["iso2"],
            iso3=row["iso3"],
            name=row["name"],
            aliases=_aliases(row),
            region=row["region"],
            capital=row["capital"],
            currency=row["currency"],
            post=posts[_post_name(row)],
            sources=[code for column, code in LISTED_IN.items() if row[column] == "1"],
            notes=row["notes"],
        )
        for row in missing
    )
    through = Country.languages.through
    through.objects.bulk_create(
        through(country_id=row["iso2"], language_id=code) for row in missing for code, _ in _languages(row)
    )
    return len(missing)


def load_academies() -> int:
    """The International Law Enforcement Academies and regional training centers."""
    countries = set(Country.objects.values_list("pk", flat=True))
    made = [
        Academy(
            code=row["code"],
            name=row["name"],
            city=row["city"],
            country_id=row["iso2"] if row["iso2"] in countries else None,
            opened=int(row["year"]),
            region_served=row["region_served"],
            kind=row["kind"],
            time_zone=row["timezone"],
            source=row["source"],
            certainty=row["certainty"],
        )
        for row in rows_of("academies.csv")
    ]
    return _add(Academy, made)


def _add(model, objects: list) -> int:
    known = set(model.objects.values_list("pk", flat=True))
    return len(model.objects.bulk_create([o for o in objects if o.pk not in known]))


# -- people at posts -------------------------------------------------------------------------------
def can_assign_to_post(user) -> Answer:
    return answer(user is None or user.is_administrator, "Only an administrator can assign people to posts.")


@transaction.atomic
def assign_to_post(*, actor, post: Post, email: str, name: str, role: str, password: str | None = None, **fields):
    """A person works at a post in a role; the account is opened if there is none."""
    require(can_assign_to_post(actor))
    user = open_account(actor=actor, email=email, name=name, password=password, **fields)
    if user.is_staff or user.memberships.filter(is_active=True).exists():
        speaks = "works for INL/KM" if user.is_staff else "speaks for an agency"
        raise Refused(f"{user} {speaks} and can't work at a post as well.")
    with because(actor, "Assigned to the post"), readable_constraints(PostAssignment):
        ended = PostAssignment.objects.filter(user=user, post=post, role=role, is_active=False)
        if ended.update(is_active=True, version=F("version") + 1):
            return PostAssignment.objects.get(user=user, post=post, role=role)
        return PostAssignment.objects.create(user=user, post=post, role=role)


@transaction.atomic
def end_assignment(*, actor, assignment: PostAssignment, reason: str) -> PostAssignment:
    """The person leaves the post: access ends at once, the record stays."""
    require(can_assign_to_post(actor))
    with because(actor, "Ended the assignment", reason):
        assignment.is_active = False
        assignment.version += 1
        assignment.save(update_fields=["is_active", "version"])
    if not assignment.user.speaks_for_somebody:
        end_sessions(assignment.user)
    return assignment


# -- days on which a post is closed ------------------------------------------------------------------
def can_close_post(user) -> Answer:
    return answer(user is None or user.is_administrator, "Only an administrator can record when a post is closed.")


def add_closure(*, actor, post: Post, on: date, name: str) -> Closure:
    """The post does not work that day, such as on a local holiday: what is due is due before it."""
    require(can_close_post(actor))
    if not name.strip():
        raise Refused("Say why the post is closed.")
    closure = Closure(post=post, on=on, name=name.strip())
    with because(actor, "Recorded a closure"), readable_constraints(Closure):
        closure.save(force_insert=True)
    return closure


def remove_closure(*, actor, closure: Closure) -> None:
    """The post works that day after all. The history keeps the closure."""
    require(can_close_post(actor))
    with because(actor, "Removed a closure"):
        closure.delete()
