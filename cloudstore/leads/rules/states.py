"""The states of a lead and the moves between them (rules of the trade, section 6).

A lead moves only along the graph below. Every move names the version of the state it was decided on, so that of two
people who act at once one is told to look again. What the world reports as done (a delivery, a refund) is no wish: it
counts even when a timer moved the lead a moment before, and no timer moves a lead that is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a lead stands."""

    NEW = "new"
    OEM_QUEUE = "oem_queue"
    PENDING_ASSIGN = "pending_assign"
    ASSIGNED = "assigned"
    FOLLOWING = "following"
    INVITED = "invited"
    ARRIVED = "arrived"
    TEST_DRIVEN = "test_driven"
    ORDERED = "ordered"
    DELIVERED = "delivered"
    LOST_PENDING = "lost_pending"
    LOST = "lost"
    INVALID = "invalid"
    DORMANT = "dormant"
    TRANSFER_PENDING = "transfer_pending"
    MERGED = "merged"


class Verb(StrEnum):
    """What can happen to a lead."""

    QUEUE = "queue"  # to the OEM desk: remote, centralised, uncertain, or out of rounds
    AWAIT_DEALER = "await_dealer"
    ASSIGN = "assign"
    FOLLOW = "follow"
    INVITE = "invite"
    ARRIVE = "arrive"
    TEST_DRIVE = "test_drive"
    ORDER = "order"
    DELIVER = "deliver"
    REFUND = "refund"
    ASK_LOST = "ask_lost"
    CONFIRM_LOST = "confirm_lost"
    REFUSE_LOST = "refuse_lost"
    REDISPATCH = "redispatch"  # the OEM desk takes a reported loss or transfer to the next dealer
    ASK_TRANSFER = "ask_transfer"
    ACCEPT_TRANSFER = "accept_transfer"
    REFUSE_TRANSFER = "refuse_transfer"
    MARK_INVALID = "mark_invalid"
    SLEEP = "sleep"
    REOPEN = "reopen"
    EXPIRE = "expire"  # nobody followed within the deadline
    MERGE = "merge"


class Refusal(StrEnum):
    """Why a move was not made."""

    STALE = "stale_version"
    CLOSED = "lead_is_closed"
    NOT_ALLOWED = "not_allowed_from_here"
    REASON_NEEDED = "reason_needed"
    SECOND_PERSON_NEEDED = "second_person_needed"
    TIMER_TOO_LATE = "timer_too_late"


@dataclass(frozen=True, slots=True)
class Moved:
    """A move that was made: the new state and its version."""

    to: State
    version: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A move that was not made, and why."""

    reason: Refusal


#: With a dealer, before an order.
WITH_DEALER = frozenset({State.ASSIGNED, State.FOLLOWING, State.INVITED, State.ARRIVED, State.TEST_DRIVEN})
#: Nothing runs any more: no timer touches these.
CLOSED = frozenset({State.DELIVERED, State.LOST, State.INVALID, State.MERGED})
#: A submission of the same customer joins a lead in one of these, however old it is.
LIVE = frozenset(State) - CLOSED - {State.DORMANT}

FACTS = frozenset({Verb.DELIVER, Verb.REFUND})
TIMERS = frozenset({Verb.EXPIRE})
NEEDS_REASON = frozenset({Verb.ASK_LOST, Verb.ASK_TRANSFER, Verb.MARK_INVALID, Verb.SLEEP})
NEEDS_SECOND_PERSON = frozenset({Verb.CONFIRM_LOST})

_ROWS: tuple[tuple[Verb, Iterable[State], State], ...] = (
    (Verb.QUEUE, {State.NEW, State.PENDING_ASSIGN}, State.OEM_QUEUE),
    (Verb.AWAIT_DEALER, {State.NEW, State.OEM_QUEUE}, State.PENDING_ASSIGN),
    (Verb.ASSIGN, {State.NEW, State.OEM_QUEUE, State.PENDING_ASSIGN}, State.ASSIGNED),
    (Verb.FOLLOW, {State.ASSIGNED, State.FOLLOWING}, State.FOLLOWING),
    (Verb.FOLLOW, {State.INVITED}, State.INVITED),
    (Verb.FOLLOW, {State.ARRIVED}, State.ARRIVED),
    (Verb.FOLLOW, {State.TEST_DRIVEN}, State.TEST_DRIVEN),
    (Verb.FOLLOW, {State.ORDERED}, State.ORDERED),
    (Verb.INVITE, {State.ASSIGNED, State.FOLLOWING, State.INVITED}, State.INVITED),
    (Verb.ARRIVE, {State.ASSIGNED, State.FOLLOWING, State.INVITED}, State.ARRIVED),
    (Verb.TEST_DRIVE, {State.FOLLOWING, State.INVITED, State.ARRIVED}, State.TEST_DRIVEN),
    (Verb.ORDER, {State.FOLLOWING, State.INVITED, State.ARRIVED, State.TEST_DRIVEN}, State.ORDERED),
    (Verb.DELIVER, frozenset(State) - {State.NEW, State.DELIVERED, State.MERGED}, State.DELIVERED),
    (Verb.REFUND, {State.ORDERED, State.DELIVERED}, State.LOST),
    (Verb.ASK_LOST, WITH_DEALER, State.LOST_PENDING),
    (Verb.CONFIRM_LOST, {State.LOST_PENDING}, State.LOST),
    (Verb.REFUSE_LOST, {State.LOST_PENDING}, State.FOLLOWING),
    (Verb.REDISPATCH, {State.LOST_PENDING, State.TRANSFER_PENDING}, State.PENDING_ASSIGN),
    (Verb.ASK_TRANSFER, {State.ASSIGNED, State.FOLLOWING, State.INVITED}, State.TRANSFER_PENDING),
    (Verb.ACCEPT_TRANSFER, {State.TRANSFER_PENDING}, State.OEM_QUEUE),
    (Verb.REFUSE_TRANSFER, {State.TRANSFER_PENDING}, State.ASSIGNED),
    (Verb.MARK_INVALID, LIVE - {State.ORDERED}, State.INVALID),
    (Verb.SLEEP, WITH_DEALER | {State.OEM_QUEUE}, State.DORMANT),
    (Verb.REOPEN, {State.LOST, State.INVALID, State.DORMANT}, State.PENDING_ASSIGN),
    (Verb.EXPIRE, {State.ASSIGNED}, State.PENDING_ASSIGN),
    (Verb.MERGE, frozenset(State) - {State.DELIVERED, State.MERGED}, State.MERGED),
)
#: The whole graph: from a state, by a verb, to a state.
GRAPH: Mapping[tuple[State, Verb], State] = {(start, verb): to for verb, starts, to in _ROWS for start in starts}


def verbs_from(state: State) -> frozenset[Verb]:
    """Everything that can happen to a lead in this state."""
    return frozenset(verb for start, verb in GRAPH if start is state)


def verbs_between(state: State, to: State) -> frozenset[Verb]:
    """The verbs that lead from one state to another; empty when no single move does."""
    return frozenset(verb for (start, verb), end in GRAPH.items() if start is state and end is to)


def move(
    state: State,
    verb: Verb,
    *,
    version: int,
    seen_version: int,
    reason: str = "",
    by: object = None,
    asked_by: object = None,
) -> Moved | Refused:
    """What becomes of a lead in `state` at `version` when `verb` happens, decided by somebody who saw `seen_version`.

    `by` acts now; `asked_by` made the request that is now confirmed (a loss needs two people). Nothing is changed here.
    """
    refusal = _refusal(state, verb, version == seen_version, reason, by, asked_by)
    return Refused(refusal) if refusal else Moved(GRAPH[state, verb], version + 1)


def _refusal(state: State, verb: Verb, fresh: bool, reason: str, by: object, asked_by: object) -> Refusal | None:
    allowed = (state, verb) in GRAPH
    if verb in TIMERS:
        return None if allowed and fresh else Refusal.TIMER_TOO_LATE
    if not fresh and verb not in FACTS:
        return Refusal.STALE
    if not allowed:
        return Refusal.CLOSED if state in CLOSED else Refusal.NOT_ALLOWED
    if verb in NEEDS_REASON and not reason.strip():
        return Refusal.REASON_NEEDED
    if verb in NEEDS_SECOND_PERSON and (by is None or by == asked_by):
        return Refusal.SECOND_PERSON_NEEDED
    return None


#: What the outside systems call our states (Tencent WAV follow-up codes; 3 and 4 are customer codes there).
TENCENT_WAV: Mapping[State, tuple[str, ...]] = {
    State.PENDING_ASSIGN: ("101",),
    State.ASSIGNED: ("201",),
    State.FOLLOWING: ("301", "501"),
    State.INVITED: ("401",),
    State.ORDERED: ("601",),
    State.DELIVERED: ("701",),
    State.LOST_PENDING: ("801",),
    State.LOST: ("901",),
    State.TRANSFER_PENDING: ("1101",),
}
