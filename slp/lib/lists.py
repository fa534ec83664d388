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
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import F
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from slp.lib.dates import show as show_date
from slp.lib.dates import today
from slp.lib.filter_fields import filter_fields
from slp.lib.lifecycle import Lifecycle
from slp.lib.statements import AnyOf, Key, Statement, Text, rows_for, stand_in, text_of

PAGE_SIZE = 50
COUNT_LIMIT = 1000
FEW = 3000  # rows that are sorted sooner than found in their order
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
    instead: str = ""  # the key of words that a row may have instead of those of its status

    def text(self, value: Any, instead: str = "") -> str:
        """The value as text, for a cell or an export."""
        if self.lifecycle is not None:
            return instead or (self.lifecycle.label(value, plain=self.plain) if value else "")
        if self.show is not None:
            return str(self.show(value))
        return plain_text(value)

    def html(self, value: Any, instead: str = "") -> SafeString:
        if self.lifecycle is not None:
            return _tag(self.lifecycle, value, self.plain, instead)
        if value.__class__ is str and self.show is None:
            return SafeString(html.escape(value))  # most cells
        return escaped(self.text(value))


def escaped(text: str) -> SafeString:
    """Plain text made safe. Django's `escape` first asks each text whether it is lazy, which costs more than that."""
    return text if isinstance(text, SafeString) else SafeString(html.escape(text))


@lru_cache(maxsize=512)
def _tag(lifecycle: Lifecycle, status: str, plain: bool, instead: str) -> SafeString:
    """A state as a tag. There are few, and every row has one."""
    label = instead or (lifecycle.label(status, plain=plain) if status else "")
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
    shared: bool = False  # `rows` ask of the reader who they are and their staff role, nothing that a page remembers
    worked_out: dict[str, Callable[[], Any]] = field(default_factory=dict)  # columns that are expressions, made anew
    extra: dict = field(default_factory=dict)
    kept: dict[date, Statement] = field(init=False, default_factory=dict, repr=False)
    texts: dict[tuple, Text | None] = field(init=False, default_factory=dict, repr=False)


@dataclass(frozen=True)
class Pages:
    """Where we are in a list, without counting it to the end."""

    number: int
    has_next: bool
    total: int
    capped: bool
    previous_url: str = ""
    next_url: str = ""
    first_url: str = ""

    @property
    def total_label(self) -> str:
        return f"{COUNT_LIMIT}+" if self.capped else str(self.total)


def list_view(request, page: ListPage, template: str, **context):
    """Render `page`, or export it when the URL says `export=csv`."""
    by, order = _order(request.GET.get("sort", ""), page)
    active = any(v for k, v in request.GET.items() if k not in ("page", "sort"))
    filterset = page.filters(request.GET or None, request=request) if page.filters else None
    wrong = filterset is not None and filterset.is_bound and not filterset.is_valid()
    if request.GET.get("export") == "csv" and not wrong:
        queryset = _asked(request, page, filterset, request.user)
        return _export(_worked_out(queryset, page).order_by(*order), page)
    if page.shared and not active and page_number(request) == 1:
        pages, rows = _slice(request, page, *_first_ids(request, page, filterset, order))
    else:
        queryset = _asked(request, page, filterset, request.user)
        pages, rows = _slice(request, page, *_ids(request, _ordered(queryset, page, order)), queryset)
    return render(
        request,
        template,
        {
            "list": page,
            "columns": _headers(request, page, by),
            "rows": rows,
            "pages": pages,
            "filters": filter_fields(filterset),
            "term": _term(request),
            "is_filtered": active,
            "is_wrong": wrong,
            "export_url": url_with(request, export="csv", page=None),
            **page.extra,
            **context,
        },
    )


def _term(request) -> str:
    """What is searched for."""
    return " ".join(request.GET.get("q", "").lower().split())[:100].replace("\x00", "")


def _asked(request, page: ListPage, filterset, user) -> models.QuerySet:
    """The rows that the address asks for, of those that `user` sees. `filterset`: None for a list without filters.

    None while a filter is wrong: all of them would be a wrong answer to what was asked.
    """
    queryset = page.rows(user)
    if filterset is not None and filterset.is_bound:
        queryset = filterset.filter_queryset(queryset) if filterset.is_valid() else queryset.none()
    for word in _term(request).split() if page.search else ():
        queryset = queryset.filter(**{f"{page.search}__contains": word})
    return queryset


def _ordered(queryset: models.QuerySet, page: ListPage, order: tuple[str, ...]) -> models.QuerySet:
    if page.worked_out.keys() & {by.removeprefix("-") for by in order}:
        queryset = _worked_out(queryset, page)
    return queryset.order_by(*order)


def _order(asked: str, page: ListPage) -> tuple[str, tuple[str, ...]]:
    """The key that the rows are sorted by, and the whole order: the list's own may put something ahead."""
    own = asked.removeprefix("-") not in {c.key for c in page.columns if c.sort}
    by = page.order if own else asked
    order = (by, "-pk" if by.startswith("-") else "pk")
    return by, (page.ahead, *order) if own and page.ahead else order


def _keys(page: ListPage) -> list[str]:
    instead = (c.instead for c in page.columns if c.instead)
    return list(dict.fromkeys([*(c.key for c in page.columns), *instead, *page.link_fields]))


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
        first_url=url_with(request, page=None) if number > 1 else "",
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


def _slice(
    request, page: ListPage, ids: list, total: int, queryset: models.QuerySet | None = None
) -> tuple[Pages, list[SafeString]]:
    """Where the page of these rows stands, and the rows. `queryset`: all rows, where they are not those of the list."""
    has_next = len(ids) > PAGE_SIZE
    ids = ids[:PAGE_SIZE]
    found = {row["pk"]: row for row in _said(request, page, ids, queryset)} if ids else {}
    starts = _cell_starts(page)
    rows = [_row(found[pk], page, starts) for pk in ids if pk in found]
    return pages_of(request, page_number(request), has_next=has_next, total=total), rows


def _first_ids(request, page: ListPage, filterset, order: tuple[str, ...]) -> tuple[list, int]:
    """As `_ids`, of the first page when the address asks for nothing. The text is kept for the staff role and day."""
    key = (request.user.staff_role, order, today())
    if key not in page.texts:
        if any(day != today() for *_, day in page.texts):
            page.texts.clear()
        queryset = _asked(request, page, filterset, stand_in(request.user.staff_role))
        try:
            page.texts[key] = text_of(_ordered(queryset, page, order).values_list("pk")[: COUNT_LIMIT + 1])
        except EmptyResultSet:  # this role sees none of it
            page.texts[key] = None
    text = page.texts[key]
    ids = [pk for (pk,) in rows_for(request.user, text)] if text else []
    return ids[: PAGE_SIZE + 1], len(ids)


def _ids(request, queryset: models.QuerySet) -> tuple[list, int]:
    """The rows of the page and one more, and how many there are in all. One query.

    They are counted apart: in their order, a thousand rows of a rare kind are found only by reading many others.
    """
    start = (page_number(request) - 1) * PAGE_SIZE
    some = slice(start, start + PAGE_SIZE + 1)
    try:
        sql, params = queryset.values("pk")[some].query.sql_with_params()
        if _term(request):
            sql, params = _of_few(queryset, some, sql, params)
        else:
            counted, values = queryset.order_by().values("pk")[: COUNT_LIMIT + 1].query.sql_with_params()
            sql = f"SELECT ARRAY({sql}), (SELECT count(*) FROM ({counted}) AS counted)"  # noqa: S608 -- made by the ORM
            params = (*params, *values)
    except EmptyResultSet:  # nothing can fulfil the condition, so Django makes no statement of it
        return [], 0
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()


def _of_few(queryset: models.QuerySet, some: slice, sql: str, params: tuple) -> tuple[str, tuple]:
    """The same statement for words, which an index finds: few rows are sorted, of many the first are soon found by
    `sql`, in their order. The planner would read in order for few ones too, and the last letter's through all names.
    """
    order = queryset.query.order_by
    few, values = (
        queryset.order_by()
        .values_list("pk", *(by.removeprefix("-") for by in order))[: FEW + 1]
        .query.sql_with_params()
    )
    names = ", ".join(f"c{number}" for number in range(len(order) + 1))
    by = ", ".join(f"c{number} {'DESC' if one.startswith('-') else 'ASC'}" for number, one in enumerate(order, 1))
    page = f"SELECT c0 FROM few ORDER BY {by} LIMIT {some.stop - some.start} OFFSET {some.start}"  # noqa: S608
    return (
        f"WITH few ({names}) AS MATERIALIZED ({few}), found AS (SELECT count(*) AS total FROM few) "  # noqa: S608
        f"SELECT CASE WHEN total <= {FEW} THEN ARRAY({page}) ELSE ARRAY({sql}) END, total FROM found",
        (*values, *params),
    )


def _worked_out(queryset: models.QuerySet, page: ListPage) -> models.QuerySet:
    return queryset.annotate(**{name: make() for name, make in page.worked_out.items()})


def _said(request, page: ListPage, ids: list, queryset: models.QuerySet | None) -> Iterable[dict[str, Any]]:
    """What these rows say: no condition is needed any more, unless a column is worked out by the query itself."""
    if today() not in page.kept:
        queryset = page.rows(request.user) if queryset is None else queryset
        page.kept.clear()
        page.kept[today()] = _statement(queryset, page)
    statement = page.kept[today()]
    if statement is None:
        queryset = page.rows(request.user) if queryset is None else queryset
        return queryset.order_by().filter(pk__in=ids).values("pk", *_keys(page))
    return statement.of(ids=ids)


def _statement(queryset: models.QuerySet, page: ListPage) -> Statement | None:
    """What the rows of a list say, whoever asks; none, where a column is an annotation of its `rows`."""
    if (queryset.query.annotations.keys() - page.worked_out.keys()) & set(_keys(page)):
        return None
    rows = _worked_out(queryset.model._base_manager.order_by(), page)
    rows = rows.filter(AnyOf(F("pk"), Key("ids"))).values("pk", *_keys(page))
    return Statement(lambda: rows)


def _cell_starts(page: ListPage) -> list[str]:
    """The opening tag of each column's cells; a phone shows `data-label` before the value."""
    kinds = [f' class="slp-{c.kind}"' if c.kind else "" for c in page.columns]
    return [f'<td data-label="{escape(c.label)}"{kind}>' for c, kind in zip(page.columns, kinds, strict=True)]


def _row(values: dict, page: ListPage, starts: list[str]) -> SafeString:
    """One table row. Every value is escaped by `Column.html`."""
    cells = [c.html(values[c.key], values[c.instead]) if c.instead else c.html(values[c.key]) for c in page.columns]
    if page.link and (url := page.link(values)):
        cells[0] = f'<a class="usa-link" href="{html.escape(url)}">{cells[0]}</a>'
    return mark_safe("".join(f"{start}{cell}</td>" for start, cell in zip(starts, cells, strict=True)))  # noqa: S308


def _headers(request, page: ListPage, order: str) -> list[SafeString]:
    """The head of each column, drawn: a link that sorts by it, where that can be."""
    heads = []
    for column in page.columns:
        kind = f' class="slp-{column.kind}"' if column.kind else ""
        label, sorted_so = html.escape(column.label), ""
        if column.sort:
            current = order.removeprefix("-") == column.key
            direction = ("descending" if order.startswith("-") else "ascending") if current else ""
            target = f"-{column.key}" if direction == "ascending" else column.key
            sorted_so = f' aria-sort="{direction}"' if direction else ""
            label = f'<a href="{url_with(request, sort=target, page=None)}">{label}</a>'
        heads.append(mark_safe(f'<th scope="col"{kind}{sorted_so}>{label}</th>'))  # noqa: S308 -- escaped above
    return heads


def url_with(request, **changes) -> str:
    """This page's address with some parameters changed, the others kept. Ready for a template."""
    stay = [(name, value) for name, values in request.GET.lists() if name not in changes for value in values]
    new = [(name, value) for name, value in changes.items() if value not in (None, "")]
    return mark_safe(html.escape(f"?{urlencode(stay + new)}"))  # noqa: S308 -- escaped in the same line


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
    keys, zone = _keys(page), timezone.get_current_timezone()
    places = [(c, keys.index(c.key), keys.index(c.instead) if c.instead else None) for c in page.columns]

    def row(values: tuple) -> list[str]:
        with timezone.override(zone):  # it is written when the request, and its zone, are over
            return [c.text(values[at], "" if instead is None else values[instead]) for c, at, instead in places]

    rows = (row(values) for values in queryset.values_list(*keys).iterator(chunk_size=2000))
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
