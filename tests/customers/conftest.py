"""A brand with a desk person, enough for questions about people."""

from datetime import UTC, datetime, timedelta

import pytest

from cloudstore.network.models import Brand, StaffMember
from cloudstore.network.scope import of_staff
from cloudstore.users.models import User

MORNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai


@pytest.fixture
def brand(db):
    return Brand.objects.create(slug="xinghe", name_zh="星河", name_en="Xinghe")


@pytest.fixture
def other_brand(db):
    return Brand.objects.create(slug="yunfan", name_zh="云帆", name_en="Yunfan")


@pytest.fixture
def desk(brand):
    user = User.objects.create(username="desk")
    person = StaffMember.objects.create(
        user=user, brand=brand, role="oem_desk", name="李客服", valid_from=MORNING - timedelta(days=9)
    )
    return of_staff(person)
