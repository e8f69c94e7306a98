"""A store with its account connected to a platform that runs beside the test."""

import pytest

from cloudstore.gateway import tokens
from cloudstore.kit.clock import now
from tests.platform import SimulatorProcess
from tests.world import build


@pytest.fixture
def world(db):
    return build()


@pytest.fixture(scope="session")
def simulator(tmp_path_factory):
    with SimulatorProcess(state=tmp_path_factory.mktemp("live") / "douyin.sqlite3") as process:
        yield process


@pytest.fixture
def platform(simulator, settings):
    simulator.settle()
    simulator.pull("reset")
    settings.DOUYIN_BASE_URL = simulator.url
    return simulator


@pytest.fixture
def account(world, platform):
    """Riverside's account, authorised by the real exchange of a code."""
    mine = world.xinghe.accounts["SH01"]
    (made,) = platform.accounts(mine.open_id)
    tokens.authorise(account=mine, code=made["code"], now=now())
    return mine
