"""The brand manager edits her dealers' homepages; the other brand's do not exist for her."""

import pytest
from bs4 import BeautifulSoup

from cloudstore.network.services import dismiss
from cloudstore.storefront.models import DealerPage
from tests.world import NOON, signed_in


@pytest.fixture
def lin(world, pages):
    return signed_in(world.xinghe.people["lin"])


def edit(page):
    return f"/admin/pages/{page.pk}/edit/"


def test_her_list_has_her_dealers_homepages_only(lin):
    words = lin.get("/admin/homepages/").content.decode()
    assert "上海嘉和汽车滨江店" in words
    assert "北辰" not in words


def test_she_finds_one_by_a_part_of_its_name(lin):
    words = lin.get("/admin/homepages/?q=滨江").content.decode()
    assert "SH01" in words
    assert "SZ11" not in words


def test_she_edits_one_and_visitors_see_it(lin, client, pages):
    form = BeautifulSoup(lin.get(edit(pages["SH01"])).content, "html.parser").find("form", id="page-edit-form")
    values = {
        field["name"]: field.get("value", "")
        for field in form.find_all("input")
        if field.get("name") and field.get("type") != "file"
    }
    texts = {area["name"]: area.text for area in form.find_all("textarea") if area.get("name")}
    sent = values | texts | {"intro": "本周末到店有礼", "body-count": "0", "action-publish": "1"}
    answer = lin.post(edit(pages["SH01"]), sent)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/homepages/")
    assert "本周末到店有礼" in client.get("/xinghe/sh01/").content.decode()


@pytest.mark.parametrize("address", ["edit/", "edit/preview/", "view_draft/"])
def test_a_page_of_the_other_brand_does_not_exist_for_her(lin, pages, address):
    assert lin.get(f"/admin/pages/{pages['BC01'].pk}/{address}").status_code == 404
    assert lin.post(f"/admin/pages/{pages['BC01'].pk}/{address}", {"title": "x"}).status_code == 404
    assert DealerPage.objects.get(pk=pages["BC01"].pk).title == "北辰汽车上海体验店"


def test_choosing_a_page_for_a_link_offers_her_brand_only(lin, pages):
    assert "滨江店" in lin.get(f"/admin/choose-page/{pages['xinghe'].pk}/").json()["html"]
    assert lin.get(f"/admin/choose-page/{pages['beichen'].pk}/").status_code == 404
    assert "北辰" not in lin.get("/admin/choose-page/").json()["html"]
    assert "北辰" not in lin.get("/admin/choose-page/search/?q=北辰汽车").content.decode().replace("北辰汽车&quot;", "")


@pytest.mark.parametrize("address", ["/admin/pages/", "/admin/pages/1/", "/admin/reports/site-history/"])
def test_there_is_no_explorer(lin, pages, address):
    assert lin.get(address).status_code == 404


@pytest.mark.parametrize("address", ["delete/", "move/", "copy/", "unpublish/", "history/", "add_subpage/", "usage/"])
def test_pages_come_and_go_with_their_dealers_not_by_hand(lin, pages, address):
    assert lin.post(f"/admin/pages/{pages['SH01'].pk}/{address}").status_code == 404


@pytest.mark.parametrize("name", ["fang", "he", "zhou", "chen", "wang", "bei_lin"])
def test_nobody_else_edits_them(world, pages, name):
    other = signed_in(world.people()[name])
    assert other.get(edit(pages["SH01"])).status_code == 404
    words = other.get("/admin/homepages/")
    assert words.status_code == 404 or "滨江店" not in words.content.decode()


def test_who_left_edits_nothing_more(world, lin, pages):
    dismiss(entry=world.xinghe.people["lin"], now=NOON)
    assert lin.get(edit(pages["SH01"])).status_code == 404
    assert not world.xinghe.people["lin"].user.groups.filter(name__startswith="pages: ").exists()
