"""The three lead modes: does a lead go to the dealer it came through, or to the OEM desk (rules of the trade, section 7)?

hybrid         local leads to the source dealer at once, everything else to the desk
centralised    everything to the desk, which nurtures and dispatches from level A on
decentralised  everything to the source dealer; one from elsewhere it must hand over within 24 hours
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from cloudstore.leads.rules.levels import Level, at_least

P = TypeVar("P")

TRANSFER_TIME = timedelta(hours=24)
DISPATCH_FROM = Level.A


class Mode(StrEnum):
    """Who takes leads first."""

    HYBRID = "hybrid"
    CENTRALISED = "centralised"
    DECENTRALISED = "decentralised"


class Locality(StrEnum):
    """Where the customer is, seen from the source dealer."""

    LOCAL = "local"
    REMOTE = "remote"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """Where a lead goes first."""

    DEALER = "dealer"
    OEM_QUEUE = "oem_queue"


class Why(StrEnum):
    """The rule behind an outcome."""

    LOCAL = "local"
    REMOTE = "remote"
    UNKNOWN_REGION = "unknown_region"
    NURTURE = "nurture"
    HIGH_LEVEL = "high_level"
    KEPT_BY_SOURCE = "kept_by_source"
    TO_TRANSFER = "to_transfer"
    NO_SOURCE = "no_source"
    SOURCE_BLOCKED = "source_blocked"


@dataclass(frozen=True, slots=True)
class Placement:
    """The outcome, its reason, whether a dealer is to be matched now, and until when the source may hand it over."""

    outcome: Outcome
    why: Why
    match: bool = False
    transfer_by: datetime | None = None


def place(
    mode: Mode, locality: Locality, *, source_open: bool | None, level: Level, region_known: bool, now: datetime
) -> Placement:
    """Where a new lead goes.

    `source_open` says whether the source dealer may receive it at all (None: there is no source dealer). A source that
    may not (closed, series not authorised, not named by the customer's consent) sends the lead to the desk in any mode.
    """
    if mode is Mode.CENTRALISED:
        high = at_least(level, DISPATCH_FROM)
        return Placement(Outcome.OEM_QUEUE, Why.HIGH_LEVEL if high else Why.NURTURE, match=high and region_known)
    if source_open is None:
        return Placement(Outcome.OEM_QUEUE, Why.NO_SOURCE if region_known else Why.UNKNOWN_REGION, match=region_known)
    if mode is Mode.HYBRID and locality is not Locality.LOCAL:
        remote = locality is Locality.REMOTE
        return Placement(Outcome.OEM_QUEUE, Why.REMOTE if remote else Why.UNKNOWN_REGION, match=remote)
    if not source_open:
        return Placement(Outcome.OEM_QUEUE, Why.SOURCE_BLOCKED, match=region_known)
    if locality is Locality.LOCAL:
        return Placement(Outcome.DEALER, Why.LOCAL)
    if locality is Locality.REMOTE:
        return Placement(Outcome.DEALER, Why.TO_TRANSFER, transfer_by=now + TRANSFER_TIME)
    return Placement(Outcome.DEALER, Why.KEPT_BY_SOURCE)


@dataclass(frozen=True, slots=True)
class Policy(Generic[P]):
    """A published policy: for a brand, or only for one of its regions, or one channel, or both (empty: all)."""

    policy: P
    region: str = ""
    channel: str = ""


def policy_for(policies: Iterable[Policy[P]], *, regions: Iterable[str], channel: str) -> P | None:
    """The most specific policy for a lead of this channel in these sales regions (the nearest first); None if none fits.

    A region weighs more than a channel, a nearer region more than a wider one. Of two equal ones the first counts.
    """
    depth = {region: at for at, region in enumerate(regions)}
    fitting = [policy for policy in policies if policy.region in {"", *depth} and policy.channel in ("", channel)]
    best = min(fitting, key=lambda policy: (depth.get(policy.region, len(depth)), not policy.channel), default=None)
    return best.policy if best else None
