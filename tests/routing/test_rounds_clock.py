"""The clock of a round: a word at half time, a louder one at the deadline, then the next store, at most three."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from cloudstore.connectors.messages import Scene
from cloudstore.leads.models import Lead, LeadEvent, Round
from cloudstore.leads.rules.follow import FollowKind
from cloudstore.leads.services import follow
from cloudstore.routing.models import DispatchDecision, RoutingPolicy
from cloudstore.routing.services import dispatch, sweep_rounds
from tests.leads.stories import lead_of
from tests.leads.town import MORNING, build_town

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def kinds(lead):
    return list(LeadEvent.objects.filter(lead=lead).order_by("at", "pk").values_list("kind", flat=True))


def neighbours(town, *codes):
    """Further stores of Shanghai."""
    for code in codes:
        town.dealer(code, "310100")


def test_half_time_deadline_and_the_next_store(town):
    neighbours(town, "SH02")
    lead = lead_of(town, scene=Scene.LIVE_VIDEO)
    for minutes, expected in ((14, []), (15, ["reminded"]), (16, ["reminded"]), (30, ["reminded", "overdue"])):
        sweep_rounds(now=MORNING + minutes * MINUTE)
        assert [kind for kind in kinds(lead) if kind in ("reminded", "overdue", "expired")] == expected
    sweep_rounds(now=MORNING + 149 * MINUTE)
    assert "expired" not in kinds(lead)
    sweep_rounds(now=MORNING + 150 * MINUTE)
    lead.refresh_from_db()
    assert (lead.state, lead.dealer.code, lead.round_no) == ("assigned", "SH02", 2)
    first, second = lead.rounds.order_by("number")
    assert (first.close_reason, second.reason) == ("sla_expired", "redispatched")
    receipt = DispatchDecision.objects.filter(lead=lead).latest("at")
    assert receipt.kind == "automatic" and {"code": "SH01"}.items() <= receipt.filtered[0].items()
    assert "SH01" in receipt.sentence_zh and "SH02" in receipt.sentence_en


def test_at_most_three_rounds_then_the_desk(town):
    neighbours(town, "SH02", "SH03", "SH04")
    lead = lead_of(town)
    for day in range(2, 12, 2):
        sweep_rounds(now=MORNING + timedelta(days=day))
    lead.refresh_from_db()
    assert (lead.state, lead.dealer, lead.round_no) == ("oem_queue", None, 3)
    assert lead.rounds.filter(close_reason="sla_expired").count() == 3
    assert DispatchDecision.objects.filter(lead=lead).latest("at").kind == "proposal"


def test_a_followed_lead_stays(town):
    neighbours(town, "SH02")
    lead = lead_of(town)
    fields = {"call_seconds": 30, "connected": True, "version": lead.state_version}
    follow(lead=lead, kind=FollowKind.CALL, by=None, now=MORNING + MINUTE, **fields)
    assert sweep_rounds(now=MORNING + timedelta(days=5)) == 0
    lead.refresh_from_db()
    assert lead.dealer.code == "SH01"


def test_nights_and_closed_days_do_not_count(town):
    town.dealers["SH01"].calendar = {"spans": [["09:00", "21:00"]], "closed": ["2026-03-03"]}
    town.dealers["SH01"].save()
    evening = datetime(2026, 3, 2, 20, 50, tzinfo=SHANGHAI)
    lead = lead_of(town, at=evening, scene=Scene.LIVE_VIDEO)
    assert lead.due_at == datetime(2026, 3, 4, 9, 20, tzinfo=SHANGHAI)


def test_nobody_is_passed_on_whom_nobody_asked(town):
    neighbours(town, "SH02")
    lead = lead_of(town, network=False)
    sweep_rounds(now=MORNING + timedelta(days=2))
    lead.refresh_from_db()
    assert (lead.state, lead.dealer) == ("oem_queue", None)
    proposal = DispatchDecision.objects.filter(lead=lead).latest("at")
    assert proposal.ask_consent and proposal.chosen == town.dealers["SH02"]


def test_a_remote_lead_in_decentralised_mode_goes_to_the_desk_after_a_day(town):
    RoutingPolicy.objects.create(brand=town.brand, mode="decentralised", version="dec/v1")
    lead = lead_of(town, city="320500")
    sweep_rounds(now=MORNING + 23 * HOUR)
    lead.refresh_from_db()
    assert lead.state == "assigned"
    sweep_rounds(now=MORNING + 24 * HOUR)
    lead.refresh_from_db()
    assert lead.state == "oem_queue"


def test_a_store_that_let_three_leads_expire_gets_no_dispatched_ones_for_a_week(town):
    neighbours(town, "SH02")
    for number in range(3):
        lead_of(town, code="SH02", phone=f"1390013910{number}", network=False)
    sweep_rounds(now=MORNING + timedelta(days=2))
    later = MORNING + timedelta(days=3)
    lead = lead_of(town, at=later)
    sweep_rounds(now=later + timedelta(days=2))
    lead.refresh_from_db()
    receipt = DispatchDecision.objects.filter(lead=lead).latest("at")
    assert {"code": "SH02", "reason": "sla_suspended"}.items() <= next(
        one for one in receipt.filtered if one["code"] == "SH02"
    ).items()


def test_a_round_brought_in_with_its_deadline_alone_is_watched_too(town):
    lead = lead_of(town)
    Round.objects.update(remind_at=None, redispatch_at=None, next_at=None)
    sweep_rounds(now=MORNING + timedelta(hours=5))
    assert "overdue" in kinds(lead)


def test_a_night_without_a_clock_is_caught_up_once(town):
    neighbours(town, "SH02")
    lead = lead_of(town)
    late = MORNING + timedelta(days=3)
    assert sweep_rounds(now=late) == 1
    assert sweep_rounds(now=late) == 0
    lead.refresh_from_db()
    assert lead.round_no == 2 and kinds(lead).count("expired") == 1


@pytest.mark.django_db(transaction=True)
def test_two_clocks_open_one_round():
    town = build_town()
    neighbours(town, "SH02", "SH03")
    lead = lead_of(town)
    late = MORNING + timedelta(days=2)
    start = threading.Barrier(3)

    def clock(_):
        try:
            start.wait()
            return sweep_rounds(now=late)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(clock, range(3)))
    assert Round.objects.filter(lead=lead).count() == 2
    assert Round.objects.filter(lead=lead, closed_at=None).count() == 1
    assert LeadEvent.objects.filter(lead=lead, kind="expired").count() == 1


def test_a_territory_shared_by_two_is_shared_fairly(town):
    """Equal stores take turns: none gets everything because its code sorts first."""
    neighbours(town, "SH02")
    got = []
    for number in range(4):
        at = MORNING + number * HOUR
        lead = lead_of(town, code="SZ01", city="310100", phone=f"1390013920{number}", at=at)
        proposal = DispatchDecision.objects.filter(lead=lead).latest("at")
        dispatch(lead=lead, dealer=proposal.chosen, by=town.people["he"], now=at + MINUTE)
        got.append(proposal.chosen.code)
    assert sorted(got) == ["SH01", "SH01", "SH02", "SH02"]
    assert Lead.objects.filter(state="assigned").count() == 4
