"""All screens of the phone, the public and the board: light to load, alone with their own host, never sideways."""

import pytest
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.journey,
    pytest.mark.xdist_group("product"),
    pytest.mark.timeout(600),
]
SCRIPT_LIMIT = 200 * 1024
PLACES = {
    "": ("/sign-in/", "/xinghe/", "/xinghe/sh01/", "/w/sh01-v/", "/w/sh01-l/"),
    "wang": (
        "/d/tasks/", "/d/tasks/?tab=review", "/d/tasks/?tab=done", "/d/earnings/", "/d/leads/", "/d/leads/?tab=open", "/d/leads/new/",
        "/d/messages/", "/d/messages/?show=comments", "/d/live/", "/d/me/", "/d/widgets/",
    ),
    "chen": ("/d/leads/?tab=done", "/d/card/", "/d/accounts/", "/d/me/password/", "/d/me/two-step/"),
    "zhou": (
        "/board/", "/board/regions/east/", "/board/dealers/", "/board/dealers/SH01/", "/board/dealers/SH01/card/", "/board/leads/",
        "/board/posts/", "/board/sessions/", "/board/metrics/",
    ),
}  # fmt: skip


def test_the_first_page_of_the_phone_is_light(page_of, people):
    wang = page_of("wang", width=390, language="zh")
    line = wang.context.new_cdp_session(wang)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    kinds, weights = {}, {}
    line.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    line.on("Network.loadingFinished", lambda event: weights.update({event["requestId"]: event["encodedDataLength"]}))
    wang.goto("/d/tasks/", wait_until="load")
    expect(wang.locator("[data-live][data-state=live]")).to_be_visible()
    scripts = [weights[one] for one, kind in kinds.items() if kind == "Script" and one in weights]
    assert scripts
    assert sum(scripts) < SCRIPT_LIMIT
    print(f"scripts {sum(scripts):,} bytes, everything {sum(weights.values()):,} bytes")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("username", PLACES)
def test_no_screen_of_a_phone_moves_sideways(page_of, people, username, language):
    page = page_of(username, width=390, language=language)
    wide = []
    for address in PLACES[username]:
        answer = page.goto(address, wait_until="load")
        assert answer is not None and answer.status == 200, address
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth && innerWidth === 390"):
            wide.append(f"{address} {page.evaluate(_WIDEST)}")
        people.picture(page, f"{language}-{address.strip('/').replace('/', '_').replace('?', '_')}")
    assert wide == []


_WIDEST = """() => [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > 391)
    .slice(0, 3).map((one) => one.outerHTML.slice(0, 90))"""


def test_a_task_and_a_lead_opened_from_their_lists_fit_the_phone(page_of, people):
    wang = page_of("wang", width=390, language="zh")
    for start, link in (
        ("/d/tasks/?tab=done", "main a.cs-card"),
        ("/d/leads/?tab=open", "a.cs-lead__link"),
        ("/d/messages/?show=all", "#rows a.cs-list__item"),
    ):
        wang.goto(start)
        wang.locator(link).first.click()
        expect(wang.locator(".cs-bar__back")).to_be_visible()
        assert wang.evaluate("document.documentElement.scrollWidth <= innerWidth"), wang.url
        people.picture(wang, "opened-" + start.split("/")[2])
