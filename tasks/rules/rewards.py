"""Model M1, a fee per effective post: what one approved submission earns, with its caps, and what becomes of it later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from cloudstore.facts.rules.posts import Verdict

HOLD = timedelta(days=7)
#: A post removed within this time after publication has its fee taken back.
CLAWBACK_WINDOW = timedelta(days=30)


class AccrualState(StrEnum):
    """held -> payable -> paid; void before payment, clawed_back after; capped: visible with 0."""

    HELD = "held"
    PAYABLE = "payable"
    PAID = "paid"
    VOID = "void"
    CLAWED_BACK = "clawed_back"
    CAPPED = "capped"


class LineReason(StrEnum):
    """Why a line has its amount."""

    EFFECTIVE_POST = "effective_post"
    CUT_TO_CAP = "cut_to_cap"
    CUT_TO_BUDGET = "cut_to_budget"
    CAP_PER_DEALER = "cap_per_dealer"
    NO_BUDGET = "no_budget"
    # Not effective; these lines are void from the start.
    NOT_APPROVED = "not_approved"
    REMOVED = "removed"
    TOO_SHORT = "too_short"
    NEAR_DUPLICATE = "near_duplicate"
    DAY_CAP = "day_cap"


#: States in which a line's amount stands in the dealer's payable or paid balance.
COUNTS = frozenset({AccrualState.HELD, AccrualState.PAYABLE, AccrualState.PAID})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement: amount in fen, its state and reason."""

    amount_fen: int
    state: AccrualState
    reason: LineReason


def m1_line(*, fee_fen: int, weight: Decimal, cap_posts: int, earned_fen: int, pool_fen: int) -> Line:
    """The line of one effective post (rule M1; caps in the order dealer-per-task, then the campaign's pool).

    `weight` is 1, or 0.5 for material published word for word; `earned_fen` what the dealer already earned in this task
    from submissions approved earlier; `pool_fen` the money that is still there. A fee over a cap is cut to the room
    left and says so; without room the line stays visible with 0.
    """
    wanted = int((Decimal(fee_fen) * weight).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    room = max(0, fee_fen * cap_posts - earned_fen)
    if room == 0:
        return Line(0, AccrualState.CAPPED, LineReason.CAP_PER_DEALER)
    amount = min(wanted, room)
    if pool_fen <= 0:
        return Line(0, AccrualState.CAPPED, LineReason.NO_BUDGET)
    if pool_fen < amount:
        return Line(pool_fen, AccrualState.HELD, LineReason.CUT_TO_BUDGET)
    return Line(amount, AccrualState.HELD, LineReason.EFFECTIVE_POST if amount == wanted else LineReason.CUT_TO_CAP)


_AGAINST = {
    Verdict.NOT_APPROVED: LineReason.NOT_APPROVED,
    Verdict.TOO_SHORT: LineReason.TOO_SHORT,
    Verdict.REMOVED_EARLY: LineReason.REMOVED,
    Verdict.REMOVED_AFTER_COUNT: LineReason.REMOVED,
    Verdict.NEAR_DUPLICATE: LineReason.NEAR_DUPLICATE,
    Verdict.DAY_CAP: LineReason.DAY_CAP,
}


def reason_against(verdict: Verdict) -> LineReason:
    """The reason of the line of a post that is not effective."""
    return _AGAINST[verdict]


def void_line(reason: LineReason) -> Line:
    """The line of a post that does not count."""
    return Line(0, AccrualState.VOID, reason)


@dataclass(frozen=True, slots=True)
class Claim:
    """One approved submission in the order that decides who comes first."""

    approved_at: datetime
    submission_id: str
    decided: bool  # its line is written
    under_way: bool  # approved, and its post neither public nor failed yet

    @property
    def order(self) -> tuple[datetime, str]:
        """First come by approval, then by submission id."""
        return self.approved_at, self.submission_id


def must_wait(claim: Claim, others: Iterable[Claim], *, places_left: int) -> bool:
    """Whether a line must wait because submissions approved earlier may still take the last places of the cap.

    Only then does the order of publication not decide what the order of approval should.
    """
    ahead = sum(1 for other in others if other.under_way and not other.decided and other.order < claim.order)
    return 0 < places_left <= ahead


def most_possible(*, fee_fen: int, cap_posts: int, quota_of_dealer: int) -> int:
    """The most that one dealer can earn in a task, in fen: what its accounts are asked for, up to the cap."""
    return fee_fen * min(cap_posts, quota_of_dealer)


@dataclass(frozen=True, slots=True)
class Held:
    """What decides the further life of a line."""

    state: AccrualState
    hold_until: datetime | None
    published_at: datetime | None
    removed_at: datetime | None


def next_state(line: Held, *, now: datetime) -> AccrualState:
    """The state a line should have now: released after the hold, void or clawed back when its post was taken down early."""
    removed_early = line.removed_at is not None and (
        line.published_at is None or line.removed_at - line.published_at < CLAWBACK_WINDOW
    )
    if removed_early and line.state in {AccrualState.HELD, AccrualState.PAYABLE}:
        return AccrualState.VOID
    if removed_early and line.state is AccrualState.PAID:
        return AccrualState.CLAWED_BACK
    if line.state is AccrualState.HELD and line.hold_until is not None and line.hold_until <= now:
        return AccrualState.PAYABLE
    return line.state
