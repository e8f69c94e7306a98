"""Many workers, one customer: whatever the order, one person, one lead, one open round."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from cloudstore.customers.models import Customer, Touch
from cloudstore.leads.models import Lead, Round
from cloudstore.routing.services import take_in
from tests.leads.stories import form
from tests.leads.town import MORNING, build_town

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(town, messages):
    events = [town.event() for _ in messages]
    start = threading.Barrier(len(messages))

    def worker(pair):
        try:
            start.wait()
            return take_in(pair[0], event=pair[1], now=MORNING)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(messages)) as pool:
        return list(pool.map(worker, zip(messages, events, strict=True)))


def test_one_phone_through_four_doors_at_once_is_one_customer_with_one_lead():
    town = build_town()
    doors = [form(widget_code=f"w{number}") for number in range(3)]
    answers = at_once(town, [*doors, town.card(phone="13900139000", user_open_id="ou_1")])
    assert sorted(one.outcome for one in answers) == ["created", "joined", "joined", "joined"]
    assert Customer.objects.count() == Lead.objects.count() == 1
    assert Round.objects.filter(closed_at=None).count() == 1
    assert Touch.objects.count() == 4


def test_the_same_click_at_once_is_one_lead_and_one_duplicate():
    town = build_town()
    answers = at_once(town, [form(), form()])
    assert sorted(one.outcome for one in answers) == ["created", "duplicate"]
    assert Lead.objects.count() == 1


def test_two_brands_at_once_do_not_wait_for_each_other_or_meet():
    towns = [build_town("a"), build_town("b")]
    events = [town.event() for town in towns]
    start = threading.Barrier(2)

    def worker(at):
        try:
            start.wait()
            return take_in(form(), event=events[at], now=MORNING).outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(worker, range(2))) == ["created", "created"]
    assert Customer.objects.count() == 2
