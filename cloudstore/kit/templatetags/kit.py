"""Template filters and tags of all surfaces: `{% load kit %}`."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from cloudstore.kit import labels, phone, wording
from cloudstore.kit.clock import BUSINESS_ZONE, now
from cloudstore.kit.money import format_yuan

register = template.Library()

#: Shown where a value is not known; an en dash, never an empty cell.
UNKNOWN = "–"


def _moment(value: date | datetime | None) -> datetime | None:
    """A date means the end of that business day."""
    if value is None or isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(23, 59, 59), tzinfo=BUSINESS_ZONE)
    return None


@register.filter
def money(fen: int | None) -> str:
    """Whole fen as `¥86.20`."""
    return UNKNOWN if fen is None or fen == "" else format_yuan(int(fen))


@register.filter
def count(value: int | float | Decimal | None) -> str:
    """A count for a card: `1.86 万` or `18.6k` from 10,000 up."""
    return UNKNOWN if value is None or value == "" else wording.count(value)


@register.filter
def exact(value: int | float | Decimal | None) -> str:
    """A number for a table, all digits with thousands separators."""
    return UNKNOWN if value is None or value == "" else wording.exact(value)


@register.filter
def percent(share: float | Decimal | None) -> str:
    """A share between 0 and 1 as `41.6%`."""
    return UNKNOWN if share is None or share == "" else wording.percent(share)


@register.filter
def points(change: float | Decimal | None) -> str:
    """A change of a share as `-0.8 pt`."""
    return UNKNOWN if change is None or change == "" else wording.points(change)


@register.filter
def due(value: date | datetime | None) -> str:
    """Time left until a deadline, or how late it is."""
    moment = _moment(value)
    return wording.due(moment, now()) if moment else UNKNOWN


@register.filter
def due_tone(value: date | datetime | None, warn_hours: float = 24) -> str:
    """The chip tone of a deadline."""
    moment = _moment(value)
    return wording.due_tone(moment, now(), float(warn_hours)) if moment else "neutral"


@register.filter
def since(value: datetime | None) -> str:
    """How long ago, in words."""
    return wording.since(value, now()) if value else UNKNOWN


@register.filter
def day(value: date | datetime | None) -> str:
    """`11-22`, with the year when it is another one."""
    moment = _moment(value)
    return wording.day(moment, now()) if moment else UNKNOWN


@register.filter
def full(value: date | datetime | None) -> str:
    """Whole date and time in Shanghai."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return wording.full(value) if value else UNKNOWN


@register.filter
def label(code: Any, group: str) -> Any:
    """The words of a code."""
    return labels.label(group, code).words if code not in (None, "") else UNKNOWN


@register.filter
def masked(value: str | None) -> str:
    """A phone number or a name with its middle hidden."""
    text = value or ""
    return phone.mask(text) if any(c.isdigit() for c in text) else wording.masked_name(text)


@register.filter
def split(value: str, by: str = ",") -> list[str]:
    """Text cut at a separator, for small fixed lists in templates."""
    return value.split(by)


@register.inclusion_tag("kit/partials/chip.html")
def chip(code: Any, group: str) -> dict[str, object]:
    """A state as a chip: its words, tone and icon from the label registry."""
    entry = labels.label(group, code)
    return {"text": entry.words, "tone": entry.tone, "icon": entry.icon}


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The page's own query string with some parameters changed; None or an empty value removes one. Starts with `?`."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = str(value)
    return SafeString("?" + params.urlencode().replace("&", "&amp;"))


@register.simple_tag
def greeting() -> str:
    """A greeting that fits the hour."""
    return wording.greeting(now())


@register.simple_tag
def html_lang() -> str:
    """The active language as a `lang` attribute wants it: `zh-Hans`, `en`."""
    language, _, script = (get_language() or "en").partition("-")
    return f"{language}-{script.title()}" if script else language


class _CaptureNode(template.Node):
    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist, self.name = nodelist, name

    def render(self, context: Context) -> SafeString:
        # The nodes have escaped their own output already.
        context[self.name] = mark_safe(self.nodelist.render(context).strip())  # noqa: S308
        return SafeString("")


@register.tag
def capture(parser: Parser, token: Token) -> _CaptureNode:
    """`{% capture name %}…{% endcapture %}` keeps what is between as a variable, empty when there was only space."""
    _, name = token.split_contents()
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return _CaptureNode(nodelist, name)
