"""What an operator sees on the phone: the inbox, one assignment, the statement."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from cloudstore.kit.clock import BUSINESS_ZONE, business_day, day_start
from cloudstore.network.scope import Scope, scoped
from media.models import Asset, Rendition
from media.queries import PublishFault, newest_renditions, publish_faults
from tasks.models import Accrual, Assignment, ReviewDecision, Submission
from tasks.rules.rewards import COUNTS, AccrualState, most_possible
from tasks.rules.states import (
    HOLDS_A_PLACE,
    PASSED,
    TO_DO,
    AssignmentState,
    Stop,
    SubmissionState,
    TaskState,
    may_submit,
)

TABS = ("todo", "review", "done")
_UNDER_WAY = (SubmissionState.PREPARING, SubmissionState.IN_REVIEW)
_ENDED = (AssignmentState.DONE, AssignmentState.DECLINED, AssignmentState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Card:
    """One assignment in the inbox. `possible_fen` is the most it can still bring."""

    assignment: Assignment
    passed: int
    under_way: int
    returned: bool
    possible_fen: int

    @property
    def segments(self) -> list[str]:
        """One entry per post asked for: done, pending, or empty."""
        done, pending = min(self.passed, self.assignment.quota), self.under_way
        rest = max(0, self.assignment.quota - done - pending)
        return (["done"] * done + ["pending"] * pending + [""] * rest)[: self.assignment.quota]


@dataclass(frozen=True, slots=True)
class Inbox:
    """The three numbers, the counts of the tabs, and the cards of one tab, the most urgent first."""

    todo: int
    earned_fen: int
    possible_fen: int
    counts: dict[str, int]
    cards: list[Card]
    many_accounts: bool


def inbox(scope: Scope, tab: str, *, now: datetime) -> Inbox:
    """The inbox of everybody a scope covers, in a number of queries that does not grow with the rows."""
    earned = _earned_by_rule(scope)
    cards = [_card(row, earned) for row in _assignments(scope)]
    by_tab = {name: [card for card in cards if _belongs(card, name)] for name in TABS}
    open_cards = by_tab["todo"] + [card for card in by_tab["review"] if card not in by_tab["todo"]]
    return Inbox(
        todo=len(by_tab["todo"]),
        earned_fen=earned_this_month(scope, now=now),
        possible_fen=_together(open_cards, earned),
        counts={name: len(found) for name, found in by_tab.items()},
        cards=sorted(by_tab[tab], key=_urgency if tab != "done" else _latest),
        many_accounts=len({card.assignment.account_id for card in cards}) > 1,
    )


def _assignments(scope: Scope) -> QuerySet[Assignment]:
    """Assignments with counts of their attempts; ended ones only of the last weeks' tasks."""
    return (
        scoped(Assignment.objects.all(), scope)
        .exclude(task__state=TaskState.DRAFT)
        .select_related("task", "account", "dealer")
        .defer("task__brief", "task__snapshot")
        .prefetch_related("task__rewards")
        .annotate(
            passed=Count("submissions", filter=Q(submissions__state__in=PASSED)),
            under_way=Count("submissions", filter=Q(submissions__state__in=_UNDER_WAY)),
            refused=Count("submissions", filter=Q(submissions__state__in=("returned", "refused"))),
        )
        .order_by("-due_at")[:400]
    )


def _card(row: Assignment, earned: dict[tuple[int, int], int]) -> Card:
    passed: int = row.passed  # type: ignore[attr-defined]
    under_way: int = row.under_way  # type: ignore[attr-defined]
    return Card(
        assignment=row,
        passed=passed,
        under_way=under_way,
        returned=bool(row.refused) and passed + under_way < row.quota,  # type: ignore[attr-defined]
        possible_fen=_possible(row, max(0, row.quota - passed), earned),
    )


def _earned_by_rule(scope: Scope) -> dict[tuple[int, int], int]:
    """What each dealer has already earned under each rule of a task that still runs."""
    lines = scoped(Accrual.objects.all(), scope).filter(state__in=COUNTS, rule__task__state=TaskState.OPEN)
    rows = lines.values_list("dealer_id", "rule_id").annotate(sum=Sum("amount_fen"))
    return {(dealer_id, rule_id): amount for dealer_id, rule_id, amount in rows}


def _possible(row: Assignment, posts_left: int, earned: dict[tuple[int, int], int]) -> int:
    """The most that so many further posts can bring: the fee for each, up to the room left under the store's cap."""
    return sum(
        min(
            most_possible(fee_fen=rule.fee_fen, cap_posts=rule.cap_per_dealer, quota_of_dealer=posts_left),
            max(0, rule.fee_fen * rule.cap_per_dealer - earned.get((row.dealer_id, rule.pk), 0)),
        )
        for rule in row.task.rewards.all()
    )


def _together(cards: Iterable[Card], earned: dict[tuple[int, int], int]) -> int:
    """What can still be earned in all, a store's cap counted once per task however many accounts it has."""
    left: dict[tuple[int, uuid.UUID], int] = {}
    rows: dict[tuple[int, uuid.UUID], Assignment] = {}
    for card in cards:
        place = (card.assignment.dealer_id, card.assignment.task_id)
        left[place] = left.get(place, 0) + max(0, card.assignment.quota - card.passed)
        rows[place] = card.assignment
    return sum(_possible(rows[place], count, earned) for place, count in left.items())


def _belongs(card: Card, tab: str) -> bool:
    row = card.assignment
    ended = row.state in _ENDED or row.task.state == TaskState.CLOSED
    if tab == "done":
        return ended and not card.under_way
    if tab == "review":
        return card.under_way > 0
    return not ended and row.state in TO_DO and card.passed + card.under_way < row.quota


def _urgency(card: Card) -> tuple[datetime, int, str]:
    """First what is due first, of equals what pays more."""
    return card.assignment.due_at, -card.possible_fen, str(card.assignment.pk)


def _latest(card: Card) -> float:
    return -card.assignment.due_at.timestamp()


def earned_this_month(scope: Scope, *, now: datetime) -> int:
    """What was earned since the first of the month in Shanghai, void and capped lines left out."""
    start = day_start(business_day(now).replace(day=1))
    lines = scoped(Accrual.objects.all(), scope).filter(accrued_at__gte=start, state__in=COUNTS)
    return lines.aggregate(sum=Sum("amount_fen"))["sum"] or 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One submission with everything its part of the page shows."""

    submission: Submission
    asset: Asset
    cover: Rendition | None
    video: Rendition | None
    decision: ReviewDecision | None
    fault: PublishFault | None
    lines: list[Accrual] = field(default_factory=list)


def attempts(assignment: Assignment) -> list[Attempt]:
    """The submissions of an assignment, newest first."""
    rows = list(
        assignment.submissions.select_related("asset", "post", "submitted_by")
        .prefetch_related(
            Prefetch("decisions", ReviewDecision.objects.order_by("-pk").select_related("by")), "accruals"
        )
        .order_by("-number")
    )
    asset_ids = [row.asset_id for row in rows]
    covers, videos = newest_renditions(asset_ids, "cover"), newest_renditions(asset_ids, "video")
    faults = publish_faults([row.post_id for row in rows if row.post_id])
    return [
        Attempt(
            submission=row,
            asset=row.asset,
            cover=covers.get(row.asset_id),
            video=videos.get(row.asset_id),
            decision=next(iter(row.decisions.all()), None),
            fault=faults.get(row.post_id) if row.post_id else None,
            lines=list(row.accruals.all()),
        )
        for row in rows
    ]


def stop_of(assignment: Assignment) -> Stop | None:
    """Why nothing can be handed in now, or None."""
    states = [SubmissionState(state) for state in assignment.submissions.values_list("state", flat=True)]
    return may_submit(
        TaskState(assignment.task.state), AssignmentState(assignment.state), quota=assignment.quota, attempts=states
    )


def places_left(assignment: Assignment) -> int:
    """How many posts of an assignment nobody has handed in yet."""
    held = assignment.submissions.filter(state__in=HOLDS_A_PLACE).count()
    return max(0, assignment.quota - held)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a dealer's posts earned in one month. Sums in fen by state; `earned_fen` is held, payable and paid together."""

    year: int
    month: int
    lines: list[Accrual]
    earned_fen: int
    held_fen: int
    payable_fen: int
    paid_fen: int
    previous: tuple[int, int]
    following: tuple[int, int] | None


def statement(scope: Scope, *, year: int, month: int, now: datetime) -> Statement:
    """The lines accrued in a Shanghai month, newest first, zero lines included."""
    start = datetime(year, month, 1, tzinfo=BUSINESS_ZONE)
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=BUSINESS_ZONE)
    lines = list(
        scoped(Accrual.objects.all(), scope)
        .filter(accrued_at__gte=start, accrued_at__lt=end)
        .select_related("rule__task", "dealer", "submission__assignment__account", "submission__post")
        .order_by("-accrued_at", "-pk")[:1000]
    )
    sums = {state: sum(line.amount_fen for line in lines if line.state == state) for state in COUNTS}
    before = start - timedelta(days=1)
    return Statement(
        year=year,
        month=month,
        lines=lines,
        earned_fen=sum(sums.values()),
        held_fen=sums[AccrualState.HELD],
        payable_fen=sums[AccrualState.PAYABLE],
        paid_fen=sums[AccrualState.PAID],
        previous=(before.year, before.month),
        following=(end.year, end.month) if end <= now else None,
    )


_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


def month_of(text: str, *, now: datetime) -> tuple[int, int]:
    """`"2026-03"` as year and month; this Shanghai month for anything else and for the future."""
    today = business_day(now)
    found = _MONTH.fullmatch(text)
    asked = (int(found[1]), int(found[2])) if found else (today.year, today.month)
    return min(asked, (today.year, today.month))
