"""What follows when a dealer does not follow, or gives a lead back (rules of the trade, section 8)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from cloudstore.routing.rules.book import DealerBook
from cloudstore.routing.rules.matching import Lead, match

MAX_ROUNDS = 3
OEM_DESK = "OEM desk"


class CloseReason(StrEnum):
    """Why a round ended without a sale."""

    SLA_EXPIRED = "sla_expired"
    DECLINED = "declined"
    LOST = "lost"
    TRANSFERRED = "transferred"


class Next(StrEnum):
    """What happens after a round."""

    DISPATCH = "dispatch"
    OEM_CHECK = "oem_check"
    POOL = "pool"


def after_round(number: int, closed: CloseReason, max_rounds: int = MAX_ROUNDS) -> Next:
    """What follows when round `number` ended.

    After the last round the lead goes to the pool, owned by the OEM desk. A dealer that reports it lost or says the
    customer is elsewhere is believed only after the desk has checked; a missed deadline needs no checking.
    """
    if number >= max_rounds:
        return Next.POOL
    return Next.OEM_CHECK if closed in {CloseReason.LOST, CloseReason.TRANSFERRED} else Next.DISPATCH


@dataclass(frozen=True, slots=True)
class PlayedRound:
    """A round on paper: its number, its dealer, the score it was chosen with (None: local), how it ended (None: open)."""

    number: int
    dealer: str
    score: Decimal | None
    closed: CloseReason | None


def play_rounds(
    lead: Lead,
    book: DealerBook,
    *,
    expire: Collection[str],
    max_rounds: int = MAX_ROUNDS,
    first_dealer: str | None = None,
) -> Iterator[PlayedRound]:
    """The rounds of a lead when the dealers in `expire` let their deadline pass.

    `first_dealer` has the first of them without matching (a local lead). Stops at the first dealer that follows, when no dealer
    is left, or after `max_rounds`; whoever reads the last round knows the owner: its dealer if open, else the OEM desk.
    """
    while lead.round_no <= max_rounds:
        number, score, dealer = lead.round_no, None, first_dealer
        if dealer is None:
            best = match(lead, book).chosen
            if best is None:
                return
            dealer, score = best.code, best.score
        expired = dealer in expire
        yield PlayedRound(number, dealer, score, CloseReason.SLA_EXPIRED if expired else None)
        if not expired:
            return
        first_dealer = None
        lead = replace(lead, former=(*lead.former, dealer), wish="")
