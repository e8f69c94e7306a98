"""The level of a lead: how soon the customer means to buy (rules of the trade, section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from cloudstore.leads.rules.states import State


class Level(StrEnum):
    """H, A, B, C by purchase horizon; N not known yet; F lost, L dormant, O ordered, D delivered."""

    H = "H"
    A = "A"
    B = "B"
    C = "C"
    N = "N"
    F = "F"
    L = "L"
    O = "O"  # noqa: E741 - the trade's own letter
    D = "D"


#: Days within which a customer of this level means to buy.
HORIZON_DAYS: Mapping[Level, int] = {Level.H: 7, Level.A: 15, Level.B: 30, Level.C: 90}
#: Days until the next follow is due. Whoever does not know the level yet finds it out the next day (our default).
FOLLOW_DAYS: Mapping[Level, int] = {Level.H: 1, Level.A: 3, Level.B: 7, Level.C: 15, Level.N: 1}
_WEAKER: Mapping[Level, Level] = {Level.H: Level.A, Level.A: Level.B, Level.B: Level.C}
_BY_STATE: Mapping[State, Level] = {
    State.LOST: Level.F,
    State.DORMANT: Level.L,
    State.ORDERED: Level.O,
    State.DELIVERED: Level.D,
}


def level_for(days: int | None) -> Level:
    """The level of a customer who means to buy within `days`; None is not known. Beyond 90 days is still C."""
    if days is None:
        return Level.N
    return next((level for level, horizon in HORIZON_DAYS.items() if days <= horizon), Level.C)


def level_in(state: State, level: Level) -> Level:
    """The level to show in a state: a state that speaks for itself overrides the horizon."""
    return _BY_STATE.get(state, level)


def decay(level: Level, since: datetime, now: datetime) -> tuple[Level, datetime]:
    """The level after time without action, and since when it holds.

    `since` is the last action, or the last decay. Each horizon that passes lowers the level one step; C stays. Asking
    once after a month gives the same as asking every day.
    """
    while level in _WEAKER and now - since > timedelta(days=HORIZON_DAYS[level]):
        since += timedelta(days=HORIZON_DAYS[level])
        level = _WEAKER[level]
    return level, since


def next_follow_due(level: Level, followed_at: datetime) -> datetime | None:
    """When the next follow is due after one at `followed_at`; None for a level that needs none."""
    days = FOLLOW_DAYS.get(level)
    return None if days is None else followed_at + timedelta(days=days)


def at_least(level: Level, floor: Level) -> bool:
    """Whether a level is as high as `floor` among H, A, B, C. Anything else is not."""
    order = list(HORIZON_DAYS)
    return level in order and order.index(level) <= order.index(floor)
