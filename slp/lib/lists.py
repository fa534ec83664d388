"""Every list of every door: filters, sort and search in the URL, an export, a constant number of queries.

Rendering, not the database, is what a list page costs. So rows are fetched as plain values (ids first, joins
after the limit), cells are strings made here, and nothing counts a table to its end.
"""

from __future__ import annotations

import csv
import html
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import F
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe

from slp.lib.dates import show as show_date
from slp.lib.dates import today
from slp.lib.lifecycle import Lifecycle
from slp.lib.statements import AnyOf, Key, Statement

PAGE_SIZE = 50
COUNT_LIMIT = 1000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """One column: `key` is an ORM path (also its sort key); `show` turns the value into text."""

    key: str
    label: str
    show: Callable[[Any], str] | None = None
    sort: bool = True
    kind: str = ""  # "number" aligns to the right
    lifecycle: Lifecycle | None = None  # the value is a status: shown as a tag
    plain: bool = False  # in the partner's words

    def text(self, value: Any) -> str:
        """The value as text, for a cell or an export."""
        if self.lifecycle is not None:
            return self.lifecycle.label(value, plain=self.plain) if value else ""
        if self.show is not None:
            return str(self.show(value))
        return plain_text(value)

    def html(self, value: Any) -> SafeString:
        if self.lifecycle is not None:
            return _tag(self.lifecycle, value, self.plain)
        if value.__class__ is str and self.show is None:
            return SafeString(html.escape(value))  # most cells
        return escaped(self.text(value))


def escaped(text: str) -> SafeString:
    """Plain text made safe. Django's `escape` first asks each text whether it is lazy, which costs more than that."""
    return text if isinstance(text, SafeString) else SafeString(html.escape(text))


@lru_cache(maxsize=512)
def _tag(lifecycle: Lifecycle, status: str, plain: bool) -> SafeString:
    """A state as a tag. There are few, and every row has one."""
    label = lifecycle.label(status, plain=plain) if status else ""
    return format_html('<span class="slp-status slp-status--{}">{}</span>', lifecycle.tone(status), label)


def plain_text(value: Any) -> str:
    """Dates, moments, yes and no, and nothing, as every list shows them."""
    if value is None or value == "":
        return ""
    if value is True or value is False:
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{show_date(local.date())}, {local:%H:%M} {local.tzname()}"
    if isinstance(value, date):
        return show_date(value)
    if isinstance(value, Decimal):
        return f"{value:,}"
    return str(value)


def choice(choices: type[models.Choices]) -> Callable[[Any], str]:
    """`show` for a column with choices."""
    labels = dict(choices.choices)
    return lambda value: labels.get(value, "") if value not in (None, "") else ""


@dataclass(frozen=True)
class Empty:
    """What a list says when it has nothing: why, and what to do next."""

    title: str
    text: str
    action_label: str = ""
    action_url: str = ""


@dataclass
class ListPage:
    """The whole of one list. `rows(user)` must start from `visible_to(user)`."""

    title: str
    rows: Callable[[Any], models.QuerySet]
    columns: tuple[Column, ...]
    order: str
    empty: Empty
    link: Callable[[dict], str] | None = None  # row's values -> URL of its page
    link_fields: tuple[str, ...] = ()  # more fields that `link` needs
    filters: type | None = None  # a django-filter FilterSet
    search: str = ""  # the column that holds the searchable text, lower case
    search_label: str = "Search"
    intro: str = ""
    filename: str = "export"
    ahead: str = ""  # what the list's own order goes by before anything else, an annotation of `rows`
    at_once: bool = False  # an index has the order and the joins are few: the first page needs no second look
    worked_out: dict[str, Callable[[], Any]] = field(default_factory=dict)  # columns that are expressions, made anew
    extra: dict = field(default_factory=dict)
    kept: dict[date, Statement] = field(init=False, default_factory=dict, repr=False)


@dataclass(frozen=True)
class FilterField:
    """One filter, drawn: Django's own widget templates would cost more than the rest of the page."""

    label: str
    id: str
    html: SafeString
    errors: list[str]
    is_checkbox: bool = False


@dataclass(frozen=True)
class Header:
    label: str
    sort_url: str = ""
    direction: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Pages:
    """Where we are in a list, without counting it to the end."""

    number: int
    has_next: bool
    total: int
    capped: bool
    previous_url: str = ""
    next_url: str = ""

    @property
    def total_label(self) -> str:
        return f"{COUNT_LIMIT}+" if self.capped else str(self.total)


def list_view(request, page: ListPage, template: str, **context):
    """Render `page`, or export it when the URL says `export=csv`."""
    queryset = page.rows(request.user)
    filterset = page.filters(request.GET or None, queryset=queryset, request=request) if page.filters else None
    if filterset is not None and filterset.is_valid():
        queryset = filterset.qs
    term = " ".join(request.GET.get("q", "").lower().split())[:100].replace("\x00", "")
    if term and page.search:
        for word in term.split():
            queryset = queryset.filter(**{f"{page.search}__contains": word})
    by, order = _order(request.GET.get("sort", ""), page)
    exports = request.GET.get("export") == "csv"
    if exports or by.removeprefix("-") in page.worked_out:
        queryset = _worked_out(queryset, page)
    queryset = queryset.order_by(*order)
    if exports:
        return _export(queryset, page)
    pages, rows = _slice(request, queryset, page)
    active = any(v for k, v in request.GET.items() if k not in ("page", "sort"))
    return render(
        request,
        template,
        {
            "list": page,
            "columns": _headers(request, page, by),
            "rows": rows,
            "pages": pages,
            "filters": _filter_fields(filterset),
            "term": term,
            "is_filtered": active,
            "export_url": url_with(request, export="csv", page=None),
            **page.extra,
            **context,
        },
    )


def _order(asked: str, page: ListPage) -> tuple[str, tuple[str, ...]]:
    """The key that the rows are sorted by, and the whole order: the list's own may put something ahead."""
    own = asked.removeprefix("-") not in {c.key for c in page.columns if c.sort}
    by = page.order if own else asked
    order = (by, "-pk" if by.startswith("-") else "pk")
    return by, (page.ahead, *order) if own and page.ahead else order


def _keys(page: ListPage) -> list[str]:
    return list(dict.fromkeys([*(c.key for c in page.columns), *page.link_fields]))


def page_number(request) -> int:
    """The page that the address asks for; the first, where it asks for nonsense."""
    try:
        return min(max(int(request.GET.get("page", 1)), 1), 100_000)
    except ValueError:
        return 1


def pages_of(request, number: int, *, has_next: bool, total: int) -> Pages:
    """Where page `number` stands. `total` may be counted no further than one beyond COUNT_LIMIT."""
    return Pages(
        number=number,
        has_next=has_next,
        total=min(total, COUNT_LIMIT),
        capped=total > COUNT_LIMIT,
        previous_url=url_with(request, page=number - 1) if number > 1 else "",
        next_url=url_with(request, page=number + 1) if has_next else "",
    )


def capped_counts(*querysets: models.QuerySet) -> list[int]:
    """How many rows each queryset has, counted no further than one beyond COUNT_LIMIT. One statement for all."""
    parts, params = [], []
    for rows in querysets:
        try:
            sql, values = rows.order_by().values("pk")[: COUNT_LIMIT + 1].query.sql_with_params()
        except EmptyResultSet:  # nothing can fulfil the condition, so Django makes no statement of it
            sql, values = "SELECT 1 WHERE false", ()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608 -- made by the ORM
        params += values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return list(cursor.fetchone())


def capped_label(count: int) -> str:
    """A count of `capped_counts` in words: "1000+" where it stopped."""
    return f"{COUNT_LIMIT}+" if count > COUNT_LIMIT else str(count)


def _slice(request, queryset: models.QuerySet, page: ListPage) -> tuple[Pages, list[SafeString]]:
    number = page_number(request)
    start = (number - 1) * PAGE_SIZE
    found = {}
    if page.at_once and number == 1:
        found = {row["pk"]: row for row in queryset.values("pk", *_keys(page))[: PAGE_SIZE + 1]}
        ids, total = list(found), None if len(found) > PAGE_SIZE else len(found)
    else:
        ids, total = _ids(queryset, start)
    has_next = len(ids) > PAGE_SIZE
    ids = ids[:PAGE_SIZE]
    if total is None:
        total = queryset.order_by().values("pk")[: COUNT_LIMIT + 1].count()
    if ids and not found:
        found = {row["pk"]: row for row in _said(queryset, page, ids)}
    starts = _cell_starts(page)
    rows = [_row(found[pk], page, starts) for pk in ids if pk in found]
    return pages_of(request, number, has_next=has_next, total=total), rows


def _ids(queryset: models.QuerySet, start: int) -> tuple[list, int | None]:
    """The rows from `start` on, and how many there are in all where that shows how many.

    The ids of a thousand rows cost less than a second statement that counts them under the same conditions.
    """
    last = start + PAGE_SIZE + 1
    ids = list(queryset.values_list("pk", flat=True)[start : max(last, COUNT_LIMIT + 1)])
    if start >= COUNT_LIMIT:
        return ids, COUNT_LIMIT + 1  # no need to ask
    return ids[: PAGE_SIZE + 1], start + len(ids) if ids or not start else None


def _worked_out(queryset: models.QuerySet, page: ListPage) -> models.QuerySet:
    return queryset.annotate(**{name: make() for name, make in page.worked_out.items()})


def _said(queryset: models.QuerySet, page: ListPage, ids: list) -> Iterable[dict[str, Any]]:
    """What these rows say: no condition is needed any more, unless a column is worked out by the query itself."""
    if (queryset.query.annotations.keys() - page.worked_out.keys()) & set(_keys(page)):
        return queryset.order_by().filter(pk__in=ids).values("pk", *_keys(page))
    if today() not in page.kept:
        rows = _worked_out(queryset.model._base_manager.order_by(), page)
        rows = rows.filter(AnyOf(F("pk"), Key("ids"))).values("pk", *_keys(page))
        page.kept.clear()
        page.kept[today()] = Statement(lambda: rows)
    return page.kept[today()].of(ids=ids)


def _cell_starts(page: ListPage) -> list[str]:
    """The opening tag of each column's cells; a phone shows `data-label` before the value."""
    kinds = [f' class="slp-{c.kind}"' if c.kind else "" for c in page.columns]
    return [f'<td data-label="{escape(c.label)}"{kind}>' for c, kind in zip(page.columns, kinds, strict=True)]


def _row(values: dict, page: ListPage, starts: list[str]) -> SafeString:
    """One table row. Every value is escaped by `Column.html`."""
    cells = [column.html(values[column.key]) for column in page.columns]
    if page.link and (url := page.link(values)):
        cells[0] = f'<a class="usa-link" href="{html.escape(url)}">{cells[0]}</a>'
    return mark_safe("".join(f"{start}{cell}</td>" for start, cell in zip(starts, cells, strict=True)))  # noqa: S308


def _filter_fields(filterset) -> list[FilterField]:
    fields = []
    for bound in filterset.form.visible_fields() if filterset is not None else ():
        widget = bound.field.widget
        drawn = _drawn(bound, widget)
        is_checkbox = isinstance(widget, forms.CheckboxInput)
        fields.append(FilterField(bound.label, bound.id_for_label, drawn, list(bound.errors), is_checkbox))
    return fields


def _drawn(bound: forms.BoundField, widget: forms.Widget) -> SafeString:
    if type(widget) is forms.Select:
        return _select(bound)
    if isinstance(widget, forms.TextInput):
        return _input(bound, widget)
    return bound.as_widget(attrs={"class": _css(widget)})


def _input(bound: forms.BoundField, widget: forms.TextInput) -> SafeString:
    """A plain input of one line."""
    value = "" if bound.value() is None else widget.format_value(bound.value()) or ""
    attrs = {"type": widget.input_type, "name": bound.html_name, "id": bound.id_for_label, "value": value}
    attrs |= widget.attrs | ({"aria-invalid": "true"} if bound.errors else {})
    said = "".join(f' {name}="{html.escape(str(text))}"' for name, text in attrs.items())
    return mark_safe(f'<input class="usa-input"{said}>')  # noqa: S308 -- each part is escaped


def _css(widget: forms.Widget) -> str:
    return "usa-checkbox__input" if isinstance(widget, forms.CheckboxInput) else "usa-input"


def _choices(field: forms.Field) -> list[tuple[Any, Any]]:
    """A field's choices; of rows that are called by their name only key and name are read."""
    queryset = getattr(field, "queryset", None)
    if queryset is None or "name" not in {f.name for f in queryset.model._meta.fields}:
        return list(field.choices)
    empty = [] if field.empty_label is None else [("", field.empty_label)]
    return empty + list(queryset.values_list("pk", "name"))


def _select(bound: forms.BoundField) -> SafeString:
    """A plain select with its choices."""
    given = bound.value()
    # Hundreds of agencies are escaped as one text: NUL is in none of them, PostgreSQL would not have it.
    words = html.escape("\0;".join([f"{value}\0:{label}" for value, label in _choices(bound.field)]))
    options = words.replace("\0;", '</option><option value="').replace("\0:", '">')
    mark = f'<option value="{html.escape("" if given is None else str(given))}"'
    options = f'<option value="{options}</option>'.replace(f"{mark}>", f"{mark} selected>") if words else ""
    start = f'<select class="usa-select" name="{bound.html_name}" id="{bound.id_for_label}">'
    return mark_safe(f"{start}{options}</select>")  # noqa: S308 -- each part is escaped


def _headers(request, page: ListPage, order: str) -> list[Header]:
    headers = []
    for column in page.columns:
        if not column.sort:
            headers.append(Header(column.label, kind=column.kind))
            continue
        current = order.removeprefix("-") == column.key
        direction = ("descending" if order.startswith("-") else "ascending") if current else ""
        target = f"-{column.key}" if direction == "ascending" else column.key
        headers.append(Header(column.label, url_with(request, sort=target, page=None), direction, column.kind))
    return headers


def url_with(request, **changes) -> str:
    """This page's address with some parameters changed, the others kept. Ready for a template."""
    params = request.GET.copy()
    for key, value in changes.items():
        params.pop(key, None)
        if value not in (None, ""):
            params[key] = value
    return mark_safe(conditional_escape(f"?{params.urlencode()}"))  # noqa: S308 -- escaped in the same line


class _Echo:
    def write(self, value: str) -> str:
        return value


def safe_for_spreadsheet(text: str) -> str:
    """Text that a spreadsheet would run as a formula is kept as text."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        Decimal(text.replace(",", ""))
    except ArithmeticError:
        return False
    return True


def _export(queryset: models.QuerySet, page: ListPage) -> StreamingHttpResponse:
    keys = [c.key for c in page.columns]
    rows = (
        [c.text(v) for c, v in zip(page.columns, values, strict=True)]
        for values in queryset.values_list(*keys).iterator(chunk_size=2000)
    )
    return csv_response(page.filename, [c.label for c in page.columns], rows)


def csv_response(filename: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> StreamingHttpResponse:
    """A spreadsheet that leaves line by line while `rows` are read. Nothing in it runs as a formula."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(header)
        for row in rows:
            yield writer.writerow([safe_for_spreadsheet(text) for text in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}.csv"'
    return response
