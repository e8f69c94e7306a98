"""Both brands with their front page and homepages."""

import pytest
from django.utils import timezone

from cloudstore.capture.models import Widget
from cloudstore.capture.services import add_consent
from cloudstore.storefront.services import publish_brand, publish_dealer
from tests.world import NOON, build


@pytest.fixture
def world(db):
    return build()


@pytest.fixture
def pages(world):
    """Published pages by dealer code, and the brands' by slug."""
    made = {}
    for company in (world.xinghe, world.beichen):
        parent = made[company.brand.slug] = publish_brand(brand=company.brand, intro="欢迎")
        for dealer in company.dealers.values():
            made[dealer.code] = publish_dealer(
                dealer=dealer, parent=parent, intro="到店有礼", cars=[("星河 X7", "指导价 21.98 万起")]
            )
    return made


@pytest.fixture
def widget(world):
    brand = world.xinghe.brand
    consent = add_consent(brand=brand, version="1", text_zh="同意", text_en="I agree", recipients=["oem"], now=NOON)
    return Widget.objects.create(
        brand=brand,
        dealer=world.xinghe.dealers["riverside"],
        kind="homepage_form",
        scene="HOME_PAGE",
        code="home12345",
        title_zh="到店看车",
        title_en="Visit the store",
        consent=consent,
        created_at=timezone.now(),
    )
