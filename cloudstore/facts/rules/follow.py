"""Follow-up in time: which actions are a follow, and whether the first came before its deadline."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SHORT_CALL_SECONDS = 3


class Action(StrEnum):
    """What somebody did with a lead."""

    CALL = "call"
    WECOM_ADD = "wecom_add"
    WECOM_MESSAGE = "wecom_message"
    DIRECT_MESSAGE = "direct_message"
    APPOINTMENT = "appointment"
    STATUS_CHANGE = "status_change"
    NOTE = "note"


FOLLOWS = frozenset({Action.WECOM_ADD, Action.WECOM_MESSAGE, Action.DIRECT_MESSAGE, Action.APPOINTMENT})
"""Actions that reach out by themselves; a call needs its record as proof, a status or a note is no contact at all."""


@dataclass(frozen=True, slots=True)
class LeadAction:
    """One action at server time. call_seconds: length from the call record, None without one (0 when nobody answered)."""

    at: datetime
    kind: Action
    call_seconds: int | None = None


def is_follow(action: LeadAction) -> bool:
    """Does this action, by itself, count as following up?"""
    if action.kind is Action.CALL:
        return action.call_seconds is not None
    return action.kind in FOLLOWS


def follows(actions: Iterable[LeadAction]) -> list[LeadAction]:
    """The actions on one lead that count, in order of time; of calls under three seconds only the first does."""
    found, short = [], False
    for action in sorted(actions, key=lambda one: one.at):
        if not is_follow(action):
            continue
        if _is_short(action):
            if short:
                continue
            short = True
        found.append(action)
    return found


def is_due(due_at: datetime, as_of: datetime) -> bool:
    """Has the deadline passed, so that the lead counts as assigned and due?"""
    return due_at <= as_of


def followed_in_time(actions: Iterable[LeadAction], assigned_at: datetime, due_at: datetime) -> bool:
    """Was there a follow between assignment and deadline, both included?"""
    return any(assigned_at <= action.at <= due_at for action in follows(actions))


def _is_short(action: LeadAction) -> bool:
    return action.kind is Action.CALL and action.call_seconds is not None and action.call_seconds < SHORT_CALL_SECONDS
