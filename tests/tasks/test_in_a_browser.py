"""The two screens whose work is in the browser: uploading on the phone, reviewing with four keys."""

import os
import shutil
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from playwright.sync_api import expect, sync_playwright

from media.models import Asset, Rendition
from tasks.models import ReviewDecision, Submission
from tests.media.corpus import ffmpeg, moving
from tests.tasks.conftest import make_world, open_task, submitted
from tests.world import signed_in

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def chromium():
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def world(chromium):
    return make_world()


@pytest.fixture
def open_page(chromium, live_server):
    """A page in which a person is signed in; what its scripts complain about fails the test."""
    contexts, complaints = [], []

    def page_for(person, *, phone=False):
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        context = chromium.new_context(viewport=size, locale="en-GB")
        cookie = signed_in(person).cookies[django_settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None
        )
        contexts.append(context)
        return page

    yield page_for
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def film(tmp_path):
    """About half a megabyte of picture, a good eight seconds long."""
    path = tmp_path / "IMG_2041.mp4"
    ffmpeg(*moving(720, 1280, seconds=8), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", str(path))
    return path


def test_an_upload_survives_a_lost_line_and_a_reload(world, open_page, live_server, settings, film):
    settings.UPLOAD_CHUNK = 64 * 1024
    assignment = open_task(world, quota=1).assignments.get(account=world.accounts[0])
    page = open_page(world.operator, phone=True)
    pieces = []

    def line(route):
        """The first two pieces arrive, then the line is gone."""
        if route.request.method != "PUT":
            route.continue_()
            return
        pieces.append(int(parse_qs(urlsplit(route.request.url).query)["offset"][0]))
        route.continue_() if len(pieces) <= 2 else route.abort()

    page.route("**/d/media/**", line)
    page.goto(live_server.url + reverse("tasks:upload", args=[assignment.pk]))
    page.set_input_files("[data-file]", film)
    expect(page.get_by_text("Paused, will continue when there is a connection")).to_be_visible()
    expect(page.get_by_text("720 × 1280")).to_be_visible()
    assert pieces[:3] == [0, 65_536, 131_072]
    page.unroute("**/d/media/**")

    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_text("broke off. Choose the same file again")).to_be_visible()
    again = []
    page.on("request", lambda request: again.append(request.url) if request.method == "PUT" else None)
    page.set_input_files("[data-file]", film)
    expect(page.get_by_text("Here. You can send it for review.")).to_be_visible(timeout=15_000)
    assert "offset=131072" in again[0], "what was here is not sent again"
    page.get_by_role("button", name="Send for review").click()
    expect(page.get_by_text("Being prepared")).to_be_visible()
    submission = Submission.objects.get()
    assert (submission.asset.size, submission.asset.state) == (film.stat().st_size, "received")
    assert Asset.objects.count() == 1


def test_sending_may_be_pressed_before_everything_is_there(world, open_page, live_server, settings, film):
    settings.UPLOAD_CHUNK = 64 * 1024
    assignment = open_task(world, quota=1).assignments.get(account=world.accounts[0])
    page = open_page(world.operator, phone=True)
    held = []
    page.route("**/d/media/**", lambda route: held.append(route) if not held else route.continue_())
    page.goto(live_server.url + reverse("tasks:upload", args=[assignment.pk]))
    page.set_input_files("[data-file]", film)
    page.get_by_role("button", name="Send for review").click()
    expect(page.get_by_text("It is sent for review as soon as it is here")).to_be_visible()
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    expect(page.get_by_text("Sent. We tell you here when it was reviewed.")).to_be_visible(timeout=15_000)
    assert Submission.objects.get().submitted_by == world.operator


def test_four_keys_review_the_queue(world, open_page, live_server, uploads, film):
    for row in open_task(world).assignments.order_by("account"):
        submitted(row)
    for rendition in Rendition.objects.all():
        (uploads / rendition.file).parent.mkdir(parents=True, exist_ok=True)
        (uploads / rendition.file).write_bytes(film.read_bytes())
    page = open_page(world.manager)
    page.goto(live_server.url + "/admin/review/")
    first = _opened(page)
    page.keyboard.press("j")
    expect(page.locator(".cs-list__item[aria-current=true]")).not_to_have_attribute("href", first)
    second = _opened(page)
    page.keyboard.press("k")
    expect(page.locator(".cs-list__item[aria-current=true]")).to_have_attribute("href", first)

    page.keyboard.press("r")
    expect(page.get_by_text("Write what to change")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("c")
    page.keyboard.type("a j k r")
    page.get_by_role("button", name="Mark the moment").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("r")
    expect(page.get_by_text("Returned to the dealer.")).to_be_visible()
    expect(page.locator(".cs-list__item[aria-current=true]")).to_have_attribute("href", second)
    page.keyboard.press("a")
    expect(page.get_by_text("Approved and on its way to the platform.")).to_be_visible()
    decisions = list(ReviewDecision.objects.order_by("pk").values_list("verdict", "reason", "at_ms"))
    assert decisions == [("returned", "a j k r", 0), ("approved", "", None)]


def _opened(page):
    return page.locator(".cs-list__item[aria-current=true]").get_attribute("href")
