"""The OEM desk: two people, many leads, and a customer who is asked before anybody gets their number."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from cloudstore.customers.queries import consent_covers
from cloudstore.leads.errors import LeadRefused
from cloudstore.leads.models import FollowAction, Lead, Round
from cloudstore.leads.rules.levels import Level
from cloudstore.leads.rules.reasons import Invalid, Lost, Sleep, Transfer
from cloudstore.leads.rules.states import State, Verb
from cloudstore.leads.services import act, move
from cloudstore.routing.errors import DeskRefused
from cloudstore.routing.models import DeskClaim, DispatchDecision, RoutingPolicy
from cloudstore.routing.services import (
    claim,
    confirm_region,
    dispatch,
    judge_level,
    log_call,
    record_consent,
    release,
    settle_request,
)
from tests.leads.stories import lead_of
from tests.leads.town import MORNING, build_town

SOON = MORNING + timedelta(minutes=20)


@pytest.fixture
def lead(town):
    """Met through Shanghai, lives in Suzhou, agreed to any store of the brand."""
    return lead_of(town, city="320500")


def latest(lead):
    return DispatchDecision.objects.filter(lead=lead).order_by("-at", "-pk").first()


def test_two_people_never_work_the_same_lead(town, lead):
    he, ning = town.people["he"], town.people["ning"]
    claim(lead=lead, by=he, now=SOON)
    with pytest.raises(DeskRefused, match="claimed") as refused:
        claim(lead=lead, by=ning, now=SOON + timedelta(minutes=9))
    assert refused.value.holder == "he"
    with pytest.raises(DeskRefused, match="claimed"):
        dispatch(lead=lead, dealer=town.dealers["SZ01"], by=ning, now=SOON)
    claim(lead=lead, by=he, now=SOON + timedelta(minutes=9))
    with pytest.raises(DeskRefused):
        claim(lead=lead, by=ning, now=SOON + timedelta(minutes=18))
    assert claim(lead=lead, by=ning, now=SOON + timedelta(minutes=20)).staff == ning, "a forgotten lead is freed"


def test_putting_a_lead_back_frees_it(town, lead):
    claim(lead=lead, by=town.people["he"], now=SOON)
    release(lead=lead, by=town.people["ning"])
    assert DeskClaim.objects.exists(), "only who has it can put it back"
    release(lead=lead, by=town.people["he"])
    assert claim(lead=lead, by=town.people["ning"], now=SOON)


def test_the_proposed_store_gets_the_lead_with_its_history(town, lead):
    dispatch(lead=lead, dealer=latest(lead).chosen, by=town.people["he"], now=SOON)
    lead.refresh_from_db()
    assert (lead.state, lead.dealer, lead.source_dealer.code) == ("assigned", town.dealers["SZ01"], "SH01")
    assert (lead.queued_at, lead.dispatched_at) == (MORNING, SOON)
    turn = Round.objects.get()
    assert (turn.reason, turn.sla_due_at) == ("dispatched", SOON + timedelta(hours=4))
    assert latest(lead).kind == "confirmed" and latest(lead).by == town.people["he"]
    assert not DeskClaim.objects.exists()
    assert [one.kind for one in lead.events.order_by("pk")][:1] == ["created"]


def test_another_store_may_be_chosen_and_the_receipt_says_by_whom(town, lead):
    dispatch(lead=lead, dealer=town.dealers["GZ01"], by=town.people["he"], now=SOON)
    assert latest(lead).kind == "desk" and "he" in latest(lead).sentence_en and "GZ01" in latest(lead).sentence_zh


def test_without_a_word_from_the_customer_nothing_leaves(town):
    lead = lead_of(town, city="320500", network=False)
    with pytest.raises(DeskRefused, match="consent_needed"):
        dispatch(lead=lead, dealer=town.dealers["SZ01"], by=town.people["he"], now=SOON)
    decision = record_consent(
        lead=lead, dealers=[town.dealers["SZ01"]], whole_network=False, by=town.people["he"], now=SOON
    )
    assert decision.chosen == town.dealers["SZ01"] and not decision.ask_consent
    given = lead.customer.consents.get(channel="call")
    assert given.recipients == ["dealer:SZ01", "oem"] and given.text_version == "call/v1"
    assert consent_covers(lead.customer_id, "SZ01") and not consent_covers(lead.customer_id, "GZ01")
    dispatch(lead=lead, dealer=town.dealers["SZ01"], by=town.people["he"], now=SOON)
    lead.refresh_from_db()
    assert lead.dealer == town.dealers["SZ01"]


def test_law_and_contract_hold_for_people_too(town, lead):
    other = build_town("yunfan")
    he = town.people["he"]
    with pytest.raises(DeskRefused, match="other_brand"):
        dispatch(lead=lead, dealer=other.dealers["SZ01"], by=he, now=SOON)
    town.dealers["SZ01"].status = "suspended"
    town.dealers["SZ01"].save()
    with pytest.raises(DeskRefused, match="not_active"):
        dispatch(lead=lead, dealer=town.dealers["SZ01"], by=he, now=SOON)
    Lead.objects.filter(pk=lead.pk).update(series=town.series["X7"])
    town.dealers["GZ01"].authorisations.all().delete()
    with pytest.raises(DeskRefused, match="series_not_authorised"):
        dispatch(lead=lead, dealer=town.dealers["GZ01"], by=he, now=SOON)
    assert not Round.objects.exists()


def test_what_the_customer_says_on_the_phone_settles_where_they_are(town):
    lead = lead_of(town, city="", phone="19900139000")
    assert latest(lead).chosen is None, "nobody is proposed for a customer who could be anywhere"
    decision = confirm_region(lead=lead, adcode="440106", by=town.people["he"], now=SOON)
    lead.refresh_from_db()
    assert (lead.adcode, lead.region_source, lead.local) == ("440106", "declared_city", False)
    assert decision.chosen == town.dealers["GZ01"]
    decision = confirm_region(lead=lead, adcode="320500", by=town.people["he"], now=SOON + timedelta(minutes=1))
    decision = confirm_region(lead=lead, adcode="440106", by=town.people["he"], now=SOON + timedelta(minutes=2))
    assert decision.chosen == town.dealers["GZ01"], "the last word counts, even when it was said before"


def test_a_customer_who_turns_out_to_be_local_is_proposed_to_the_source(town):
    lead = lead_of(town, city="", phone="19900139000")
    decision = confirm_region(lead=lead, adcode="310115", by=town.people["he"], now=SOON)
    lead.refresh_from_db()
    assert decision.chosen == town.dealers["SH01"] and lead.local is True


def test_a_code_that_is_no_city_is_refused(town, lead):
    for code in ("", "999999", "320000", "abcdef"):
        with pytest.raises(DeskRefused, match="unknown_place"):
            confirm_region(lead=lead, adcode=code, by=town.people["he"], now=SOON)


def test_four_failed_tries_on_three_days_let_a_lead_rest(town, lead):
    he = town.people["he"]
    for days in (0.1, 0.2, 1.1):
        log_call(lead=lead, connected=False, seconds=25, note="", by=he, now=MORNING + timedelta(days=days))
    lead.refresh_from_db()
    now = MORNING + timedelta(days=2.1)
    with pytest.raises(LeadRefused, match="sleep_too_early"):
        settle_request(lead=lead, verb=Verb.SLEEP, reason=Sleep.UNREACHABLE, version=lead.state_version, by=he, now=now)
    log_call(lead=lead, connected=False, seconds=25, note="", by=he, now=now)
    settle_request(lead=lead, verb=Verb.SLEEP, reason=Sleep.UNREACHABLE, version=lead.state_version, by=he, now=now)
    lead.refresh_from_db()
    assert lead.state == "dormant" and FollowAction.objects.filter(round=None).count() == 4


def test_the_desk_may_close_what_is_no_lead(town, lead):
    settle_request(
        lead=lead, verb=Verb.MARK_INVALID, reason=Invalid.NO_CONSENT, version=1, by=town.people["he"], now=SOON
    )
    lead.refresh_from_db()
    assert (lead.state, lead.invalid_by, lead.invalid_reason) == ("invalid", "oem", "no_consent")


def test_centralised_leads_are_nurtured_until_level_a(town):
    RoutingPolicy.objects.create(brand=town.brand, mode="centralised", version="c/v1")
    lead = lead_of(town)
    assert latest(lead).chosen is None
    he = town.people["he"]
    assert judge_level(lead=lead, level=Level.B, version=1, by=he, now=SOON).chosen is None
    assert judge_level(lead=lead, level=Level.A, version=1, by=he, now=SOON).chosen == town.dealers["SH01"]


class TestRequestsOfStores:
    """A store asks for a loss or a transfer: the desk has the last word, and the next store if there is one."""

    def asked(self, town, verb, reason):
        lead = lead_of(town)
        act(lead=lead, verb=verb, by=town.people["wang"], version=lead.state_version, reason=reason, now=SOON)
        lead.refresh_from_db()
        return lead

    def answer(self, town, lead, verb):
        by = town.people["he"]
        return settle_request(lead=lead, verb=verb, reason="", version=lead.state_version, by=by, now=SOON)

    def test_a_transfer_comes_back_with_a_proposal_that_leaves_the_store_out(self, town):
        town.dealer("SH02", "310100")
        lead = self.asked(town, Verb.ASK_TRANSFER, Transfer.OTHER_STORE)
        self.answer(town, lead, Verb.ACCEPT_TRANSFER)
        assert latest(lead).chosen == town.dealers["SH02"]
        out = {one["code"]: one["reasons"] for one in latest(lead).filtered}
        assert {"former_round", "refused_by_customer"} <= set(out["SH01"])

    def test_a_reported_loss_may_be_tried_elsewhere(self, town):
        town.dealer("SH02", "310100")
        lead = self.asked(town, Verb.ASK_LOST, Lost.PRICE)
        self.answer(town, lead, Verb.REDISPATCH)
        lead.refresh_from_db()
        assert (lead.state, lead.lost_reason) == ("oem_queue", "")
        dispatch(lead=lead, dealer=town.dealers["SH02"], by=town.people["he"], now=SOON)
        assert list(lead.rounds.order_by("number").values_list("close_reason", "reason")) == [
            ("moved", "local"),
            ("", "redispatched"),
        ]

    def test_a_confirmed_loss_is_final_and_a_refused_one_goes_back(self, town):
        lead = self.asked(town, Verb.ASK_LOST, Lost.PRICE)
        self.answer(town, lead, Verb.REFUSE_LOST)
        lead.refresh_from_db()
        assert (lead.state, lead.dealer) == ("following", town.dealers["SH01"])
        act(
            lead=lead,
            verb=Verb.ASK_LOST,
            by=town.people["wang"],
            version=lead.state_version,
            reason=Lost.PRICE,
            now=SOON,
        )
        lead.refresh_from_db()
        self.answer(town, lead, Verb.CONFIRM_LOST)
        lead.refresh_from_db()
        assert lead.state == "lost"


@pytest.mark.django_db(transaction=True)
def test_two_people_dispatch_one_lead_at_once():
    """Even with the claims taken away, the database lets one round open."""
    town = build_town()
    lead = lead_of(town, city="320500")
    start = threading.Barrier(2)

    def person(name):
        try:
            start.wait()
            by = town.people[name]
            return dispatch(lead=Lead.objects.get(pk=lead.pk), dealer=town.dealers["SZ01"], by=by, now=SOON)
        except DeskRefused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(person, ("he", "ning")))
    assert sorted(type(one).__name__ for one in answers) == ["DeskRefused", "Lead"]
    assert Round.objects.filter(lead=lead, closed_at=None).count() == 1


def test_a_stale_page_dispatches_nothing(town, lead):
    with pytest.raises(DeskRefused, match="stale"):
        dispatch(lead=lead, dealer=town.dealers["SZ01"], by=town.people["he"], now=SOON, version=0)


def test_the_desk_does_not_touch_what_a_store_has(town):
    lead = lead_of(town)
    with pytest.raises(DeskRefused, match="not_at_desk"):
        dispatch(lead=lead, dealer=town.dealers["SZ01"], by=town.people["he"], now=SOON)
    move(lead=lead, to=State.DORMANT, by=None, version=lead.state_version, reason=Sleep.LATER, now=SOON)
    with pytest.raises(DeskRefused, match="not_at_desk"):
        confirm_region(lead=lead, adcode="320500", by=town.people["he"], now=SOON)
