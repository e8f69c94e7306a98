"""The store's people find their links, copy them and print their codes; nobody finds another store's."""

from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from tests.capture.test_the_form import fill_and_send
from tests.world import signed_in


@pytest.fixture
def chen(world):
    return signed_in(world.xinghe.people["chen"])


def test_the_operator_sees_address_and_numbers(world, visitor, video_form, settings):
    settings.SITE_URL = "https://cars.example/"
    fill_and_send(visitor, video_form.code)
    page = signed_in(world.xinghe.people["wang"]).get("/d/widgets/")
    soup = BeautifulSoup(page.content, "html.parser")
    assert soup.find("input", readonly=True)["value"] == f"https://cars.example/w/{video_form.code}/"
    assert "opened 1 ×, filled 1 ×" in soup.get_text()
    assert b" style=" not in page.content


def test_the_code_leads_to_the_form(chen, video_form):
    picture = chen.get(f"/d/widgets/{video_form.code}/qr.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    svg = ElementTree.fromstring(picture.content)  # noqa: S314 - our own picture
    (path,) = svg.iter("{http://www.w3.org/2000/svg}path")
    assert len(path.get("d")) > 500


def test_another_store_sees_nothing_of_it(world, video_form):
    qian = signed_in(world.xinghe.people["qian"])
    assert video_form.code not in qian.get("/d/widgets/").content.decode()
    assert qian.get(f"/d/widgets/{video_form.code}/qr.svg").status_code == 404
    assert qian.get("/d/widgets/nothing/qr.svg").status_code == 404


def test_a_group_manager_sees_the_links_of_all_stores_with_their_names(world, widget_of):
    widget_of()
    widget_of("live_form", "LIVE_VIDEO", dealer=world.xinghe.dealers["suzhou"], account=None)
    words = signed_in(world.xinghe.people["gao"]).get("/d/widgets/").content.decode()
    assert "苏州嘉和汽车园区店" in words
    assert "上海嘉和汽车滨江店" in words


def test_closed_links_are_not_offered(chen, widget_of):
    widget_of(active=False)
    assert "No links yet" in chen.get("/d/widgets/").content.decode()


@pytest.mark.parametrize("name", ["lin", "he", "zhao", "bei_chen"])
def test_who_is_not_of_the_store_has_no_such_page_or_an_empty_one(world, video_form, name):
    answer = signed_in(world.people()[name]).get("/d/widgets/")
    assert answer.status_code == 404 or video_form.code not in answer.content.decode()


def test_visitors_are_sent_to_the_sign_in(client, video_form):
    assert client.get("/d/widgets/").status_code == 302


def test_the_way_there_is_on_the_page_about_oneself(chen, world):
    assert 'href="/d/widgets/"' in chen.get("/d/me/").content.decode()
    assert "/d/widgets/" not in signed_in(world.xinghe.people["zhao"]).get("/d/me/").content.decode()
