"""Whose record it is, for pages that are made from the record alone."""

from __future__ import annotations

from django import template

from partners.pages.common import whose as whose_record

register = template.Library()


@register.simple_tag(takes_context=True)
def whose(context, record) -> str:
    """The agency of a record, if the reader belongs to several."""
    return whose_record(context["request"].user, record)
