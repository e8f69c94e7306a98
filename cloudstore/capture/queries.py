"""Reading widgets and their daily numbers."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from cloudstore.capture.models import Widget, WidgetDay
from cloudstore.facts.rules import FactRow
from cloudstore.network.models import Division

_PLACEHOLDERS = ("419000", "429000", "469000", "659000")


@lru_cache(maxsize=1)
def city_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Prefectures grouped by province, for a select without script."""
    provinces = dict(Division.objects.filter(level="province").order_by("adcode").values_list("adcode", "name"))
    grouped: dict[str, list[tuple[str, str]]] = defaultdict(list)
    rows = Division.objects.filter(level="prefecture").exclude(adcode__in=_PLACEHOLDERS).order_by("adcode")
    for adcode, name, parent in rows.values_list("adcode", "name", "parent_id"):
        grouped[parent or ""].append((adcode, name))
    return [(provinces[code], cities) for code, cities in grouped.items() if code in provinces]


def open_widget(code: str) -> Widget | None:
    """The widget behind a public code, when it is in use and its dealer is active."""
    return (
        Widget.objects.select_related("brand", "dealer", "account", "consent", "series")
        .filter(code=code, active=True, dealer__status="active")
        .first()
    )


def homepage_widget(dealer_id: int) -> Widget | None:
    """The widget that a dealer's homepage shows."""
    rows = Widget.objects.select_related("dealer", "consent").filter(
        dealer_id=dealer_id, kind="homepage_form", active=True
    )
    return rows.order_by("created_at").first()


def fact_rows(brand_id: int, first: date, last: date) -> Iterable[FactRow]:
    """Homepage visits and opened live forms per dealer, account and day. Forms of ours are always there: quality ok."""
    days = WidgetDay.objects.select_related("widget").filter(widget__brand_id=brand_id, day__range=(first, last))
    for row in days.filter(widget__kind__in=("homepage_form", "live_form")):
        at_home = row.widget.kind == "homepage_form"
        values = {"homepage_visits": row.shown} if at_home else {"live_widget_clicks": row.clicked}
        yield FactRow(row.widget.dealer_id, row.widget.account_id, row.day, dict(values), {"capture": "ok"})
