"""What a public post earns: one line per submission, exactly once, and its further life."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from cloudstore.queue.services import pulse
from media.models import Post
from media.queries import post_count, publish_faults
from tasks.models import Accrual, RewardRule, Submission
from tasks.queries.ledger import available_fen, reserved_fen
from tasks.rules.money import Place, Step
from tasks.rules.rewards import (
    COUNTS,
    HOLD,
    AccrualState,
    Claim,
    Held,
    Line,
    LineReason,
    m1_line,
    must_wait,
    next_state,
    reason_against,
    void_line,
)
from tasks.rules.states import SubmissionState
from tasks.services.close import release_closed
from tasks.services.ledger import post as post_transfer

_BATCH = 500


def settle(*, now: datetime) -> dict[str, int]:
    """Write the lines that are still missing and move the others on: released after the hold, void or clawed back when a
    post was taken down. Returns counts by what was done. Safe to run at any time and twice at once."""
    counts = {"accrued": 0, "moved": 0, "released": 0}
    waiting = (
        Submission.objects.filter(
            state=SubmissionState.PUBLISHED, accruals__isnull=True, assignment__task__rewards__isnull=False
        )
        .order_by("decided_at", "pk")
        .values_list("pk", flat=True)[:_BATCH]
    )
    for submission_id in list(waiting):
        counts["accrued"] += len(accrue(submission_id=submission_id, now=now))
    counts["released"] = release_closed(now=now)
    counts["moved"] = sum(_move_on(accrual_id, now) for accrual_id in _due_lines(now))
    return counts


def accrue(*, submission_id: uuid.UUID, now: datetime) -> list[Accrual]:
    """The lines that a published submission earns under the rules of its task; none when they are written or must wait."""
    made = []
    with transaction.atomic():
        submission = Submission.objects.select_related("assignment__task__campaign", "assignment__dealer", "post").get(
            pk=submission_id
        )
        # Locking the rule lines up everything that one cap counts.
        rules = RewardRule.objects.select_for_update().filter(task=submission.assignment.task_id).order_by("pk")
        for rule in rules:
            line = _accrue(rule, submission, now)
            made += [line] if line else []
    return made


def _accrue(rule: RewardRule, submission: Submission, now: datetime) -> Accrual | None:
    key = f"{rule.model}.{rule.version}.{rule.pk}:{submission.pk}:{submission.assignment.task_id}"
    if submission.post is None or Accrual.objects.filter(key=key).exists():
        return None
    line = _line(rule, submission, submission.post, now)
    if line is None:
        return None
    task, dealer = submission.assignment.task, submission.assignment.dealer
    accrual = Accrual.objects.create(
        rule=rule,
        campaign=task.campaign,
        dealer=dealer,
        submission=submission,
        key=key,
        amount_fen=line.amount_fen,
        state=line.state,
        reason=line.reason,
        hold_until=now + HOLD if line.state is AccrualState.HELD else None,
        accrued_at=now,
    )
    if line.amount_fen:
        _draw(rule, accrual, now)
    pulse(f"dealer:{dealer.pk}", f"brand:{task.brand_id}")
    return accrual


def _line(rule: RewardRule, submission: Submission, post: Post, now: datetime) -> Line | None:
    counted = post_count(post, now=now)
    if counted.weight == 0:
        return void_line(reason_against(counted.verdict))
    earned = _earned(rule, submission)
    left = max(0, rule.cap_per_dealer - -(-earned // rule.fee_fen) if rule.fee_fen else 0)
    if must_wait(_claim(submission), _claims(rule, submission), places_left=left):
        return None
    return m1_line(
        fee_fen=rule.fee_fen,
        weight=counted.weight,
        cap_posts=rule.cap_per_dealer,
        earned_fen=earned,
        pool_fen=_pool(rule),
    )


def _earned(rule: RewardRule, submission: Submission) -> int:
    counted = Accrual.objects.filter(rule=rule, dealer=submission.assignment.dealer_id, state__in=COUNTS)
    return counted.aggregate(sum=Sum("amount_fen"))["sum"] or 0


def _claims(rule: RewardRule, submission: Submission) -> list[Claim]:
    """Approved submissions of the same dealer and task whose posts are on their way; what was given up holds up nobody."""
    others = list(
        Submission.objects.filter(
            assignment__task=rule.task_id,
            assignment__dealer=submission.assignment.dealer_id,
            state=SubmissionState.APPROVED,
            post__state="publishing",
        ).exclude(pk=submission.pk)
    )
    given_up = publish_faults([other.post_id for other in others if other.post_id])
    return [_claim(other, under_way=True) for other in others if other.post_id not in given_up]


def _claim(submission: Submission, *, under_way: bool = False) -> Claim:
    approved_at = submission.decided_at or submission.submitted_at
    return Claim(approved_at, str(submission.pk), decided=False, under_way=under_way)


def _pool(rule: RewardRule) -> int:
    """What this task may still pay: its own pool, and what the campaign has not promised elsewhere."""
    campaign = rule.task.campaign
    return reserved_fen(rule.task) + available_fen(campaign) if campaign else 0


def _draw(rule: RewardRule, accrual: Accrual, now: datetime) -> None:
    """Move the money of a line to the dealer; a pool that is short is filled from the campaign first."""
    task, campaign = rule.task, rule.task.campaign
    assert campaign is not None
    place = Place(campaign=str(campaign.pk), pool=f"m1-{task.pk.hex}", dealer=accrual.dealer.code)
    short = accrual.amount_fen - reserved_fen(task)
    common = {"brand_id": task.brand_id, "place": place, "at": now}
    if short > 0:
        post_transfer(step=Step.RESERVE, amount_fen=short, key=f"reserve:{accrual.key}", **common)
    post_transfer(step=Step.ACCRUE, amount_fen=accrual.amount_fen, key=f"accrue:{accrual.key}", **common)


def _due_lines(now: datetime) -> list[int]:
    """Lines that may have to move: past their hold, or with a post that was taken down."""
    released = Accrual.objects.filter(state=AccrualState.HELD, hold_until__lte=now)
    gone = Accrual.objects.filter(state__in=COUNTS, submission__post__state="removed")
    return sorted({*released.values_list("pk", flat=True)[:_BATCH], *gone.values_list("pk", flat=True)[:_BATCH]})


def _move_on(accrual_id: int, now: datetime) -> bool:
    with transaction.atomic():
        line = (
            Accrual.objects.select_for_update(of=("self",))
            .select_related("submission__post", "dealer", "campaign")
            .get(pk=accrual_id)
        )
        post = line.submission.post
        held = Held(
            AccrualState(line.state),
            line.hold_until,
            post.published_at if post else None,
            post.removed_at if post else None,
        )
        to = next_state(held, now=now)
        if to == line.state:
            return False
        _give_back(line, to, now)
        reason = LineReason.REMOVED if to in {AccrualState.VOID, AccrualState.CLAWED_BACK} else line.reason
        Accrual.objects.filter(pk=line.pk).update(state=to, reason=reason)
        pulse(f"dealer:{line.dealer_id}")
    return True


def _give_back(line: Accrual, to: AccrualState, now: datetime) -> None:
    """Before payment the money goes back to the campaign; after it the dealer owes it, to be netted, never demanded."""
    step = {AccrualState.VOID: Step.VOID, AccrualState.CLAWED_BACK: Step.CLAW_BACK}.get(to)
    if step is None or not line.amount_fen or line.campaign is None:
        return
    post_transfer(
        brand_id=line.dealer.brand_id,
        step=step,
        place=Place(campaign=str(line.campaign.pk), dealer=line.dealer.code),
        amount_fen=line.amount_fen,
        key=f"{step.value}:{line.key}",
        at=now,
    )
