"""A lead moves along its graph, one person at a time, and what the world reports as done beats every timer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.leads.rules.states import (
    CLOSED,
    GRAPH,
    LIVE,
    NEEDS_REASON,
    Moved,
    Refusal,
    Refused,
    State,
    Verb,
    move,
    verbs_between,
    verbs_from,
)


def play(state, *verbs):
    """Moves one lead by one verb after another; where it ends."""
    version = 0
    for verb in verbs:
        made = move(state, verb, version=version, seen_version=version, reason="said so", by="lin", asked_by="wang")
        assert isinstance(made, Moved), (state, verb, made)
        state, version = made.to, made.version
    assert version == len(verbs)
    return state


@pytest.mark.parametrize(
    ("story", "verbs", "end"),
    [
        (
            "local",
            [Verb.ASSIGN, Verb.FOLLOW, Verb.INVITE, Verb.ARRIVE, Verb.TEST_DRIVE, Verb.ORDER, Verb.DELIVER],
            "delivered",
        ),
        ("remote", [Verb.QUEUE, Verb.ASSIGN, Verb.FOLLOW], "following"),
        ("nobody followed", [Verb.ASSIGN, Verb.EXPIRE, Verb.ASSIGN, Verb.EXPIRE, Verb.QUEUE], "oem_queue"),
        ("lost and checked", [Verb.ASSIGN, Verb.FOLLOW, Verb.ASK_LOST, Verb.CONFIRM_LOST], "lost"),
        ("not lost at all", [Verb.ASSIGN, Verb.ASK_LOST, Verb.REFUSE_LOST], "following"),
        ("lost by this dealer only", [Verb.ASSIGN, Verb.ASK_LOST, Verb.REDISPATCH, Verb.ASSIGN], "assigned"),
        (
            "turned out remote",
            [Verb.ASSIGN, Verb.ASK_TRANSFER, Verb.ACCEPT_TRANSFER, Verb.AWAIT_DEALER],
            "pending_assign",
        ),
        ("stays here", [Verb.ASSIGN, Verb.ASK_TRANSFER, Verb.REFUSE_TRANSFER], "assigned"),
        ("sleeps and comes back", [Verb.ASSIGN, Verb.SLEEP, Verb.REOPEN, Verb.ASSIGN], "assigned"),
        ("money back", [Verb.ASSIGN, Verb.FOLLOW, Verb.ORDER, Verb.REFUND], "lost"),
        ("same person twice", [Verb.ASSIGN, Verb.MERGE], "merged"),
    ],
)
def test_lives_of_leads(story, verbs, end):
    assert play(State.NEW, *verbs) == end, story


def test_following_an_invited_customer_leaves_the_invitation_standing():
    assert play(State.NEW, Verb.ASSIGN, Verb.INVITE, Verb.FOLLOW) is State.INVITED


@pytest.mark.parametrize(
    ("state", "verb", "refusal"),
    [
        (State.NEW, Verb.FOLLOW, Refusal.NOT_ALLOWED),
        (State.OEM_QUEUE, Verb.ORDER, Refusal.NOT_ALLOWED),
        (State.ASSIGNED, Verb.ORDER, Refusal.NOT_ALLOWED),
        (State.FOLLOWING, Verb.CONFIRM_LOST, Refusal.NOT_ALLOWED),
        (State.DELIVERED, Verb.FOLLOW, Refusal.CLOSED),
        (State.MERGED, Verb.REOPEN, Refusal.CLOSED),
        (State.DELIVERED, Verb.MERGE, Refusal.CLOSED),
    ],
)
def test_there_is_no_way_beside_the_graph(state, verb, refusal):
    assert move(state, verb, version=3, seen_version=3, reason="x", by="lin") == Refused(refusal)


def test_of_two_people_who_act_at_once_one_looks_again():
    first = move(State.FOLLOWING, Verb.INVITE, version=4, seen_version=4)
    assert first == Moved(State.INVITED, 5)
    assert move(first.to, Verb.ORDER, version=first.version, seen_version=4) == Refused(Refusal.STALE)


@pytest.mark.parametrize("verb", sorted(NEEDS_REASON))
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_giving_up_needs_a_reason(verb, reason):
    assert move(State.ASSIGNED, verb, version=0, seen_version=0, reason=reason) == Refused(Refusal.REASON_NEEDED)


@pytest.mark.parametrize("by", [None, "wang"])
def test_nobody_confirms_their_own_loss(by):
    refused = move(State.LOST_PENDING, Verb.CONFIRM_LOST, version=1, seen_version=1, by=by, asked_by="wang")
    assert refused == Refused(Refusal.SECOND_PERSON_NEEDED)


def test_a_delivery_beats_the_timer_whichever_is_written_first():
    expired = move(State.ASSIGNED, Verb.EXPIRE, version=2, seen_version=2)
    assert expired == Moved(State.PENDING_ASSIGN, 3)
    assert move(expired.to, Verb.DELIVER, version=3, seen_version=2) == Moved(State.DELIVERED, 4)

    delivered = move(State.ASSIGNED, Verb.DELIVER, version=2, seen_version=2)
    late = move(delivered.to, Verb.EXPIRE, version=3, seen_version=2)
    assert late == Refused(Refusal.TIMER_TOO_LATE)


@pytest.mark.parametrize("state", sorted(set(State) - {State.ASSIGNED}))
def test_no_timer_moves_a_lead_that_moved_on(state):
    assert move(state, Verb.EXPIRE, version=1, seen_version=1) == Refused(Refusal.TIMER_TOO_LATE)


def test_a_follow_in_the_last_second_stops_the_timer():
    followed = move(State.ASSIGNED, Verb.FOLLOW, version=1, seen_version=1)
    assert move(followed.to, Verb.EXPIRE, version=2, seen_version=1) == Refused(Refusal.TIMER_TOO_LATE)


def test_every_state_can_be_reached_and_every_verb_is_used():
    reached, frontier = {State.NEW}, {State.NEW}
    while frontier:
        frontier = {GRAPH[state, verb] for state in frontier for verb in verbs_from(state)} - reached
        reached |= frontier
    assert reached == set(State)
    assert {verb for _, verb in GRAPH} == set(Verb)


def test_closed_and_live_states_and_dormant_are_all_states():
    assert CLOSED | LIVE | {State.DORMANT} == set(State)
    assert verbs_from(State.MERGED) == frozenset()
    assert verbs_between(State.ASSIGNED, State.LOST) == frozenset()
    assert verbs_between(State.ORDERED, State.DELIVERED) == {Verb.DELIVER}


@given(
    st.sampled_from(State), st.sampled_from(Verb), st.integers(0, 9), st.integers(0, 9), st.sampled_from(["", "why"])
)
def test_a_move_either_follows_the_graph_or_says_why_not(state, verb, version, seen, reason):
    made = move(state, verb, version=version, seen_version=seen, reason=reason, by=1, asked_by=2)
    if isinstance(made, Moved):
        assert (made.to, made.version) == (GRAPH[state, verb], version + 1)
        assert version == seen or verb in {Verb.DELIVER, Verb.REFUND}
    else:
        assert made.reason in Refusal
