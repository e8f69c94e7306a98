"""What does not get through, and what the person at the form is told."""

from datetime import timedelta

import pytest

from cloudstore.capture.models import RateCount
from cloudstore.capture.services import forget_counts
from cloudstore.gateway.models import InboundEvent
from cloudstore.kit.clock import now
from tests.capture.test_the_form import PHONE, fill_and_send


@pytest.mark.parametrize("number", ["123", "1380013800", "not a number", "13800138000 13900139000", "+86", "９" * 200])
def test_a_wrong_number_is_said_and_everything_typed_stays(visitor, video_form, number):
    visitor.open(f"/w/{video_form.code}/").fill(phone=number[:30], name="陈先生", city="310100", consent="1")
    assert visitor.send().status_code == 422
    assert "not a number we can call" in visitor.words
    assert visitor.values["name"] == "陈先生"
    assert visitor.values["city"] == "310100"
    assert visitor.values["consent"] == "1"
    assert not InboundEvent.objects.exists()


def test_a_corrected_number_gets_through_at_once(visitor, video_form):
    visitor.open(f"/w/{video_form.code}/").fill(phone="138", consent="1").send()
    assert visitor.fill(phone=PHONE).send().status_code == 302


def test_without_the_tick_nothing_is_kept_and_nothing_is_ticked_beforehand(visitor, video_form):
    visitor.open(f"/w/{video_form.code}/")
    assert "consent" not in visitor.values
    assert visitor.fill(phone=PHONE).send().status_code == 422
    assert "Without your agreement" in visitor.words
    assert not InboundEvent.objects.exists()


def test_a_script_is_thanked_and_not_kept(visitor, video_form):
    assert fill_and_send(visitor, video_form.code, website="https://spam.example").status_code == 302
    assert not InboundEvent.objects.exists()


def test_faster_than_a_person_types_is_asked_once_more_and_not_thanked_in_vain(visitor, video_form):
    visitor.open(f"/w/{video_form.code}/").fill(phone=PHONE, consent="1")
    assert visitor.send(after=1).status_code == 422
    assert "very quick" in visitor.words
    assert not InboundEvent.objects.exists()
    assert visitor.send(after=1).status_code == 302
    assert InboundEvent.objects.count() == 1


def test_a_page_open_for_two_days_is_sent_with_a_second_press(visitor, video_form):
    visitor.open(f"/w/{video_form.code}/?item=7301").fill(phone=PHONE, consent="1")
    assert visitor.send(after=2 * 86_400).status_code == 422
    assert "open for a long time" in visitor.words
    assert visitor.send(after=0).status_code == 302
    assert InboundEvent.objects.count() == 1


@pytest.mark.parametrize("token", ["", "x", "made:up:token", "\N{NULL}", "a" * 5000])
def test_a_made_up_token_is_no_token(visitor, video_form, token):
    visitor.open(f"/w/{video_form.code}/").fill(phone=PHONE, consent="1", token=token)
    assert visitor.send().status_code == 422
    assert not InboundEvent.objects.exists()
    assert visitor.send(after=0).status_code == 302


def test_a_token_of_another_widget_is_no_token(visitor, widget_of, video_form):
    other = widget_of("live_form", "LIVE_VIDEO")
    stolen = visitor.open(f"/w/{other.code}/").values["token"]
    visitor.open(f"/w/{video_form.code}/").fill(phone=PHONE, consent="1", token=stolen)
    assert visitor.send().status_code == 422


def test_one_number_six_times_a_day(visitors, video_form):
    answers = [fill_and_send(visitors(address=f"198.51.100.{n}"), video_form.code).status_code for n in range(7)]
    assert answers == [302] * 6 + [429]
    assert InboundEvent.objects.count() == 6


def test_one_address_twenty_times_in_ten_minutes(visitors, video_form, clock):
    last = None
    for number in range(21):
        last = visitors()
        last.open(f"/w/{video_form.code}/").fill(phone=f"138001380{number:02}", consent="1").send(after=3)
    assert last.page.status_code == 429
    assert "sent very often" in last.words
    assert last.values["phone"] == "13800138020"
    clock.shift(timedelta(minutes=10))
    assert last.send().status_code == 302


def test_an_ipv6_subscriber_is_one_source(visitors, video_form):
    for number in range(21):
        one = visitors(address=f"2001:db8:1:2::{number:x}")
        one.open(f"/w/{video_form.code}/").fill(phone=f"138001380{number:02}", consent="1").send(after=3)
    assert one.page.status_code == 429


def test_counts_know_no_address_and_no_number_and_are_forgotten(visitor, video_form):
    fill_and_send(visitor, video_form.code)
    stored = b"".join(bytes(row.key) for row in RateCount.objects.all())
    assert b"203.0.113.9" not in stored
    assert b"13800138000" not in stored
    assert forget_counts(now=now() + timedelta(days=2)) == 2


def test_a_large_body_is_refused(visitor, video_form):
    visitor.open(f"/w/{video_form.code}/").fill(phone=PHONE, consent="1", name="x" * 20_000)
    assert visitor.send().status_code == 413
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize("name", ["\N{NULL}", "<script>alert(1)</script>", "{0.__class__}", "名" * 41])
def test_hostile_names_never_break_the_page_nor_come_back_as_markup(visitor, video_form, name):
    visitor.open(f"/w/{video_form.code}/").fill(phone="1", consent="1", name=name)
    page = visitor.send()
    assert page.status_code == 422
    assert b"<script" not in page.content


@pytest.mark.parametrize("change", [{"active": False}, {"code": "another"}])
def test_unknown_and_closed_widgets_look_alike(client, video_form, change):
    code = video_form.code
    for name, value in change.items():
        setattr(video_form, name, value)
    video_form.save()
    assert client.get(f"/w/{code}/").status_code == 404
    assert client.post(f"/w/{code}/").status_code == 404


def test_a_store_that_closed_has_no_form(client, video_form):
    type(video_form.dealer).objects.filter(pk=video_form.dealer_id).update(status="suspended")
    assert client.get(f"/w/{video_form.code}/").status_code == 404
