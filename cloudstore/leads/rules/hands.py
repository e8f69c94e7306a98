"""In whose hands a lead lies in each state, and what they may do with it.

A state in which a lead can rest without anybody being able to act on it would be a hole through which customers fall;
the tests walk the graph for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from cloudstore.leads.rules.states import CLOSED, GRAPH, WITH_DEALER, State, Verb


class Hand(StrEnum):
    """Who can act."""

    DEALER = "dealer"
    MANAGER = "manager"  # of the dealer: what needs a second person in the store
    DESK = "desk"  # of the car maker
    MACHINE = "machine"  # within the transaction or at the next tick


#: What the store's own people may do.
DEALER_VERBS = frozenset(
    {
        Verb.FOLLOW,
        Verb.INVITE,
        Verb.ARRIVE,
        Verb.TEST_DRIVE,
        Verb.ORDER,
        Verb.DELIVER,
        Verb.REFUND,
        Verb.ASK_LOST,
        Verb.ASK_TRANSFER,
        Verb.MARK_INVALID,
        Verb.SLEEP,
        Verb.REOPEN,
    }
)
#: What the OEM desk may do.
DESK_VERBS = frozenset(
    {
        Verb.ASSIGN,
        Verb.CONFIRM_LOST,
        Verb.REFUSE_LOST,
        Verb.REDISPATCH,
        Verb.ACCEPT_TRANSFER,
        Verb.REFUSE_TRANSFER,
        Verb.MARK_INVALID,
        Verb.SLEEP,
        Verb.REOPEN,
    }
)

#: Whose turn it is while a lead rests in a state; closed leads need nobody.
HOLDER: Mapping[State, Hand] = {
    State.NEW: Hand.MACHINE,
    State.PENDING_ASSIGN: Hand.MACHINE,
    State.OEM_QUEUE: Hand.DESK,
    **dict.fromkeys(WITH_DEALER | {State.ORDERED, State.DORMANT}, Hand.DEALER),
    State.LOST_PENDING: Hand.DESK,
    State.TRANSFER_PENDING: Hand.DESK,
}
#: States whose leads belong into the desk's queue.
AT_DESK = frozenset(state for state, hand in HOLDER.items() if hand is Hand.DESK)


def verbs_of(hand: Hand, state: State) -> frozenset[Verb]:
    """What this hand can do with a lead in this state, along the graph. A dealer acts only on leads it holds."""
    theirs = {Hand.DEALER: DEALER_VERBS, Hand.MANAGER: DEALER_VERBS, Hand.DESK: DESK_VERBS}.get(hand, frozenset(Verb))
    if hand in {Hand.DEALER, Hand.MANAGER}:
        held = HOLDER.get(state) is Hand.DEALER or (state in CLOSED and state is not State.MERGED)
        theirs = theirs if held else frozenset()
    return frozenset(verb for start, verb in GRAPH if start is state and verb in theirs)
