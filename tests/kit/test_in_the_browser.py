"""What only a browser can show: pages change by themselves, themes and languages switch, nothing breaks the strict policy."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import uvicorn
from django.contrib.auth.hashers import make_password
from django.db import close_old_connections
from playwright.sync_api import expect, sync_playwright

from cloudstore.asgi import application
from cloudstore.kit.clock import now
from cloudstore.network.services import dismiss
from cloudstore.queue.services import pulse
from cloudstore.users.models import User
from cloudstore.users.rules import Role
from tests.people import small_brand

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(port):
    """The real web process, in a thread, on the test database."""
    server = uvicorn.Server(uvicorn.Config(application, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture
def in_database():
    """Database work beside the browser, whose driver keeps this thread's event loop busy."""
    with ThreadPoolExecutor(1) as pool:

        def work(function, *args, **kwargs):
            def run():
                try:
                    return function(*args, **kwargs)
                finally:
                    close_old_connections()

            return pool.submit(run).result(timeout=30)

        yield work


@pytest.fixture
def brand(transactional_db):
    made = small_brand("north")
    # Hashed once: a hash that is slow to guess is slow to make.
    User.objects.update(password=make_password("harbour-lantern-31"))
    return made


@pytest.fixture
def browser():
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        chromium.close()


@contextmanager
def phone(browser, site, language="en-GB", **more):
    """A fresh phone. Every complaint of the page's policy and every request to another host is collected."""
    context = browser.new_context(
        locale=language, viewport={"width": 390, "height": 844}, base_url=site, is_mobile=True, has_touch=True, **more
    )
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((site, site.replace("http", "ws"), "data:"))
            else page.complaints.append(request.url)
        ),
    )
    yield page
    context.close()


def sign_in(page, name):
    page.goto("/sign-in/")
    page.get_by_label("User name").or_(page.get_by_label("用户名")).fill(name)
    page.locator("#id_password").fill("harbour-lantern-31")
    page.locator("form.cs-stack button").click()
    page.wait_for_url(lambda address: "/sign-in/" not in address)


def test_the_first_minutes_of_an_operator(brand, browser, in_database):
    """She signs in, hears of a change at once, survives a restart of the server, and is out when she signs out elsewhere."""
    topic, operator = f"dealer:{brand.near.pk}", brand.who(Role.ACCOUNT_OPERATOR)
    port = free_port()
    with phone(browser, f"http://127.0.0.1:{port}") as page:
        with served(port):
            sign_in(page, operator.username)
            expect(page).to_have_url(f"http://127.0.0.1:{port}/d/tasks/")
            dot = page.locator("[data-live]")
            expect(dot).to_have_attribute("data-state", "live", timeout=15_000)
            with page.expect_request(
                lambda request: request.headers.get("hx-request") == "true" and "/d/tasks/" in request.url
            ):
                in_database(pulse, topic)
            assert page.complaints == []
        # The server is gone: the page says so instead of looking fresh.
        expect(dot).not_to_have_attribute("data-state", "live", timeout=20_000)
        with served(port):
            expect(dot).to_have_attribute("data-state", "live", timeout=40_000)
            with page.expect_request(
                lambda request: request.headers.get("hx-request") == "true" and "/d/tasks/" in request.url
            ):
                in_database(pulse, topic)
            in_database(lambda: dismiss(entry=operator.posts.get(), now=now()))
            expect(dot).to_contain_text("data from", timeout=15_000)


def test_theme_and_language_are_switched_without_a_complaint(brand, browser):
    port = free_port()
    with served(port) as site, phone(browser, site, language="zh-CN", color_scheme="light") as page:
        sign_in(page, brand.who(Role.CONSULTANT).username)
        page.goto("/d/me/")
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        light = _background(page)
        page.get_by_role("button", name="深色").click()
        assert _background(page) != light
        page.reload()
        assert _background(page) != light
        page.get_by_label("语言").select_option("en")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("heading", name="Name and language")).to_be_visible()
        expect(page.get_by_text("Saved.")).to_be_visible()
        assert page.complaints == []


def _background(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_no_own_page_scrolls_sideways(brand, browser):
    port = free_port()
    with served(port) as site, phone(browser, site) as page:
        sign_in(page, brand.who(Role.DEALER_MANAGER).username)
        for width in (320, 390, 1440):
            page.set_viewport_size({"width": width, "height": 844})
            for address in ("/nothing-here/", "/d/me/", "/d/me/password/", "/d/me/two-step/", "/sign-out/"):
                page.goto(address)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)


def test_the_sign_in_works_without_any_script(brand, browser):
    port = free_port()
    with served(port) as site, phone(browser, site, java_script_enabled=False) as page:
        sign_in(page, brand.who(Role.CONSULTANT).username)
        page.goto("/d/me/")
        expect(page.get_by_role("heading", name="Your place")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        page.goto("/d/me/")
        expect(page).to_have_url(f"{site}/sign-in/?next=/d/me/")


def test_the_weight_of_the_first_page_stays_below_its_limit(brand, browser):
    port = free_port()
    with served(port) as site, phone(browser, site) as page:
        sizes = {}
        page.on("response", lambda answer: sizes.update({answer.url: answer}))
        sign_in(page, brand.who(Role.ACCOUNT_OPERATOR).username)
        page.wait_for_load_state("load")
        scripts = [len(answer.body()) for url, answer in list(sizes.items()) if url.endswith(".js")]
        styles = [len(answer.body()) for url, answer in list(sizes.items()) if url.endswith(".css")]
        assert scripts and sum(scripts) < 200_000
        assert sum(styles) < 40_000
