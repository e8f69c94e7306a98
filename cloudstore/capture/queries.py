"""Reading widgets and their daily numbers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO

import qrcode
import qrcode.image.svg
from django.conf import settings
from django.db.models import Sum
from django.urls import reverse

from cloudstore.capture.models import Widget, WidgetDay
from cloudstore.facts.rules import FactRow
from cloudstore.kit.clock import business_day
from cloudstore.network.models import Division
from cloudstore.network.scope import Scope, scoped

_PLACEHOLDERS = ("419000", "429000", "469000", "659000")


def city_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Prefectures grouped by province, for a select without script."""
    provinces = dict(Division.objects.filter(level="province").order_by("adcode").values_list("adcode", "name"))
    grouped: dict[str, list[tuple[str, str]]] = defaultdict(list)
    rows = Division.objects.filter(level="prefecture").exclude(adcode__in=_PLACEHOLDERS).order_by("adcode")
    for adcode, name, parent in rows.values_list("adcode", "name", "parent_id"):
        grouped[parent or ""].append((adcode, name))
    return [(provinces[code], cities) for code, cities in grouped.items() if code in provinces]


SHOWN_DAYS = 28


@dataclass(frozen=True, slots=True)
class Link:
    """One widget of a store with its whole address, and how often it was opened and filled in the last 28 days."""

    widget: Widget
    url: str
    clicked: int
    submitted: int


def address_of(widget: Widget) -> str:
    """The whole public address of a widget, for links and QR codes."""
    return settings.SITE_URL.rstrip("/") + reverse("capture:widget", args=[widget.code])


def qr_code(widget: Widget) -> bytes:
    """The widget's address as a QR code in SVG, with the quiet border that scanners need."""
    picture = qrcode.make(address_of(widget), image_factory=qrcode.image.svg.SvgPathFillImage, border=4)
    stream = BytesIO()
    picture.save(stream)
    return stream.getvalue()


def links(scope: Scope, *, now: datetime) -> list[Link]:
    """The widgets in use that a person may see, by store and scene, with their numbers."""
    rows = scoped(Widget.objects.select_related("dealer", "account", "series"), scope).filter(active=True)
    widgets = list(rows.order_by("dealer__code", "created_at", "code"))
    since = business_day(now) - timedelta(days=SHOWN_DAYS - 1)
    counted = WidgetDay.objects.filter(widget__in=widgets, day__gte=since).values("widget_id")
    sums = {row["widget_id"]: row for row in counted.annotate(opened=Sum("clicked"), filled=Sum("submitted"))}
    nothing = {"opened": 0, "filled": 0}
    return [
        Link(one, address_of(one), sums.get(one.pk, nothing)["opened"], sums.get(one.pk, nothing)["filled"])
        for one in widgets
    ]


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
