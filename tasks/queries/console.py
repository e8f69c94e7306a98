"""What a brand's people see of tasks: progress in the list, the hand-out's figures, compliance by region and dealer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from cloudstore.network.models import Dealer, Region
from cloudstore.network.scope import Scope, scoped
from tasks.models import Assignment, Campaign, MatrixTask, Submission
from tasks.queries.audience import select_accounts
from tasks.queries.ledger import available_fen
from tasks.rules.audience import AudienceIds, Candidate, Selection, Without
from tasks.rules.quota import quota_for
from tasks.rules.rewards import most_possible
from tasks.rules.states import PASSED, TO_DO, AssignmentState, SubmissionState, TaskState

_ACCEPTED = (AssignmentState.ACCEPTED, AssignmentState.DONE)
_SENT = (
    SubmissionState.PREPARING,
    SubmissionState.IN_REVIEW,
    SubmissionState.RETURNED,
    SubmissionState.APPROVED,
    SubmissionState.PUBLISHED,
)


def with_progress(tasks: QuerySet[MatrixTask], scope: Scope | None) -> QuerySet[MatrixTask]:
    """Tasks with `asked` and `passed`: posts asked for and posts approved, of the dealers in scope."""
    mine = scoped(Assignment.objects.filter(task=OuterRef("pk")), scope).order_by().values("task")
    passed = scoped(Submission.objects.filter(assignment__task=OuterRef("pk"), state__in=PASSED), scope).order_by()
    return tasks.annotate(
        asked=Coalesce(Subquery(mine.annotate(n=Sum("quota")).values("n"), output_field=IntegerField()), 0),
        passed=Coalesce(
            Subquery(
                passed.values("assignment__task").annotate(n=Count("pk")).values("n"), output_field=IntegerField()
            ),
            0,
        ),
    )


@dataclass(frozen=True, slots=True)
class RegionCount:
    """How many accounts and dealers of one region are chosen."""

    name: str
    accounts: int
    dealers: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A dealer with accounts that do not get the task, and why."""

    dealer: Dealer
    reason: str
    accounts: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a choice reaches: totals, per region, and who of the chosen branch is left out (the first of them by name)."""

    accounts: int
    dealers: int
    regions: list[RegionCount]
    left_out_accounts: int
    reasons: list[tuple[Without, int]]
    left_out: list[LeftOut]
    selection: Selection


_SHOWN = 60


def preview(brand_id: int, ids: AudienceIds) -> Preview:
    """The reach of a choice now. Three queries, whatever the size of the network."""
    selection = select_accounts(brand_id, ids)
    return Preview(
        accounts=len(selection.chosen),
        dealers=len(selection.dealers),
        regions=_by_region(brand_id, selection.chosen),
        left_out_accounts=len(selection.left_out),
        reasons=sorted(selection.reasons.items(), key=lambda pair: -pair[1]),
        left_out=_left_out(brand_id, selection),
        selection=selection,
    )


def _by_region(brand_id: int, chosen: Iterable[Candidate]) -> list[RegionCount]:
    accounts: dict[str, int] = {}
    dealers: dict[str, set[int]] = {}
    for candidate in chosen:
        accounts[candidate.region_path] = accounts.get(candidate.region_path, 0) + 1
        dealers.setdefault(candidate.region_path, set()).add(candidate.dealer_id)
    regions = Region.objects.filter(brand=brand_id, path__in=list(accounts)).order_by("position", "pk")
    return [RegionCount(region.name, accounts[region.path], len(dealers[region.path])) for region in regions]


def _left_out(brand_id: int, selection: Selection) -> list[LeftOut]:
    counted: dict[tuple[int, Without], int] = {}
    for candidate, reason in selection.left_out:
        # That a dealer has another tier is the choice itself, not news about it.
        if reason not in {Without.TIER, Without.GROUP}:
            place = (candidate.dealer_id, reason)
            counted[place] = counted.get(place, 0) + 1
    places = list(counted)[:_SHOWN]
    dealers = Dealer.objects.filter(brand=brand_id).in_bulk({dealer_id for dealer_id, _ in places})
    return [LeftOut(dealers[dealer_id], reason, counted[dealer_id, reason]) for dealer_id, reason in places]


@dataclass(frozen=True, slots=True)
class Cost:
    """Posts asked for, the most they can cost, and what the campaign has for them. All money in fen."""

    posts: int
    most_fen: int
    available_fen: int

    @property
    def short(self) -> bool:
        """Whether some approved posts may end as lines without money."""
        return self.most_fen > self.available_fen


def cost(task: MatrixTask, selection: Selection) -> Cost:
    """What handing out a task to this selection may cost at most."""
    days = max(1, (task.due_at - task.starts_at).days)
    per_dealer: dict[int, int] = {}
    for candidate in selection.chosen:
        asked = quota_for(task.quota, tier=candidate.tier, days=days)
        per_dealer[candidate.dealer_id] = per_dealer.get(candidate.dealer_id, 0) + asked
    most = sum(
        most_possible(fee_fen=rule.fee_fen, cap_posts=rule.cap_per_dealer, quota_of_dealer=quota)
        for rule in task.rewards.all()
        for quota in per_dealer.values()
    )
    campaign: Campaign | None = task.campaign
    return Cost(sum(per_dealer.values()), most, available_fen(campaign) if campaign else 0)


@dataclass(frozen=True, slots=True)
class Compliance:
    """One row of the board: a region or a dealer, or the sum of all. Counts of assignments, `approved` and `published` of posts."""

    name: str
    key: str
    assigned: int
    accepted: int
    declined: int
    submitted: int
    asked: int
    approved: int
    published: int
    late: int

    @property
    def share(self) -> float:
        """Approved posts of those asked for."""
        return self.approved / self.asked if self.asked else 0.0


def by_region(task: MatrixTask, scope: Scope, *, now: datetime) -> list[Compliance]:
    """The board by sales region."""
    return _board(task, scope, "dealer__region", ("dealer__region__name", "dealer__region__code"), now, {})


def by_dealer(task: MatrixTask, scope: Scope, region: Region, *, now: datetime) -> list[Compliance]:
    """The board of one region (with everything below it) by dealer."""
    only = {"dealer__region__path__startswith": region.path}
    return _board(task, scope, "dealer", ("dealer__name", "dealer__code"), now, only)


def total(rows: list[Compliance]) -> Compliance:
    """The sum of the rows shown."""
    names = ("assigned", "accepted", "declined", "submitted", "asked", "approved", "published", "late")
    return Compliance("", "", **{name: sum(getattr(row, name) for row in rows) for name in names})


def _board(
    task: MatrixTask, scope: Scope, place: str, names: tuple[str, str], now: datetime, only: dict[str, str]
) -> list[Compliance]:
    assignments = scoped(Assignment.objects.filter(task=task, **only), scope)
    sent = Submission.objects.filter(assignment=OuterRef("pk"), state__in=_SENT)
    rows = (
        assignments.annotate(has_sent=Exists(sent))
        .values(place, *names)
        .annotate(
            assigned=Count("pk"),
            asked=Sum("quota"),
            accepted=Count("pk", filter=Q(state__in=_ACCEPTED)),
            declined=Count("pk", filter=Q(state=AssignmentState.DECLINED)),
            submitted=Count("pk", filter=Q(has_sent=True)),
            late=Count("pk", filter=Q(state__in=TO_DO, due_at__lt=now)),
        )
        .order_by(*names)
    )
    posts = _posts(assignments, place)
    return [
        Compliance(
            name=row[names[0]],
            key=row[names[1]],
            approved=posts.get(row[place], (0, 0))[0],
            published=posts.get(row[place], (0, 0))[1],
            **{name: row[name] for name in ("assigned", "accepted", "declined", "submitted", "asked", "late")},
        )
        for row in rows
    ]


def _posts(assignments: QuerySet[Assignment], place: str) -> dict[int, tuple[int, int]]:
    rows = (
        Submission.objects.filter(assignment__in=assignments, state__in=PASSED)
        .values_list(f"assignment__{place}")
        .annotate(approved=Count("pk"), published=Count("pk", filter=Q(state=SubmissionState.PUBLISHED)))
    )
    return {key: (approved, published) for key, approved, published in rows}


def assignments_of(task: MatrixTask, scope: Scope, dealer: Dealer) -> QuerySet[Assignment]:
    """The rows behind a dealer's line."""
    rows = scoped(Assignment.objects.filter(task=task, dealer=dealer), scope)
    return rows.select_related("account").prefetch_related("submissions__post").order_by("account__nickname")


def named_dealers(scope: Scope, words: str, *, limit: int = 12) -> QuerySet[Dealer]:
    """Dealers whose name, code or city holds the words."""
    found = Q(name__icontains=words) | Q(code__icontains=words) | Q(city__name__icontains=words)
    return scoped(Dealer.objects.filter(found), scope).select_related("region", "city").order_by("code")[:limit]


@dataclass(frozen=True, slots=True)
class Branch:
    """One region of the choice with its depth in the tree and the number of its dealers, those below included."""

    region: Region
    depth: int
    dealers: int


def branches(brand_id: int) -> list[Branch]:
    """The regions of a brand as a tree, flattened in order."""
    regions = list(Region.objects.filter(brand=brand_id).annotate(own=Count("dealers")))
    regions.sort(key=lambda region: region.path)
    return [
        Branch(
            region,
            region.path.count("/") - 1,
            sum(other.own for other in regions if other.path.startswith(region.path)),
        )
        for region in regions
    ]


@dataclass(frozen=True, slots=True)
class Work:
    """What a brand or region has to do about tasks now. `oldest` is since when the longest waiting one waits."""

    waiting: int
    oldest: datetime | None
    running: int
    drafts: int
    late: int


def work(scope: Scope, *, now: datetime) -> Work:
    """The numbers of the console's first page."""
    in_review = scoped(Submission.objects.filter(state=SubmissionState.IN_REVIEW), scope)
    tasks = scoped(MatrixTask.objects.all(), scope)
    late = Assignment.objects.filter(task__state=TaskState.OPEN, state__in=TO_DO, due_at__lt=now)
    return Work(
        waiting=in_review.count(),
        oldest=in_review.aggregate(at=Min("review_ready_at"))["at"],
        running=tasks.filter(state=TaskState.OPEN).count(),
        drafts=tasks.filter(state=TaskState.DRAFT).count(),
        late=scoped(late, scope).count(),
    )
