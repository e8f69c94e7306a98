"""Effective posts: which published videos count, and how much."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from cloudstore.facts.rules.days import local_day

LEAST_SECONDS = 7
PROBATION = timedelta(hours=72)
NEAR_BITS = 6
MEMORY = timedelta(days=90)
ACCOUNT_DAY_CAP = 3
CLAW_BACK = timedelta(days=30)
VERBATIM_WEIGHT = Decimal("0.5")


class Review(StrEnum):
    """What the brand's review said of the submission behind a post."""

    APPROVED = "approved"
    POST_CHECK = "post_check"  # the brand checks afterwards and has not rejected
    PENDING = "pending"
    REJECTED = "rejected"


class Verdict(StrEnum):
    """Whether a post counts, or the first reason why not."""

    EFFECTIVE = "effective"
    PROVISIONAL = "provisional"  # counts, but is younger than 72 hours
    NOT_APPROVED = "not_approved"
    TOO_SHORT = "too_short"
    REMOVED_EARLY = "removed_early"
    REMOVED_AFTER_COUNT = "removed_after_count"
    NEAR_DUPLICATE = "near_duplicate"
    DAY_CAP = "day_cap"


@dataclass(frozen=True, slots=True)
class PublishedPost:
    """A post that the platform has shown. phash: 64-bit perceptual hash of its picture, None while unknown."""

    post: Hashable
    account: Hashable
    published_at: datetime
    seconds: Decimal
    review: Review = Review.APPROVED
    removed_at: datetime | None = None
    phash: int | None = None
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class PostCount:
    """What one post is worth to its account on its local day: weight 1, 0.5 (verbatim brand material) or 0."""

    post: Hashable
    account: Hashable
    day: date
    weight: Decimal
    verdict: Verdict


def distance(one: int, other: int) -> int:
    """Bits in which two perceptual hashes differ."""
    return (one ^ other).bit_count()


def count_posts(posts: Iterable[PublishedPost], as_of: datetime) -> list[PostCount]:
    """The worth of every post of one dealer, judged at `as_of`, in order of publication.

    `posts` must reach 90 days further back than the days asked for: a copy is found by the posts that counted before
    it. A post that was removed (and so counts nothing) does not stand in the way of the same video posted again.
    """
    counted: list[PublishedPost] = []
    slots: dict[tuple[Hashable, date], int] = defaultdict(int)
    found = []
    for post in sorted(posts, key=lambda one: (one.published_at, str(one.post))):
        if post.published_at > as_of:
            continue
        day = local_day(post.published_at)
        verdict = _own_fault(post, as_of) or _against_others(post, counted, slots[post.account, day], as_of)
        weight = Decimal(0)
        if verdict in (Verdict.EFFECTIVE, Verdict.PROVISIONAL):
            weight = VERBATIM_WEIGHT if post.verbatim else Decimal(1)
            counted.append(post)
            slots[post.account, day] += 1
        found.append(PostCount(post.post, post.account, day, weight, verdict))
    return found


def per_account_day(counts: Iterable[PostCount]) -> dict[tuple[Hashable, date], Decimal]:
    """Σ weights by account and local day: the fact `posts_effective`."""
    total: dict[tuple[Hashable, date], Decimal] = defaultdict(Decimal)
    for one in counts:
        total[one.account, one.day] += one.weight
    return dict(total)


def _own_fault(post: PublishedPost, as_of: datetime) -> Verdict | None:
    """Why the post cannot count whatever else the dealer has posted."""
    if post.review not in (Review.APPROVED, Review.POST_CHECK):
        return Verdict.NOT_APPROVED
    if post.seconds < LEAST_SECONDS:
        return Verdict.TOO_SHORT
    if post.removed_at is None or post.removed_at > as_of:
        return None
    life = post.removed_at - post.published_at
    if life < PROBATION:
        return Verdict.REMOVED_EARLY
    # Deleting after the count gives the point back, as money is clawed back; a month later the post has done its work.
    return Verdict.REMOVED_AFTER_COUNT if life < CLAW_BACK else None


def _against_others(post: PublishedPost, counted: Iterable[PublishedPost], used: int, as_of: datetime) -> Verdict:
    """Copy, one too many, or counted for good or for now."""
    if post.phash is not None and any(_is_copy(post.phash, post.published_at, other) for other in counted):
        return Verdict.NEAR_DUPLICATE
    if used >= ACCOUNT_DAY_CAP:
        return Verdict.DAY_CAP
    return Verdict.EFFECTIVE if as_of - post.published_at >= PROBATION else Verdict.PROVISIONAL


def _is_copy(phash: int, at: datetime, other: PublishedPost) -> bool:
    recent = at - other.published_at <= MEMORY
    return recent and other.phash is not None and distance(phash, other.phash) <= NEAR_BITS
