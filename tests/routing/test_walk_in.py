"""Somebody stands in the store: one form, and never a second file for the same person."""

from datetime import timedelta

import pytest

from cloudstore.customers.queries import consent_covers
from cloudstore.gateway.rules import Outcome
from cloudstore.leads.models import Lead
from cloudstore.leads.rules.levels import Level
from cloudstore.leads.rules.states import State
from cloudstore.routing.services import How, walk_in
from tests.leads.stories import lead_of
from tests.leads.town import MORNING

LATER = MORNING + timedelta(hours=2)


def visit(town, *, by="wang", store="SH01", how=How.WALK_IN, phone="+8613900139000", at=LATER):
    return walk_in(
        dealer=town.dealers[store],
        by=town.people[by],
        phone_e164=phone,
        name="陈先生",
        series=town.series["X7"],
        how=how,
        level=Level.H,
        now=at,
    )


def test_a_stranger_is_this_stores_and_has_arrived(town):
    lead, outcome = visit(town)
    lead.refresh_from_db()
    assert outcome is Outcome.CREATED
    assert (lead.state, lead.dealer, lead.source_class) == ("arrived", town.dealers["SH01"], "offline-walk-in")
    assert lead.local is True and lead.rounds.get().first_follow_at == LATER, "no clock runs for who is here"
    assert consent_covers(lead.customer_id, "SH01") and not consent_covers(lead.customer_id, "SZ01")


def test_a_caller_is_being_followed_not_arrived(town):
    lead, _ = visit(town, how=How.PHONED)
    lead.refresh_from_db()
    assert (lead.state, lead.source_class) == ("assigned", "offline-phone")


def test_the_stores_own_lead_who_walks_in_has_arrived(town):
    known = lead_of(town)
    lead, outcome = visit(town)
    lead.refresh_from_db()
    assert (outcome, lead.pk, lead.state) == (Outcome.JOINED, known.pk, "arrived")
    assert Lead.objects.count() == 1


def test_another_stores_customer_stays_theirs_and_they_are_told(town):
    known = lead_of(town, code="SZ01", city="320500")
    lead, outcome = visit(town)
    known.refresh_from_db()
    assert outcome is Outcome.JOINED and lead.pk == known.pk and known.dealer == town.dealers["SZ01"]
    assert known.events.get(kind="joined").detail["other_dealer"] == "SH01"


def test_who_waited_at_the_desk_and_walks_in_belongs_to_the_store(town):
    waiting = lead_of(town, city="320500")
    visit(town)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.dealer) == ("arrived", town.dealers["SH01"])
    assert waiting.rounds.get().reason == "walk_in"


@pytest.mark.parametrize(("state", "days", "leads"), [("lost", 9, 1), ("lost", 40, 2), ("delivered", 9, 2)])
def test_who_comes_back(town, state, days, leads):
    known = lead_of(town)
    known.rounds.update(closed_at=LATER, close_reason=state)
    Lead.objects.filter(pk=known.pk).update(state=state, closed_at=LATER, due_at=None)
    visit(town, at=LATER + timedelta(days=days))
    assert Lead.objects.count() == leads
    assert State(Lead.objects.order_by("-created_at").first().state) is State.ARRIVED


def test_a_consultant_keeps_whom_they_wrote_down(town):
    lead, _ = visit(town, by="zhao")
    lead.refresh_from_db()
    assert lead.consultant == town.people["zhao"]
