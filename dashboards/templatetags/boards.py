"""Filters of the boards: `{% load boards %}`."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils.translation import gettext, ngettext

from cloudstore.grading.queries import Week
from cloudstore.kit import wording
from dashboards.queries.board import Kpi

register = template.Library()

WIDTH, HEIGHT, EDGE = 66, 24, 2
UNKNOWN = "–"


@register.filter
def sparkline(values: Sequence[float]) -> str:
    """Points of a polyline in a box of 66 × 24, scaled to its own range; "" for fewer than two values."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    span = high - low or 1.0
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    return " ".join(
        f"{EDGE + step * at:.1f},{HEIGHT - EDGE - (value - low) / span * (HEIGHT - 2 * EDGE):.1f}"
        for at, value in enumerate(values)
    )


@register.filter
def week_scores(weeks: Iterable[Week]) -> list[float]:
    """The scores of a history, those that exist."""
    return [float(week.score) for week in weeks if week.score is not None]


@register.filter
def measure(value: Decimal | None, unit: str) -> str:
    """A value of an indicator with its unit: `24 posts`, `0.82%`, `92.4%`."""
    if value is None:
        return UNKNOWN
    if unit == "ratio":
        places = "0.01" if value < Decimal("0.1") else "0.1"
        return f"{(value * 100).quantize(Decimal(places), ROUND_HALF_UP)}%"
    number = one_place(value)
    words = {
        "posts": ngettext("%(n)s post", "%(n)s posts", 2),
        "days": ngettext("%(n)s day", "%(n)s days", 2),
        "hours": gettext("%(n)s h"),
    }
    return words.get(unit, "%(n)s") % {"n": number}


@register.filter
def one_place(value: Decimal | float | None) -> str:
    """One decimal, none when it is 0."""
    if value is None:
        return UNKNOWN
    number = Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{number:,.0f}" if number == number.to_integral_value() else f"{number:,}"


@register.filter
def headline(kpi: Kpi) -> str:
    """The value of a headline number, without its unit."""
    if kpi.value is None:
        return UNKNOWN
    if kpi.kind == "share":
        return wording.percent(kpi.value)[:-1]
    if kpi.kind == "score":
        return f"{kpi.value:.1f}"
    return wording.count(Decimal(one_place(Decimal(str(kpi.value))).replace(",", "")))


@register.filter
def difference(kpi: Kpi) -> str:
    """By how much a headline number changed: points for scores and shares, percent for counts and hours."""
    if kpi.size is None:
        return ""
    if kpi.kind == "score":
        return f"{kpi.size:.1f}"
    return wording.points(kpi.size).lstrip("+") if kpi.kind == "share" else wording.percent(kpi.size)
