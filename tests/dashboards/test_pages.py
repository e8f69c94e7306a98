"""Zhou of the leadership, Fang of region east, and Chen of Riverside read their boards."""

import csv
from io import BytesIO, StringIO

import plotly.graph_objects as go
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from cloudstore.network.models import Dealer
from tests.dashboards.network import grow, make_lead, store_row
from tests.world import NOON, signed_in

LISTS = ("dealers", "leads", "posts", "sessions")


def _page(world, name, address):
    answer = signed_in(world.people()[name]).get(address)
    return answer.status_code, answer.content.decode()


def test_zhou_sees_the_network_with_its_period_and_its_moment(world, stores):
    status, page = _page(world, "zhou", "/board/")
    assert status == 200
    assert "Data as of 12:00" in page
    assert "against the 28 days before" in page
    assert "Numbers by region" in page and "江苏" in page
    assert page.count('role="img"') >= 3 and page.count("Show as table") == 3
    assert " style=" not in page and "<script>" not in page


@pytest.mark.parametrize("name", ["lin", "fang", "he", "zhou", "ada", "gao"])
def test_every_reader_of_boards_opens_every_page(world, stores, name):
    browser = signed_in(world.people()[name])
    for address in ("/board/", "/board/dealers/SH01/", "/board/dealers/SH01/card/", "/board/metrics/"):
        assert browser.get(address).status_code == 200, address
    for word in LISTS:
        assert browser.get(f"/board/{word}/").status_code == 200, word


@pytest.mark.parametrize("name", ["wang", "zhao"])
def test_operators_and_consultants_have_no_board(world, stores, name):
    assert _page(world, name, "/board/")[0] == 404


def test_chen_lands_at_her_own_store_and_sees_no_other(world, stores):
    browser = signed_in(world.people()["chen"])
    assert browser.get("/board/")["Location"] == "/board/dealers/SH01/"
    listed = browser.get("/board/dealers/").content.decode()
    assert "上海嘉和汽车滨江店" in listed and "深圳鹏程汽车南山店" not in listed
    for address in (
        "/board/dealers/SZ11/", "/board/dealers/SZ11/card/", "/board/leads/?dealer=SZ11", "/board/regions/south/",
        "/board/figures/trend.json?dealer=SZ11", "/board/leads/?account=999999", "/board/dealers/?region=south",
    ):  # fmt: skip
        assert browser.get(address).status_code == 404, address


def test_fang_sees_east_and_its_children_only(world, stores):
    browser = signed_in(world.people()["fang"])
    page = browser.get("/board/").content.decode()
    assert "华东" in page and "华南" not in page
    rows = browser.get("/board/dealers/").content.decode()
    assert "星河汽车第1店" in rows and "星河汽车第0店" not in rows
    assert browser.get("/board/regions/jiangsu/").status_code == 200
    assert browser.get("/board/regions/south/").status_code == 404


def test_another_brand_does_not_exist(world, stores):
    browser = signed_in(world.people()["bei_zhou"])
    assert "星河" not in browser.get("/board/dealers/").content.decode()
    assert browser.get("/board/dealers/SH01/").status_code == 404
    assert browser.get("/board/leads/?region=east").status_code == 404


def test_leads_behind_a_number_are_masked_and_name_no_foreign_account(world, stores):
    riverside, other = world.xinghe.dealers["riverside"], world.xinghe.accounts["SZ11"]
    make_lead(world.xinghe, riverside, 0, NOON.replace(day=1), source_account=other)
    for name in ("chen", "zhou"):
        _, page = _page(world, name, "/board/leads/?dealer=SH01")
        assert "陈**" in page and "138" not in page
    _, page = _page(world, "chen", "/board/leads/?dealer=SH01")
    assert other.nickname not in page and "another store" in page
    assert other.nickname not in _page(world, "chen", "/board/dealers/SH01/")[1]


def test_the_list_sorts_filters_and_pages(world, stores):
    browser = signed_in(world.people()["zhou"])
    best = browser.get("/board/dealers/?order=-score").context["page"].object_list
    assert [one.score for one in best] == sorted((one.score for one in best), reverse=True)
    tier = best[0].tier
    found = browser.get(f"/board/dealers/?tier={tier}&q=星河").context["page"].object_list
    assert all(one.tier == tier and "星河" in one.name for one in found)
    assert "No dealer matches" in browser.get("/board/dealers/?q=nobody").content.decode()


def test_files_hold_the_same_rows_in_the_same_order_as_the_page(world, stores):
    browser = signed_in(world.people()["zhou"])
    asked = "region=east&order=-valid"
    shown = [one.code for one in browser.get(f"/board/dealers/?{asked}").context["page"].object_list]
    raw = browser.get(f"/board/dealers/?{asked}&format=csv").content
    assert raw.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(StringIO(raw.decode("utf-8-sig"))))
    assert [row[0] for row in table[1:]] == shown
    book = load_workbook(BytesIO(browser.get(f"/board/dealers/?{asked}&format=xlsx").content))
    assert [row[0] for row in book.active.iter_rows(min_row=2, values_only=True)] == shown
    assert browser.get("/board/dealers/?format=pdf").status_code == 404


def test_a_name_that_looks_like_a_formula_stays_text_in_a_file(world, stores):
    Dealer.objects.filter(code="SH01").update(name="=HYPERLINK(1)")
    raw = signed_in(world.people()["zhou"]).get("/board/dealers/?format=csv&q=SH01").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in raw


@pytest.mark.parametrize("word", LISTS)
@pytest.mark.parametrize("rubbish", ["from=9999-99-99&to=x", "order=-pk;drop&page=zz", "scene=%00&source=?&tier=Q"])
def test_rubbish_in_an_address_is_left_out(world, stores, word, rubbish):
    assert signed_in(world.people()["zhou"]).get(f"/board/{word}/?{rubbish}").status_code == 200


@pytest.mark.parametrize("name", ["trend", "tiers", "heat"])
def test_figures_are_what_plotly_understands_and_name_colours_of_the_theme(world, stores, name):
    answer = signed_in(world.people()["zhou"]).get(f"/board/figures/{name}.json?narrow=1")
    made = answer.json()
    assert go.Figure(made).data
    assert "var(--cs-" in answer.content.decode() and "#" not in answer.content.decode()
    assert made["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"
    assert made["layout"]["xaxis"]["fixedrange"] and made["layout"]["yaxis"]["fixedrange"]


def test_the_heat_map_is_turned_for_a_phone(world, stores):
    browser = signed_in(world.people()["zhou"])
    wide = browser.get("/board/figures/heat.json").json()["data"][0]
    tall = browser.get("/board/figures/heat.json?narrow=1").json()["data"][0]
    assert (len(wide["x"]), len(tall["y"])) == (8, 8)
    assert [list(row) for row in zip(*wide["z"], strict=True)] == tall["z"]
    assert browser.get("/board/figures/pie.json").status_code == 404


@pytest.mark.parametrize("address", ["/board/", "/board/dealers/", "/board/leads/", "/board/figures/heat.json"])
def test_ten_times_the_dealers_cost_not_one_query_more(world, address):
    grow(world, stores=24, leads_each=1)
    browser = signed_in(world.people()["zhou"])
    browser.get(address)
    small = _queries(browser, address)
    _more(world, 200)
    assert _queries(browser, address) == small <= 25


def _queries(browser, address):
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(address).status_code == 200
    return len(seen)


def _more(world, stores):
    """As many stores, of which the newest are graded by the next run of the day."""
    jiangsu = world.xinghe.regions["jiangsu"]
    Dealer.objects.bulk_create(store_row(world.xinghe, jiangsu, 1000 + at, NOON) for at in range(stores - 24))
    for dealer in Dealer.objects.filter(code__startswith="X1"):
        make_lead(world.xinghe, dealer, 0, NOON.replace(day=1))


def test_strangers_are_asked_to_sign_in(client, db):
    for address in ("/board/", "/board/leads/?format=csv", "/board/figures/trend.json", "/d/card/"):
        assert client.get(address).status_code == 302


def test_the_console_opens_with_the_numbers_of_the_brand(world, stores):
    status, page = _page(world, "lin", "/admin/")
    assert status == 200
    assert "Network in numbers" in page and "/board/" in page
