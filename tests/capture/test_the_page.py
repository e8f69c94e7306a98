"""The form as a page: light, without script and cookie, in both languages, with the words that were agreed to."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders

from tests.capture.test_the_form import PHONE


def weight(page):
    """Bytes of the page with its style sheets and pictures."""
    soup = BeautifulSoup(page.content, "html.parser")
    links = [tag["href"] for tag in soup.find_all("link", rel=["stylesheet", "icon"])]
    files = [finders.find(link.removeprefix("/static/")) for link in links]
    assert files
    assert all(files)
    return len(page.content) + sum(len(open(file, "rb").read()) for file in files)


def test_no_script_no_cookie_and_under_a_hundred_kilobytes(visitor, video_form):
    page = visitor.open(f"/w/{video_form.code}/").page
    assert b"<script" not in page.content
    assert b" style=" not in page.content
    assert not page.cookies
    assert "https://" not in page.content.decode()
    assert weight(page) < 100_000


def test_the_answer_sets_no_cookie_either(visitor, video_form):
    visitor.open(f"/w/{video_form.code}/").fill(phone=PHONE, consent="1").send(follow=True)
    assert not visitor.browser.cookies


def test_the_browser_chooses_the_language(visitors, video_form):
    assert "预约试驾" in visitors(language="zh-CN,zh;q=0.9").open(f"/w/{video_form.code}/").words
    assert "Book a test drive" in visitors(language="en-GB").open(f"/w/{video_form.code}/").words


def test_the_address_chooses_the_language_and_it_stays(visitor, video_form):
    visitor.open(f"/w/{video_form.code}/?lang=zh").fill(phone="1")
    assert "预约试驾" in visitor.words
    visitor.send()
    assert "预约试驾" in visitor.words
    visitor.fill(phone=PHONE, consent="1")
    assert visitor.send()["Location"].endswith("/thanks/?lang=zh")


def test_the_switch_is_a_link_that_keeps_the_room(visitor, video_form):
    page = visitor.open(f"/w/{video_form.code}/?room=7311").page
    (link,) = BeautifulSoup(page.content, "html.parser").select("footer a[hreflang]")
    assert link["href"] == "?room=7311&lang=zh"


def test_the_words_of_the_consent_name_both_companies(visitor, video_form):
    assert "星河汽车销售有限公司 and 上海嘉和汽车滨江店有限公司" in visitor.open(f"/w/{video_form.code}/").words


@pytest.mark.parametrize("hostile", ["{dealer.__class__}", "{0}", "{", "{brand!r}", "{unknown}", "%s", "{{brand}}"])
def test_braces_of_the_brands_own_making_stay_words(visitor, video_form, consent, hostile):
    consent.text_en = f"I agree {hostile} to {{dealer}}."
    consent.save()
    page = visitor.open(f"/w/{video_form.code}/").page
    assert page.status_code == 200
    assert "上海嘉和汽车滨江店" in visitor.words
    assert "class '" not in visitor.words


def test_markup_in_a_consent_text_is_shown_as_words(visitor, video_form, consent):
    consent.text_en = "<b>I agree</b><script>1</script>"
    consent.save()
    assert b"<script" not in visitor.open(f"/w/{video_form.code}/").page.content
