"""A store whose account is connected to a platform beside the test. What the platform tells is brought in as events."""

import pytest

from cloudstore.gateway import performing, tokens
from cloudstore.gateway.models import Delivery
from cloudstore.gateway.services import handle_batch, receive
from cloudstore.kit.clock import now
from tests.platform import SimulatorProcess
from tests.world import build

MEI = {"open_id": "ou_mei", "nickname": "小梅"}


@pytest.fixture
def world(db):
    return build()


@pytest.fixture(scope="session")
def simulator(tmp_path_factory):
    with SimulatorProcess(state=tmp_path_factory.mktemp("inbox") / "douyin.sqlite3") as process:
        yield process


class Platform:
    """The platform, and the way its words take to us."""

    def __init__(self, simulator, world) -> None:
        self.simulator, self.brand, self.seen = simulator, world.xinghe.brand, set()
        self.account = world.xinghe.accounts["SH01"]
        (made,) = simulator.accounts(self.account.open_id)
        tokens.authorise(account=self.account, code=made["code"], now=now())

    def says(self, event: str, **values) -> None:
        """Something happens at the platform, and we hear of it."""
        self.simulator.fire(event, open_id=self.account.open_id, user=MEI, **values)
        self.bring()

    def bring(self, *, again: bool = False) -> None:
        """Take in every word of the platform that we have not had; with `again` the old ones once more."""
        self.simulator.settle()
        for word in self.simulator.deliveries():
            if again or word["msg_id"] not in self.seen:
                self.seen.add(word["msg_id"])
                receive(
                    source="douyin",
                    client_key="ck_demo",
                    brand_id=self.brand.pk,
                    dedupe_key=f"{word['msg_id']}{'-again' if again else ''}",
                    body=word["body"].encode(),
                    now=now(),
                )
        handle_batch(now=now())

    def send_what_waits(self) -> None:
        """What the worker does: perform each delivery that is due."""
        for delivery in Delivery.objects.filter(state="ready"):
            performing.perform(delivery.pk, now=now())

    def sent(self) -> list[dict]:
        return self.simulator.get("sent")["messages"]


@pytest.fixture
def platform(simulator, world, settings):
    simulator.settle()
    simulator.pull("reset")
    settings.DOUYIN_BASE_URL = simulator.url
    return Platform(simulator, world)
