"""The dedupe ladder: is a submission a new lead, part of one we have, or the same click twice (rules, section 6)?

The first rung that fits decides. A dormant lead is not a live one: up to thirty days it is opened again, later it is
history. Two dealers never own the same customer at once: what the other dealer sends in becomes a touch that the car
maker sees.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Generic, TypeVar

from cloudstore.leads.rules.states import LIVE, State

L = TypeVar("L")

SAME_CLICK = timedelta(hours=24)
REVIVAL = timedelta(days=30)


class Answer(IntEnum):
    """What the creator of a lead is told."""

    CREATED = 0
    JOINED = 1
    DUPLICATE = 2


class Rung(StrEnum):
    """Which rung of the ladder decided."""

    FIRST = "first_lead"
    SAME_WIDGET = "same_widget_within_24h"
    LIVE_LEAD = "joins_live_lead"
    REOPENED = "reopened_within_30d"
    TOO_OLD = "closed_longer_than_30d"
    AFTER_DELIVERY = "after_delivery"
    OTHER_BRAND = "other_brand"


@dataclass(frozen=True, slots=True)
class Arriving:
    """A submission of a customer who has been recognised: when, for which brand and series, through which dealer.

    `last_same_click` is when the same phone last came through the same widget, if ever. `other_store` is said by the
    customer. `widget` is empty where none is involved (a chat, a walk-in).
    """

    at: datetime
    brand: str
    series: str = ""
    dealer: str = ""
    last_same_click: datetime | None = None
    other_store: bool = False


@dataclass(frozen=True, slots=True)
class Standing(Generic[L]):
    """A lead the customer already has. `closed_at` is when it was lost, found invalid, went dormant or was delivered."""

    lead: L
    brand: str
    state: State
    created_at: datetime
    closed_at: datetime | None = None
    series: frozenset[str] = frozenset()
    dealer: str = ""
    dealer_tier: str = ""


@dataclass(frozen=True, slots=True)
class Verdict(Generic[L]):
    """The answer with everything the caller must do.

    `lead` is the lead the submission belongs to (None: create one), `linked_to` the older lead a new one points to.
    `new_round` opens the next round and starts the deadline afresh; `keep_owner` then says whether it stays with its
    dealer. `add_series` names a series the lead did not have. `tell_oem`: another dealer than the owner sent this.
    """

    answer: Answer
    rung: Rung
    lead: L | None = None
    linked_to: L | None = None
    new_round: bool = False
    keep_owner: bool = False
    add_series: str = ""
    tell_oem: bool = False


def keeps_owner(tier: str, other_store: bool) -> bool:
    """Whether a re-opened lead stays with its dealer: grade C or better, and the customer did not ask for another store.

    A dealer that has no grade yet (N, U, none) is not below C.
    """
    return tier != "D" and not other_store


def climb(arriving: Arriving, leads: Iterable[Standing[L]]) -> Verdict[L]:
    """The answer to a submission, given all leads of the same customer (of any brand; merged ones may be left out)."""
    everywhere = [lead for lead in leads if lead.state is not State.MERGED]
    here = [lead for lead in everywhere if lead.brand == arriving.brand]
    if not here:
        return Verdict(Answer.CREATED, Rung.OTHER_BRAND if everywhere else Rung.FIRST)
    live = [lead for lead in here if lead.state in LIVE]
    # Two live leads exist only right after two customers turned out to be one; the older one is the survivor.
    last = min(live, key=_born) if live else max(here, key=_ended)
    if arriving.last_same_click is not None and arriving.at - arriving.last_same_click <= SAME_CLICK:
        return Verdict(Answer.DUPLICATE, Rung.SAME_WIDGET, last.lead)
    if live:
        return _joins(arriving, last, Rung.LIVE_LEAD)
    if last.state is State.DELIVERED:
        return Verdict(Answer.CREATED, Rung.AFTER_DELIVERY, linked_to=last.lead)
    if arriving.at - _ended(last) <= REVIVAL:
        return _joins(arriving, last, Rung.REOPENED)
    return Verdict(Answer.CREATED, Rung.TOO_OLD, linked_to=last.lead)


def _born(lead: Standing[L]) -> datetime:
    return lead.created_at


def _ended(lead: Standing[L]) -> datetime:
    return lead.closed_at or lead.created_at


def _joins(arriving: Arriving, lead: Standing[L], rung: Rung) -> Verdict[L]:
    reopened = rung is Rung.REOPENED
    return Verdict(
        Answer.JOINED,
        rung,
        lead.lead,
        new_round=reopened,
        keep_owner=bool(lead.dealer) and (not reopened or keeps_owner(lead.dealer_tier, arriving.other_store)),
        add_series=arriving.series if arriving.series not in lead.series else "",
        tell_oem=bool(arriving.dealer and lead.dealer and arriving.dealer != lead.dealer),
    )
