"""Loads the demo network, and removes it without a trace."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from cloudstore.demo.cast import BRANDS
from cloudstore.demo.history import write_live, write_messages, write_posts
from cloudstore.demo.lead_history import write_leads
from cloudstore.demo.structure import PlacedBrand, build
from cloudstore.kit.clock import business_day
from cloudstore.network.models import Brand

Say = Callable[[str], None]


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
            say(
                f"network: {brand.card.name_en}: {len(sessions)} live sessions, {leads} leads up to {business_day(now)}"
            )
    return placed
