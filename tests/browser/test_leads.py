"""A customer leaves a number; it appears by itself on the store's phone, at the brand's desk and on the board."""

import random
import re
from datetime import datetime

import pytest
from playwright.sync_api import expect

from cloudstore.kit.clock import BUSINESS_ZONE
from tests.browser.conftest import until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.journey,
    pytest.mark.xdist_group("product"),
    pytest.mark.timeout(600),
]
SHANGHAI, SHENZHEN = "310100", "440300"
HUMAN = 2_300  # milliseconds: a form that comes back faster than a person types is taken for a script
STORE_ACCOUNT = "od_xinghe_sh01_store"
SURNAMES = "魏蒋韩冯褚卫沈杨"


def fill_in(customer, address, *, name, city):
    """The public form, as a customer fills it; returns the last four digits of the number."""
    number = f"1990{random.randrange(10**7):07d}"
    customer.goto(address)
    customer.locator("[name=phone]").fill(number)
    customer.locator("[name=name]").fill(name)
    customer.locator("[name=city]").select_option(city)
    customer.locator("[name=consent]").check()
    customer.wait_for_timeout(HUMAN)
    customer.locator("form.cs-card button").click()
    customer.wait_for_url("**/thanks/**")
    return number[-4:]


def number_in(place):
    return int(re.sub(r"\D", "", place.inner_text()) or 0)


def test_a_customer_is_on_the_phone_of_the_store_within_moments(page_of, people):
    wang = page_of("wang", width=390, language="zh")
    wang.goto("/d/leads/")
    expect(wang.locator("[data-live][data-state=live]")).to_be_visible()
    customer = page_of(width=390, language="zh")
    last = fill_in(customer, "/w/sh01-v/", name=random.choice(SURNAMES) + "女士", city=SHANGHAI)
    people.picture(customer, "thanks")

    row = wang.locator(".cs-lead", has_text=last)
    expect(row).to_be_visible()
    people.picture(wang, "leads")
    row.locator("a.cs-lead__link").click()
    expect(wang.locator("#head .cs-chip").first).to_be_visible()
    before = wang.locator("#head .cs-chip").first.inner_text()

    wang.locator("#number button").click()
    expect(wang.locator("#number a[href^='tel:']")).to_have_attribute("href", re.compile(rf"{last}$"))
    log = wang.locator("#log")
    log.locator("summary").click()
    log.locator("[name=connected]").first.check(force=True)
    log.locator("[name=minutes]").fill("2")
    log.locator("[name=note]").fill("周六上午来看车")
    log.locator("form button.cs-button--block").click()
    expect(wang.locator("#story")).to_contain_text("周六上午来看车")
    expect(wang.locator("#head .cs-chip").first).not_to_have_text(before)
    people.picture(wang, "lead-called")

    # Nobody has to call any more; whoever looks for the number finds the customer.
    wang.goto("/d/leads/?tab=call")
    expect(wang.locator(".cs-lead", has_text=last)).to_have_count(0)
    wang.locator("#digits").fill(last)
    wang.locator("#digits").press("Enter")
    expect(wang.locator(".cs-lead", has_text=last).first).to_be_visible()


def test_a_message_is_answered_from_the_phone(page_of, people, platform):
    words = f"你好，X7 现在有现车吗？{datetime.now(BUSINESS_ZONE):%H%M%S}"
    wang = page_of("wang", width=390, language="zh")
    wang.goto("/d/messages/")
    expect(wang.locator("[data-live][data-state=live]")).to_be_visible()
    nickname = f"访客{random.randrange(10**5)}"
    platform(
        "fire",
        event="text",
        open_id=STORE_ACCOUNT,
        user={"open_id": f"ou_browser_{random.randrange(10**9)}", "nickname": nickname},
        text=words,
    )
    talk = wang.locator("#rows a.cs-list__item", has_text=nickname)
    expect(talk).to_be_visible()
    people.picture(wang, "messages")
    talk.click()
    expect(wang.locator("#thread")).to_contain_text(words)
    wang.locator("#text").fill("有现车，周末可以试驾。")
    wang.locator(".cs-answer button").click()
    ours = wang.locator("#thread .is-ours", has_text="有现车，周末可以试驾。")
    expect(ours).to_be_visible()
    people.picture(wang, "conversation")
    # Once the platform has it, nobody waits for an answer any more; the open list says so by itself.
    wang.goto("/d/messages/")
    expect(wang.locator("#rows a.cs-list__item", has_text=nickname)).to_have_count(0, timeout=60_000)


def test_the_desk_sends_a_lead_from_afar_with_one_key(page_of, people):
    he = page_of("he")
    he.goto("/admin/desk/")
    count = he.locator("#rows .cs-desk__count")
    waiting = number_in(count)
    customer = page_of(width=390, language="zh")
    last = fill_in(customer, "/w/sh01-l/", name=random.choice(SURNAMES) + "先生", city=SHENZHEN)
    row = he.locator("#rows .cs-list__item", has_text=last)
    expect(row).to_be_visible()
    expect(count).to_contain_text(str(waiting + 1))

    row.click()
    sheet = he.locator("#sheet")
    expect(sheet.locator("h2")).to_contain_text(last)
    he.locator("#purpose").select_option(index=0)
    he.keyboard.press("Escape")
    he.evaluate("document.activeElement.blur()")
    he.keyboard.press("s")
    expect(he.locator("#numbers .cs-desk__number")).to_contain_text(last)
    assert sheet.locator("input[name=dealer]:checked").count() == 1
    people.picture(he, "desk-lead")
    he.keyboard.press("d")
    expect(he.locator("#rows .cs-list__item", has_text=last)).to_have_count(0)
    # The next one is open already, in He's hands.
    expect(he.locator("#sheet h2")).not_to_contain_text(last)
    expect(he.locator("#rows .cs-list__item[aria-current=true]")).to_have_count(1)
    people.picture(he, "desk-next")
    he.keyboard.press("p")
    expect(he.locator("#rows")).to_be_visible()


def test_leadership_reads_the_network_and_sees_a_lead_arrive(page_of, people):
    zhou = page_of("zhou", language="zh", height=700)
    zhou.goto("/board/")
    # Words and numbers first; a chart comes when it nears the screen.
    expect(zhou.locator("#part-kpis .cs-kpi__value")).to_have_count(4)
    expect(zhou.locator("#part-places tbody tr")).not_to_have_count(0)
    assert zhou.locator(".cs-chart--heat[data-drawn]").count() == 0
    for name in ("trend", "heat"):
        zhou.locator(f".cs-chart--{name}").scroll_into_view_if_needed()
        expect(zhou.locator(f".cs-chart--{name}[data-drawn] svg").first).to_be_visible()
    assert _painted_before_charts(zhou)
    people.picture(zhou, "board")

    # Today's leads rise in the table and in the chart, on the page that lies open.
    zhou.locator("details", has=zhou.locator("#part-trend")).locator("summary").click()
    today = zhou.locator("#part-trend tbody tr").first
    expect(zhou.locator("[data-live][data-state=live]")).to_be_visible()
    before, drawn = _sum(today), _last_points(zhou)
    customer = page_of(width=390, language="zh")
    fill_in(customer, "/w/sh01-v/", name=random.choice(SURNAMES) + "先生", city=SHANGHAI)
    until(zhou, lambda: _sum(today) == before + 1)
    until(zhou, lambda: _last_points(zhou) > drawn)

    # Every number leads to the rows behind it, and there are as many.
    total = zhou.locator("#part-places .cs-total [data-label] a").first
    said = number_in(total)
    assert said > 0
    total.click()
    assert number_in(zhou.locator("#part-rows .cs-meta").first) == said
    shown = zhou.locator("#part-rows tbody tr").count()
    assert shown == min(said, shown) > 0
    people.picture(zhou, "board-rows")


def _last_points(page):
    """Today's points of all lines of the trend."""
    return page.locator(".cs-chart--trend").evaluate(
        "place => place.data.reduce((sum, line) => sum + (Number(line.y[line.y.length - 1]) || 0), 0)"
    )


def _sum(row):
    return sum(int(words) for words in row.locator("td.cs-num").all_inner_texts())


def test_leadership_on_a_phone_in_the_dark(page_of, people):
    zhou = page_of("zhou", width=390, theme="dark")
    zhou.goto("/board/")
    assert zhou.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 17, 21)"
    zhou.locator(".cs-chart--trend").scroll_into_view_if_needed()
    expect(zhou.locator(".cs-chart--trend[data-drawn] svg").first).to_be_visible()
    people.picture(zhou, "board-dark")
    zhou.goto("/board/dealers/SH01/card/")
    expect(zhou.locator(".cs-line")).to_have_count(8)
    expect(zhou.locator(".cs-tier--big")).to_be_visible()
    assert zhou.evaluate("document.documentElement.scrollWidth <= innerWidth")
    people.picture(zhou, "card-dark")


def _painted_before_charts(page):
    """Whether the words stood there before the chart library was asked for."""
    return page.evaluate(
        """() => {
        const paint = performance.getEntriesByName("first-contentful-paint")[0];
        const script = performance.getEntriesByType("resource").find((one) => one.name.includes("plotly.min"));
        return Boolean(paint && script && script.startTime >= paint.startTime);
    }"""
    )
