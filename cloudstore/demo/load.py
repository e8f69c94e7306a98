"""Loads the demo network, and removes it without a trace."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from cloudstore.demo.cast import BRANDS
from cloudstore.demo.history import write_live, write_messages, write_posts
from cloudstore.demo.lead_history import write_leads
from cloudstore.demo.structure import PlacedBrand, build
from cloudstore.facts.services import rebuild
from cloudstore.grading.services import run, run_moment
from cloudstore.kit.clock import business_day
from cloudstore.network.models import Brand
from cloudstore.network.services import refresh_console_access
from cloudstore.storefront.services import publish_brand, publish_dealer
from cloudstore.users.rules import CONSOLE_ROLES

Say = Callable[[str], None]

PAGES_AT_MOST = 30
GRADE_WINDOW = 28


def loaded() -> bool:
    """Whether the demo brands are here."""
    return Brand.objects.filter(slug__in=[card.slug for card in BRANDS]).exists()


def load(*, dealers: int, days: int, now: datetime, say: Say) -> list[PlacedBrand]:
    """Write both brands with their history in one transaction, so that an interrupted load leaves nothing behind."""
    with transaction.atomic():
        placed = build(dealers=dealers, now=now)
        say(f"network: {sum(len(one.dealers) for one in placed)} dealers of {len(placed)} brands")
        for brand in placed:
            write_posts(brand, days=days, now=now)
            sessions = write_live(brand, days=days, now=now)
            write_messages(brand, days=days, now=now)
            leads = write_leads(brand, sessions, days=days, now=now)
            _publish_pages(brand)
            _open_console(brand, now)
            say(
                f"network: {brand.card.name_en}: {len(sessions)} live sessions, {leads} leads up to {business_day(now)}"
            )
        say("network: adding up the daily facts and grading the last weeks")
        for brand in placed:
            _grade(brand, days=days, now=now)
    return placed


def _open_console(brand: PlacedBrand, now: datetime) -> None:
    """The brand's own people get their console rights once its pages are there."""
    for entry in brand.brand.staff.filter(role__in=CONSOLE_ROLES).select_related("user"):
        refresh_console_access(user=entry.user, now=now)


def _publish_pages(brand: PlacedBrand) -> None:
    """Public pages of the brand and of its first stores (a measuring network of thousands needs no thousand pages)."""
    parent = publish_brand(brand=brand.brand, intro=f"{brand.card.name_zh}授权经销商")
    cars = [(series.name, "到店试驾有礼") for series in brand.series]
    for one in brand.dealers[:PAGES_AT_MOST]:
        publish_dealer(dealer=one.dealer, parent=parent, intro="看车、试驾、置换，一站完成。", cars=cars)


def _grade(brand: PlacedBrand, *, days: int, now: datetime) -> None:
    """Facts of the whole history, then one official run for each Monday that had a full window, and today's shadow run."""
    today = business_day(now)
    rebuild(brand_id=brand.brand.pk, first=today - timedelta(days=days), last=today, now=now)
    mondays = [today - timedelta(days=back) for back in range(days - GRADE_WINDOW, -1, -1)]
    for monday in mondays:
        moment = run_moment(monday)
        if monday.weekday() == 0 and moment <= now:
            run(brand_id=brand.brand.pk, kind="official", now=moment)
    run(brand_id=brand.brand.pk, kind="shadow", now=now)
