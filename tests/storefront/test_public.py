"""What a visitor sees: the brand's stores, a store's homepage, and the way to its form."""

from bs4 import BeautifulSoup
from django.test import Client

from cloudstore.capture.models import WidgetDay


def read(address, language="en"):
    return Client(headers={"accept-language": language}).get(address)


def test_the_brands_page_lists_its_own_stores_by_region(pages):
    words = read("/xinghe/").content.decode()
    assert "上海嘉和汽车滨江店" in words
    assert "深圳鹏程汽车南山店" in words
    assert "北辰汽车上海体验店" not in words


def test_the_homepage_shows_cars_and_leads_to_the_form(pages, widget):
    page = read("/xinghe/sh01/")
    soup = BeautifulSoup(page.content, "html.parser")
    assert "星河 X7" in soup.get_text()
    button = soup.find("a", class_="cs-button--primary")
    assert read(button["href"]).status_code == 200
    assert b"<script" not in page.content
    assert not page.cookies


def test_each_visit_is_counted_and_a_look_at_the_head_is_not(pages, widget):
    read("/xinghe/sh01/")
    read("/xinghe/sh01/")
    Client().head("/xinghe/sh01/")
    assert WidgetDay.objects.get().shown == 2


def test_a_homepage_without_a_widget_has_no_button(pages):
    assert "cs-button--primary" not in read("/xinghe/sh01/").content.decode()


def test_a_widget_out_of_use_is_not_offered(pages, widget):
    type(widget).objects.update(active=False)
    assert "cs-button--primary" not in read("/xinghe/sh01/").content.decode()


def test_a_store_that_closed_has_no_homepage_and_is_not_listed(pages, world):
    type(world.xinghe.dealers["riverside"]).objects.filter(code="SH01").update(status="suspended")
    assert read("/xinghe/sh01/").status_code == 404
    assert "上海嘉和汽车滨江店" not in read("/xinghe/").content.decode()


def test_language_by_browser_and_by_address(pages, widget):
    assert "到店看车" in read("/xinghe/sh01/", language="zh-CN").content.decode()
    assert "到店看车" in read("/xinghe/sh01/?lang=zh").content.decode()
    assert "Visit the store" in read("/xinghe/sh01/").content.decode()
