"""The few template tags that every door uses."""

import uuid

from django import template
from django.utils.html import format_html

from slp.lib import dates, money

register = template.Library()


@register.simple_tag
def once():
    """The input that lets a form be carried out once, however often it is sent."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid.uuid4())


@register.filter
def usd(amount):
    return money.usd(amount)


@register.filter
def day(value, precision="day"):
    """A date as exactly as it is known."""
    return dates.show(value, precision)


@register.filter
def post_time(moment, zone):
    """A moment in the post's time with UTC beside it."""
    return dates.at_post(moment, zone) if moment else ""


@register.filter
def plural(count, word):
    """`{{ 1|plural:"seat" }}` -> "1 seat"; `{{ 6|plural:"seat" }}` -> "6 seats"; "person,people" gives both."""
    one, _, many = word.partition(",")
    return f"{count} {one if count == 1 else many or one + 's'}"


@register.simple_tag(takes_context=True)
def query(context, **changes):
    """The current query string with some values changed: `{% query page=2 %}`."""
    params = context["request"].GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            params.pop(key, None)
        else:
            params[key] = value
    return f"?{params.urlencode()}"
