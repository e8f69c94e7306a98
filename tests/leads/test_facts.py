"""The daily numbers that a store is graded by, from the leads themselves."""

from datetime import timedelta

import pytest
import time_machine

from cloudstore.connectors.messages import Scene
from cloudstore.kit.clock import business_day
from cloudstore.leads.models import Lead
from cloudstore.leads.queries import fact_rows
from cloudstore.leads.rules.follow import FollowKind
from cloudstore.leads.rules.levels import Level
from cloudstore.leads.rules.reasons import Invalid
from cloudstore.leads.rules.states import State
from cloudstore.leads.services import follow, move
from cloudstore.routing.services import How, dispatch, walk_in

from .stories import lead_of
from .town import MORNING, PAID

TODAY = business_day(MORNING)


def facts(town, at, days=10):
    """Values by (dealer code, account or not, day offset)."""
    codes = {dealer.pk: code for code, dealer in town.dealers.items()}
    found = {}
    with time_machine.travel(at, tick=False):
        for row in fact_rows(town.brand.pk, TODAY, TODAY + timedelta(days=days)):
            assert row.quality == {"leads": "ok"}
            key = (codes[row.dealer_id], row.account_id is not None, (row.day - TODAY).days)
            assert key not in found
            found[key] = row.values
    return found


def called(lead, at, connected=True):
    lead.refresh_from_db()
    fields = {"call_seconds": 20, "connected": connected, "version": lead.state_version}
    follow(lead=lead, kind=FollowKind.CALL, by=None, now=at, **fields)


def test_in_time_late_and_not_yet_due(town):
    in_time, late, young = (lead_of(town, phone=f"1390013900{number}") for number in range(3))
    called(in_time, MORNING + timedelta(hours=1))
    called(late, MORNING + timedelta(hours=5))
    before = facts(town, MORNING + timedelta(hours=2))
    assert "leads_assigned_due" not in before["SH01", True, 0]
    after = facts(town, MORNING + timedelta(hours=6))
    assert after["SH01", True, 0]["leads_assigned_due"] == 3 and after["SH01", True, 0]["leads_followed_in_sla"] == 1
    assert young.state == "assigned"


def test_where_leads_came_from(town):
    lead_of(town, phone="13900139001", scene=Scene.LIVE_VIDEO, room_id="r1")
    lead_of(town, phone="13900139002", scene=Scene.HOME_PAGE)
    lead_of(town, phone="13900139003", **PAID)
    lead_of(town, phone="13900139004", city="320500")
    values = facts(town, MORNING + timedelta(minutes=1))["SH01", True, 0]
    assert values == {
        "natural_leads": 3,
        "paid_leads": 1,
        "local_leads": 3,
        "live_widget_leads_valid": 1,
        "homepage_leads": 1,
    }


def test_a_dispatched_lead_is_the_receivers_work_and_the_sources_find(town):
    lead = lead_of(town, city="320500")
    dispatch(lead=lead, dealer=town.dealers["SZ01"], by=town.people["he"], now=MORNING + timedelta(minutes=9))
    found = facts(town, MORNING + timedelta(days=4))
    assert found["SH01", True, 0] == {"natural_leads": 1}
    assert found["SZ01", False, 0] == {"leads_assigned_due": 1, "leads_matured": 1, "leads_valid": 1}


def test_leads_mature_after_three_days(town):
    lead_of(town)
    assert "leads_matured" not in facts(town, MORNING + timedelta(hours=71))["SH01", True, 0]
    assert facts(town, MORNING + timedelta(hours=72))["SH01", True, 0]["leads_valid"] == 1


@pytest.mark.parametrize(
    ("by", "reason", "calls", "valid"),
    [
        ("he", Invalid.COMPETITOR, 0, 0),
        ("wang", Invalid.COMPETITOR, 0, 1),
        ("wang", Invalid.NO_ANSWER, 2, 1),
        ("wang", Invalid.NO_ANSWER, 3, 0),
    ],
)
def test_the_desks_word_counts_and_the_stores_only_with_proof(town, by, reason, calls, valid):
    lead = lead_of(town)
    for number in range(calls):
        called(lead, MORNING + timedelta(hours=1 + number * 20), connected=False)
    lead.refresh_from_db()
    at = MORNING + timedelta(days=3)
    fields = {"version": lead.state_version, "reason": reason, "now": at}
    move(lead=lead, to=State.INVALID, by=town.people[by], **fields)
    values = facts(town, at + timedelta(days=1))["SH01", True, 0]
    assert (values["leads_matured"], values.get("leads_valid", 0)) == (1, valid)


def test_who_walked_in_needed_no_call(town):
    walk_in(
        dealer=town.dealers["SH01"],
        by=town.people["wang"],
        phone_e164="+8613900139000",
        name="陈先生",
        series=None,
        how=How.WALK_IN,
        level=Level.N,
        now=MORNING,
    )
    assert facts(town, MORNING + timedelta(days=4))["SH01", False, 0] == {
        "leads_matured": 1,
        "leads_valid": 1,
        "local_leads": 1,
    }
    assert Lead.objects.get().state == "arrived"


def test_sums_do_not_depend_on_how_the_days_are_asked_for(town):
    for number in range(6):
        lead_of(town, at=MORNING + timedelta(hours=9 * number), phone=f"1390013910{number}")
    at = MORNING + timedelta(days=8)
    with time_machine.travel(at, tick=False):
        whole = list(fact_rows(town.brand.pk, TODAY, TODAY + timedelta(days=9)))
        parts = [row for day in range(10) for row in fact_rows(town.brand.pk, *[TODAY + timedelta(days=day)] * 2)]

    def total(rows):
        return sum(sum(row.values.values()) for row in rows)

    assert total(whole) == total(parts) > 0


def test_the_number_of_queries_does_not_grow_with_leads(town, django_assert_max_num_queries):
    for number in range(12):
        lead_of(town, phone=f"1390013920{number:02d}"[:11])
    with time_machine.travel(MORNING + timedelta(days=1), tick=False), django_assert_max_num_queries(3):
        list(fact_rows(town.brand.pk, TODAY, TODAY))
