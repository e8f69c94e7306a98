"""The numbers of the circulation: how much comes from elsewhere, and how fast it goes on."""

from datetime import timedelta

from cloudstore.leads.rules.states import Verb
from cloudstore.leads.services import act
from cloudstore.routing.queries.circulation import circulation
from cloudstore.routing.services import dispatch, sweep_rounds
from tests.leads.stories import lead_of
from tests.leads.town import MORNING, build_town

DAY = timedelta(days=1)


def numbers(town, who="lin", days=1):
    return circulation(town.scope(who), start=MORNING, end=MORNING + days * DAY)


def test_shares_and_the_time_at_the_desk(town):
    he = town.people["he"]
    for number in range(3):
        lead_of(town, phone=f"1390013900{number}")
    for number, minutes in enumerate((10, 30, 50)):
        lead = lead_of(town, city="320500", phone=f"1390013901{number}")
        dispatch(lead=lead, dealer=town.dealers["SZ01"], by=he, now=MORNING + timedelta(minutes=minutes))
    lead_of(town, city="", phone="19900139020")
    found = numbers(town)
    assert (found.leads, found.local, found.remote, found.unknown, found.waiting) == (7, 3, 3, 1, 1)
    assert (found.remote_share, found.dispatched, found.dispatch_minutes) == (0.5, 3, 30)


def test_second_rounds_and_visits(town):
    town.dealer("SH02", "310100")
    first, second = lead_of(town), lead_of(town, phone="13900139001")
    act(lead=first, verb=Verb.ARRIVE, by=town.people["wang"], version=first.state_version, now=MORNING + DAY / 4)
    sweep_rounds(now=MORNING + 2 * DAY)
    second.refresh_from_db()
    found = numbers(town)
    assert (second.dealer.code, found.rounds, found.redispatched) == ("SH02", 3, 1)
    assert (found.local_arrived, found.local_arrival_share) == (1, 0.5)


def test_nothing_is_not_nought_percent(town):
    found = numbers(town)
    assert found.leads == 0 and found.remote_share is None and found.dispatch_minutes is None


def test_a_store_sees_its_own_and_another_brand_none(town):
    lead_of(town)
    lead_of(town, code="SZ01", city="320500", phone="13900139001")
    other = build_town("yunfan")
    assert numbers(town, "chen").leads == 1
    assert numbers(town).leads == 2
    assert numbers(other).leads == 0


def test_the_period_is_half_open(town):
    lead_of(town, at=MORNING + DAY)
    assert numbers(town).leads == 0 and numbers(town, days=2).leads == 1
