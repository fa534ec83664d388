"""The few template tags that every door uses."""

import uuid
from html import escape

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from slp.lib import dates, money

register = template.Library()


@register.simple_tag
def once():
    """The input that lets a form be carried out once, however often it is sent."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid.uuid4())


@register.simple_tag
def todo(cards, level=3):
    """What awaits the reader, as cards under a heading of the level above. A start page has seventy of them.

    A card: `.title .url .text .reference .due .tone` (neutral, info, warn, bad).
    """
    return SafeString(f'<ul class="slp-todo">{"".join(_card(card, f"h{level}") for card in cards)}</ul>')


def _card(card, heading: str) -> str:
    text = f"<p>{escape(card.text)}</p>" if card.text else ""
    due = f'<span class="slp-status slp-status--{card.tone}">{escape(card.due)}</span>' if card.due else ""
    reference = f'<span class="slp-ref">{escape(card.reference)}</span>' if card.reference else ""
    return (
        f'<li class="slp-todo__card slp-todo__card--{card.tone}">'
        f'<{heading}><a href="{escape(card.url)}">{escape(card.title)}</a></{heading}>{text}'
        f'<p class="slp-todo__foot">{due}{reference}</p></li>\n'
    )


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
