"""A lead moves along its graph, to the delivery or to its end, and never to a place where nobody can act."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudstore.leads.errors import LeadRefused
from cloudstore.leads.models import Lead, LeadEvent, Round
from cloudstore.leads.rules.follow import FollowKind
from cloudstore.leads.rules.hands import AT_DESK, DEALER_VERBS, DESK_VERBS, HOLDER, Hand, verbs_of
from cloudstore.leads.rules.reasons import Invalid, Lost, Sleep, Transfer
from cloudstore.leads.rules.states import CLOSED, GRAPH, State, Verb
from cloudstore.leads.services import act, follow, move
from cloudstore.routing.services import sweep_rounds

from .stories import lead_of
from .town import MORNING


def step(town, lead, to, by="wang", reason="", days=0.1):
    lead.refresh_from_db()
    now = MORNING + timedelta(days=days)
    return move(lead=lead, to=to, by=town.people[by], version=lead.state_version, reason=reason, now=now)


def called(town, lead, at=MORNING + timedelta(minutes=5)):
    lead.refresh_from_db()
    fields = {"call_seconds": 40, "connected": True, "version": lead.state_version}
    follow(lead=lead, kind=FollowKind.CALL, by=town.people["wang"], now=at, **fields)
    lead.refresh_from_db()


def test_from_the_first_call_to_the_keys(town):
    lead = lead_of(town)
    called(town, lead)
    for to in (State.INVITED, State.ARRIVED, State.TEST_DRIVEN, State.ORDERED, State.DELIVERED):
        step(town, lead, to)
    lead.refresh_from_db()
    assert lead.state == "delivered" and lead.closed_at and lead.due_at is None
    assert Round.objects.get().close_reason == "delivered"
    assert list(LeadEvent.objects.filter(kind="moved").order_by("pk").values_list("to_state", flat=True)) == [
        "assigned", "following", "invited", "arrived", "test_driven", "ordered", "delivered",
    ]  # fmt: skip


@pytest.mark.parametrize("to", [State.TEST_DRIVEN, State.LOST, State.OEM_QUEUE, State.MERGED, State.NEW])
def test_a_store_cannot_jump(town, to):
    lead = lead_of(town)
    with pytest.raises(LeadRefused, match="not_allowed"):
        step(town, lead, to)


def test_a_loss_needs_a_reason_and_a_second_person(town):
    lead = lead_of(town)
    called(town, lead)
    for reason in ("", "because"):
        with pytest.raises(LeadRefused):
            step(town, lead, State.LOST_PENDING, reason=reason)
    step(town, lead, State.LOST_PENDING, reason=Lost.PRICE)
    with pytest.raises(LeadRefused, match="second_person_needed"):
        step(town, lead, State.LOST, by="wang")
    assert Round.objects.get().closed_at is None, "until it is confirmed the round stands"
    step(town, lead, State.LOST, by="he")
    lead.refresh_from_db()
    assert (lead.state, lead.lost_reason, Round.objects.get().close_reason) == ("lost", "price", "lost")


def test_a_refused_loss_goes_back_to_the_store(town):
    lead = lead_of(town)
    called(town, lead)
    step(town, lead, State.LOST_PENDING, reason=Lost.PRICE)
    step(town, lead, State.FOLLOWING, by="he", days=1)
    lead.refresh_from_db()
    assert (lead.state, lead.due_at) == ("following", MORNING + timedelta(days=2))


def test_a_transfer_the_desk_accepts_waits_at_the_desk(town):
    lead = lead_of(town)
    step(town, lead, State.TRANSFER_PENDING, reason=Transfer.OTHER_STORE)
    step(town, lead, State.OEM_QUEUE, by="he")
    lead.refresh_from_db()
    assert (lead.state, lead.dealer) == ("oem_queue", None)
    assert Round.objects.get().close_reason == "refused", "the customer does not want this store again"


def test_a_refused_transfer_begins_the_deadline_anew(town):
    lead = lead_of(town)
    step(town, lead, State.TRANSFER_PENDING, reason=Transfer.REMOTE)
    assert sweep_rounds(now=MORNING + timedelta(days=3)) == 1, "while the desk thinks, no clock runs"
    lead.refresh_from_db()
    assert lead.state == "transfer_pending"
    step(town, lead, State.ASSIGNED, by="he", days=3)
    turn = Round.objects.get()
    assert turn.closed_at is None and turn.sla_due_at == MORNING + timedelta(days=3, hours=4)


def test_a_stores_invalid_is_a_claim_and_the_desks_is_settled(town):
    one, two = lead_of(town), lead_of(town, phone="13900139001")
    step(town, one, State.INVALID, reason=Invalid.NO_ANSWER)
    step(town, two, State.INVALID, by="he", reason=Invalid.COMPETITOR)
    one.refresh_from_db(), two.refresh_from_db()
    assert (one.invalid_by, two.invalid_by) == ("dealer", "oem")
    assert (one.invalid_reason, two.invalid_reason) == ("no_answer", "competitor")


def test_a_lead_may_rest_only_after_real_tries_or_the_customers_word(town):
    lead = lead_of(town)
    with pytest.raises(LeadRefused, match="sleep_too_early"):
        step(town, lead, State.DORMANT, reason=Sleep.UNREACHABLE)
    for days in (0.1, 0.2, 1.1, 2.1):
        lead.refresh_from_db()
        fields = {"call_seconds": 20, "connected": False, "version": lead.state_version}
        follow(lead=lead, kind=FollowKind.CALL, by=None, now=MORNING + timedelta(days=days), **fields)
    step(town, lead, State.DORMANT, reason=Sleep.UNREACHABLE, days=2.2)
    other = lead_of(town, phone="13900139001")
    step(town, other, State.DORMANT, reason=Sleep.LATER)
    other.refresh_from_db()
    assert other.state == "dormant" and Round.objects.filter(close_reason="dormant").count() == 2


def test_a_store_wakes_its_own_sleeping_lead(town):
    lead = lead_of(town)
    step(town, lead, State.DORMANT, reason=Sleep.LATER)
    lead.refresh_from_db()
    act(
        lead=lead, verb=Verb.REOPEN, by=town.people["wang"], version=lead.state_version, now=MORNING + timedelta(days=9)
    )
    lead.refresh_from_db()
    assert (lead.state, lead.dealer) == ("assigned", town.dealers["SH01"])
    assert list(lead.rounds.order_by("number").values_list("number", "reason")) == [(1, "local"), (2, "reopened")]


def test_a_delivery_counts_whatever_was_seen(town):
    lead = lead_of(town)
    called(town, lead)
    moved = move(lead=lead, to=State.DELIVERED, by=None, version=0, now=MORNING + timedelta(days=2))
    assert moved.state == "delivered"


def test_nobody_asks_by_name_for_what_belongs_to_rounds(town):
    lead = lead_of(town)
    for verb in (Verb.EXPIRE, Verb.ASSIGN, Verb.FOLLOW, Verb.QUEUE):
        with pytest.raises(LeadRefused, match="not_allowed"):
            act(lead=lead, verb=verb, by=None, version=lead.state_version, now=MORNING)


@pytest.mark.parametrize("state", sorted(set(State) - CLOSED))
def test_in_every_state_where_a_lead_can_rest_somebody_can_act(state):
    """NEW and PENDING_ASSIGN pass within one transaction; everywhere else a person or the clock has a way on."""
    hand = HOLDER[state]
    if hand is Hand.MACHINE:
        assert (state, Verb.ASSIGN) in GRAPH and (state, Verb.QUEUE) in GRAPH
    else:
        assert verbs_of(hand, state), f"nobody can act on a lead in {state}"


def test_from_every_open_state_a_delivery_and_an_end_can_be_reached():
    ends = {State.DELIVERED, State.LOST, State.INVALID}
    for start in set(State) - CLOSED:
        seen, rest = {start}, [start]
        while rest:
            here = rest.pop()
            for (state, _), to in GRAPH.items():
                if state is here and to not in seen:
                    seen.add(to)
                    rest.append(to)
        assert ends <= seen, start


_REASON = {
    Verb.ASK_LOST: Lost.PRICE,
    Verb.ASK_TRANSFER: Transfer.REMOTE,
    Verb.MARK_INVALID: Invalid.OTHER,
    Verb.SLEEP: Sleep.LATER,
}
_BY_NAME = sorted((DEALER_VERBS | DESK_VERBS) - {Verb.ASSIGN, Verb.FOLLOW})


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.one_of(st.sampled_from(_BY_NAME), st.sampled_from(["call", "hours", "days", "again"])), max_size=14
    )
)
def test_whatever_people_and_clock_do_no_lead_is_left_where_nobody_can_act(town, steps):
    Lead.objects.all().delete()
    now = MORNING
    lead = lead_of(town, phone="13900139099")
    for one in steps:
        lead.refresh_from_db()
        now += timedelta(minutes=7)
        try:
            if one == "call":
                fields = {"call_seconds": 9, "connected": True, "version": lead.state_version}
                follow(lead=lead, kind=FollowKind.CALL, by=town.people["wang"], now=now, **fields)
            elif one in ("hours", "days"):
                now += timedelta(hours=5) if one == "hours" else timedelta(days=2)
                sweep_rounds(now=now)
            elif one == "again":
                lead = lead_of(town, at=now, phone="13900139099", widget_code=f"w{now.timestamp()}")
            else:
                by = town.people["he" if one in DESK_VERBS - DEALER_VERBS else "wang"]
                act(lead=lead, verb=one, by=by, version=lead.state_version, reason=_REASON.get(one, ""), now=now)
        except LeadRefused:
            pass
        _sound(lead)


def _sound(lead):
    """The invariants of a lead at rest."""
    lead.refresh_from_db()
    state, running = State(lead.state), lead.rounds.filter(closed_at=None).count()
    assert state not in {State.NEW, State.PENDING_ASSIGN}, "passes within one transaction"
    assert (lead.dealer_id is None) is (state is State.OEM_QUEUE) or state in CLOSED | {State.DORMANT}
    if state in CLOSED or state is State.DORMANT:
        assert running == 0 and lead.closed_at is not None and lead.due_at is None
    elif state is State.OEM_QUEUE:
        assert running == 0 and lead.queued_at is not None
    else:
        assert running == 1 and lead.closed_at is None
        assert lead.due_at is not None or state in AT_DESK | {State.ORDERED}
        assert lead.rounds.get(closed_at=None).dealer_id == lead.dealer_id
