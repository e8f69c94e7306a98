"""Deadlines of the first follow, in working time of the dealer that owns the lead (rules of the trade, section 6).

Hot leads within 30 minutes, others within 4 hours; the consultant is reminded at half of it, the manager hears at the
deadline, and a lead that is still not followed goes to another dealer: a hot one 120 working minutes after the
deadline, any lead 24 hours by the clock after it, whichever comes first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cloudstore.connectors.messages import Scene
from cloudstore.kit.calendar import Calendar, add_working_minutes
from cloudstore.leads.rules.levels import Level

HOT_MINUTES = 30
NORMAL_MINUTES = 240
HOT_OVERDUE_MINUTES = 120
OVERDUE = timedelta(hours=24)
HOT_SCENES = frozenset({Scene.LIVE_VIDEO.value, Scene.IM_MESSAGE.value})

BREACHES = 3
BREACH_WINDOW = timedelta(days=7)
PAUSE = timedelta(days=7)


class Stage(StrEnum):
    """How far the clock of a round without any follow has run."""

    RUNNING = "running"
    REMIND = "remind"
    MANAGER = "manager"
    REDISPATCH = "redispatch"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The moments of one round: reminder at 50 %, the deadline itself (the manager hears), and re-dispatch."""

    remind_at: datetime
    due_at: datetime
    redispatch_at: datetime


def is_hot(*, level: Level, scene: str, call_back: bool = False) -> bool:
    """Hot: level H, a live session, a direct message, or somebody who asked to be called back."""
    return call_back or level is Level.H or scene in HOT_SCENES


def first_follow_minutes(hot: bool) -> int:
    """Working minutes for the first follow."""
    return HOT_MINUTES if hot else NORMAL_MINUTES


def deadlines(opened_at: datetime, *, hot: bool, calendar: Calendar) -> Deadlines:
    """The deadlines of a round opened at `opened_at`, in working time of `calendar`."""
    minutes = first_follow_minutes(hot)
    due_at = add_working_minutes(opened_at, minutes, calendar)
    redispatch_at = due_at + OVERDUE
    if hot:
        redispatch_at = min(redispatch_at, add_working_minutes(due_at, HOT_OVERDUE_MINUTES, calendar))
    return Deadlines(add_working_minutes(opened_at, minutes // 2, calendar), due_at, redispatch_at)


def stage(clock: Deadlines, now: datetime) -> Stage:
    """Where a round without any follow stands at `now`; the moment itself belongs to the later stage."""
    if now >= clock.redispatch_at:
        return Stage.REDISPATCH
    if now >= clock.due_at:
        return Stage.MANAGER
    return Stage.REMIND if now >= clock.remind_at else Stage.RUNNING


def kept(first_follow_at: datetime | None, due_at: datetime) -> bool:
    """Whether the first follow came in time; the minute of the deadline is in time."""
    return first_follow_at is not None and first_follow_at <= due_at


def paused_until(breaches: Iterable[datetime]) -> datetime | None:
    """Until when a dealer gets no dispatched leads: seven days from the last breach that was a third within seven days.

    None when there were never three so close together.
    """
    times = sorted(breaches)
    thirds = [
        times[at] for at in range(BREACHES - 1, len(times)) if times[at] - times[at - BREACHES + 1] <= BREACH_WINDOW
    ]
    return thirds[-1] + PAUSE if thirds else None
