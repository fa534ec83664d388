"""The addresses that come with Django and allauth: the admin's model pages, signing in, the second factor.

The expected answers stand in `site_matrix.csv`, as those of our own pages stand in `access_matrix.csv`; renewed the
same way. Columns are one person of each staff role and one of each other door: which of an agency's people it is
makes no difference here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern

from slp.tests.season import matrix
from slp.tests.season.world import World, first_made

TABLE = Path(__file__).with_name("site_matrix.csv")
COLUMNS = [
    "anonymous",
    "officer",
    "finance",
    "director",
    "administrator",
    "auditor",
    "coordinator",
    "traveller",
    "post",
]
NOT_SERVED = ("djdt", "static")
# Values that no row has: what an address with a secret or a key in it says to somebody who guesses.
GUESSED = {"key": "no-such-key", "uidb36": "1", "pk": 1, "app_label": "partners"}


def routes() -> Iterator[matrix.Route]:
    """All named routes that are not our own namespaces'."""
    found = set(_walk(get_resolver(), "", ()))
    return iter(sorted(found, key=lambda route: route.name))


def _walk(resolver, namespace: str, above: tuple[str, ...]) -> Iterator[matrix.Route]:
    for pattern in resolver.url_patterns:
        params = (*above, *_params(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, pattern.namespace or namespace, params)
        elif isinstance(pattern, URLPattern) and pattern.name and namespace not in (*matrix.NAMESPACES, *NOT_SERVED):
            yield matrix.Route(f"{namespace}:{pattern.name}" if namespace else pattern.name, params)


def _params(pattern) -> tuple[str, ...]:
    if isinstance(pattern, RegexPattern):
        return tuple(pattern.regex.groupindex)
    return tuple(pattern.converters)


def address(route: matrix.Route) -> str | None:
    """The route's address, for the first row of its model; None where there is none."""
    values = dict(GUESSED)
    if "object_id" in route.params:
        model = _model(route.name)
        obj = model._default_manager.order_by(first_made(model)).first()
        if obj is None:
            return None
        values |= {"object_id": obj.pk, "content_type_id": ContentType.objects.get_for_model(model).pk}
    return reverse(route.name, kwargs={name: values[name] for name in route.params})


def _model(name: str):
    if name == "admin:view_on_site":
        return apps.get_model("partners", "agency")
    label = name.removeprefix("admin:").rsplit("_", 1)[0]
    return next(m for m in admin.site._registry if f"{m._meta.app_label}_{m._meta.model_name}" == label)


def answers(world: World) -> dict[tuple[str, str], list[str]]:
    """(route, "GET" | "POST" | "no row") -> the status codes in the order of COLUMNS."""
    clients = {role: world.client(role) for role in COLUMNS}
    found = {}
    for route in routes():
        url = address(route)
        if url is None:
            found[route.name, "no row"] = [""] * len(COLUMNS)
            continue
        with matrix.unrendered():
            codes = [matrix.taken_back(lambda c=clients[role], u=url: matrix.get(c, u)) for role in COLUMNS]
            found[route.name, "GET"] = codes
            if "405" in codes:
                # by clients of their own, because one may sign out
                found[route.name, "POST"] = [matrix.post(world.client(role), url) for role in COLUMNS]
    return found
