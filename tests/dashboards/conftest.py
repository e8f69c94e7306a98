"""Twenty-four graded stores, Monday noon."""

import pytest
import time_machine

from tests.dashboards.network import grow
from tests.world import NOON, build


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False):
        yield NOON


@pytest.fixture
def world(db, noon):
    return build()


@pytest.fixture
def stores(world):
    return grow(world, stores=24)
