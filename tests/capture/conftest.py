"""A store with a form below its videos, one for its live room, and one on its homepage."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from cloudstore.capture.models import Widget
from cloudstore.capture.services import add_consent
from tests.world import NOON, build

CONSENT_ZH = "我同意{brand_legal}与{dealer_legal}使用我的手机号联系我。"
CONSENT_EN = "I agree that {brand_legal} and {dealer_legal} use my number to call me."


@pytest.fixture
def world(db):
    return build()


@pytest.fixture
def clock():
    """A clock that stands still at noon until a story moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def consent(world):
    return add_consent(
        brand=world.xinghe.brand,
        version="2026-03",
        text_zh=CONSENT_ZH,
        text_en=CONSENT_EN,
        recipients=["oem", "dealer", "network"],
        now=NOON,
    )


@pytest.fixture
def widget_of(world, consent):
    """Make a widget of the riverside store."""

    def make(kind: str = "video_form", scene: str = "SHORT_VIDEO", **fields) -> Widget:
        values = {
            "brand": world.xinghe.brand,
            "dealer": world.xinghe.dealers["riverside"],
            "account": world.xinghe.accounts["SH01"],
            "code": f"{kind[:2]}12345",
            "title_zh": "预约试驾",
            "title_en": "Book a test drive",
            "consent": consent,
            "created_at": NOON,
        }
        return Widget.objects.create(kind=kind, scene=scene, **(values | fields))

    return make


@pytest.fixture
def video_form(widget_of):
    return widget_of(item_id="7300000000000000001")


class Visitor:
    """Somebody at the public form, with a browser that keeps no cookie."""

    def __init__(self, clock, *, language: str = "en", address: str = "203.0.113.9") -> None:
        self.clock = clock
        self.browser = Client(headers={"accept-language": language}, REMOTE_ADDR=address)
        self.address = ""
        self.values: dict[str, str] = {}
        self.page = None

    def open(self, address: str):
        self.address, self.page = address, self.browser.get(address)
        self._read()
        return self

    def fill(self, **words: str):
        self.values |= words
        return self

    def send(self, *, after: float = 20, follow: bool = False):
        """Press the button some seconds after the page appeared."""
        self.clock.shift(timedelta(seconds=after))
        query = dict(parse_qsl(urlsplit(self.address).query))
        answer = self.browser.post(self.address, self.values, query_params=query or None, follow=follow)
        if answer.status_code >= 400:
            self.page = answer
            self._read()
        return answer

    def _read(self) -> None:
        """What a browser would send back: the values that stand in the fields."""
        form = BeautifulSoup(self.page.content, "html.parser").find("form", method="post")
        self.values = {}
        for field in form.find_all("input") if form else []:
            if field.get("type") != "checkbox" or field.has_attr("checked"):
                self.values[field["name"]] = field.get("value", "")
        for field in form.find_all("select") if form else []:
            chosen = field.find("option", selected=True)
            self.values[field["name"]] = chosen["value"] if chosen else ""

    @property
    def words(self) -> str:
        """What the page says, as text."""
        return " ".join(BeautifulSoup(self.page.content, "html.parser").get_text(" ").split())


@pytest.fixture
def visitor(clock):
    return Visitor(clock)


@pytest.fixture
def visitors(clock):
    return lambda **how: Visitor(clock, **how)
