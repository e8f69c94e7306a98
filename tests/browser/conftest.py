"""People at real browsers in front of the one running product: signed in as themselves, with their language, width and theme."""

import os
import shutil
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from cloudstore.demo.clips import phone_clip

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
INSIST = os.environ.get("CCS_TEST_INSIST") == "1"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 20_000  # milliseconds: two cores carry the product, its worker and the browser at once


class People:
    """Opens browsers and remembers what went wrong in them."""

    def __init__(self, browser, product) -> None:
        self.browser, self.product = browser, product
        self.sessions: dict[str, list] = {}
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self.expected: list[str] = []

    def page_of(
        self, username: str = "", *, width: int = 1440, language: str = "en", theme: str = "light", height: int = 0
    ) -> Page:
        """A page of this person; without a name, of a customer who has no account. The first one signs in by the sign-in page."""
        phone = width < 600
        context = self.browser.new_context(
            base_url=self.product.url,
            viewport={"width": width, "height": height or (844 if phone else 900)},
            is_mobile=phone,
            has_touch=phone,
            locale="zh-CN" if language.startswith("zh") else "en-GB",
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        context.on("console", self._heard)
        context.on("weberror", lambda fault: self.complaints.append(f"{fault.page and fault.page.url}: {fault.error}"))
        context.on("request", lambda request: self._asked(request.url))
        choices = {"django_language": "zh-hans" if language.startswith("zh") else "en", "theme": theme}
        context.add_cookies(
            [{"name": name, "value": value, "url": self.product.url} for name, value in choices.items()]
        )
        page = context.new_page()
        if username:
            self._enter(page, username)
        return page

    def _enter(self, page: Page, username: str) -> None:
        if username in self.sessions:
            page.context.add_cookies(self.sessions[username])
            return
        page.goto("/sign-in/")
        page.locator("#id_login").fill(username)
        page.locator("#id_password").fill(self.product.password())
        page.locator("#id_password").press("Enter")
        page.wait_for_url(lambda address: "/sign-in/" not in address)
        names = ("sessionid", "csrftoken")
        self.sessions[username] = [one for one in page.context.cookies() if one["name"] in names]

    def _heard(self, line) -> None:
        if line.type == "error" and not any(words in line.text for words in self.expected):
            self.complaints.append(f"{line.location.get('url', '')}: {line.text}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss"):
            self.hosts.add(parts.netloc)

    def picture(self, page: Page, name: str) -> None:
        """Keep what this page looks like, when CCS_TEST_PICTURES names a folder: screens are to be looked at."""
        folder = os.environ.get("CCS_TEST_PICTURES")
        if folder:
            page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)

    def leave(self) -> None:
        """Close all pages of one test."""
        while self.contexts:
            self.contexts.pop().close()


def until(page: Page, look, *, seconds: float = PATIENCE / 1000):
    """Look again until there is something. (`wait_for_function` evaluates strings, which our pages forbid.)"""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"nothing after {seconds:.0f} s on {page.url}"
        page.wait_for_timeout(100)
    return found


@pytest.fixture(scope="module")
def chromium():
    if not CHROMIUM:
        if INSIST:
            pytest.fail("Chromium is needed here (CCS_TEST_INSIST=1) and is missing")
        pytest.skip("no Chromium on this machine; `make browser` installs it where that is allowed")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def everybody(chromium, product):
    return People(chromium, product)


@pytest.fixture
def people(everybody):
    """The people of one story. Afterwards: no page complained on its console, none asked another host for anything."""
    everybody.complaints.clear()
    everybody.expected.clear()
    yield everybody
    everybody.leave()
    assert everybody.complaints == []
    assert everybody.hosts <= {urlsplit(everybody.product.url).netloc}


@pytest.fixture
def page_of(people):
    return people.page_of


@pytest.fixture
def platform(product):
    """Use a lever of the platform simulator: what customers do on the platform."""
    with httpx.Client(base_url=product.platform, timeout=20) as client:

        def pull(lever: str, **values):
            answer = client.post(f"/_control/{lever}", json=values)
            assert answer.status_code < 400, answer.text
            return answer.json()

        yield pull


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    """A video as a phone makes it: upright, nine seconds, with sound."""
    return phone_clip(tmp_path_factory.mktemp("phone"), "滨江店 · 到店试驾", shade="#2F5BEA")
