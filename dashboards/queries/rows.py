"""The rows behind a number: leads, posts and live sessions, by the same rules as the sums on the boards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cloudstore.kit.clock import day_start
from cloudstore.leads.models import Lead
from cloudstore.live.models import LiveSession
from cloudstore.network.models import Account, Dealer, Region
from cloudstore.network.scope import Scope, scoped
from dashboards.queries.numbers import NATURAL, PAID, RULED_OUT, board_leads
from media.models import Post, PostStat

R = TypeVar("R", Lead, Post, LiveSession)


@dataclass(frozen=True, slots=True)
class RowFilter:
    """What is asked for; None or "" leaves a question out. Days are Shanghai days, both included."""

    first: date
    last: date
    dealer: Dealer | None = None
    region: Region | None = None
    account: Account | None = None
    scene: str = ""
    source: str = ""  # natural, paid, other
    valid: str = ""  # valid, invalid
    place: str = ""  # local, away, unknown
    desk: bool = False


_SOURCE = {"natural": NATURAL, "paid": PAID, "other": ~NATURAL & ~PAID}
_VALID = {"valid": ~RULED_OUT, "invalid": RULED_OUT}
_PLACE = {"local": Q(local=True), "away": Q(local=False), "unknown": Q(local__isnull=True)}
LEAD_ORDERS = {
    "created": ("created_at", "pk"),
    "dealer": ("dealer__code", "pk"),
    "scene": ("scene", "pk"),
    "state": ("state", "pk"),
}


def lead_rows(scope: Scope, asked: RowFilter, order: str = "-created") -> QuerySet[Lead]:
    """Leads with dealer, account and masked customer, without phone numbers. Another store's account has no name here
    for those who see one store only."""
    rows = board_leads(scope).filter(
        created_at__gte=day_start(asked.first), created_at__lt=day_start(asked.last + timedelta(days=1))
    )
    for table, word in ((_SOURCE, asked.source), (_VALID, asked.valid), (_PLACE, asked.place)):
        rows = rows.filter(table[word]) if word else rows
    rows = rows.filter(scene=asked.scene) if asked.scene else rows
    rows = rows.filter(dealer__isnull=True) if asked.desk else rows
    rows = rows.filter(source_account=asked.account) if asked.account else rows
    rows = _of_place(rows, asked)
    return rows.select_related("dealer", "source_account", "customer", "series").order_by(*ordering(LEAD_ORDERS, order))


def ordering(known: Mapping[str, tuple[str, ...]], order: str) -> list[str]:
    """Columns for `order_by`; an unknown word is the first of the known, newest first."""
    word = order.lstrip("-")
    columns = known.get(word) or next(iter(known.values()))
    turned = order.startswith("-") or word not in known
    return [f"-{column}" if turned else column for column in columns]


def _of_place(rows: QuerySet[R], asked: RowFilter) -> QuerySet[R]:
    if asked.dealer is not None:
        rows = rows.filter(dealer=asked.dealer)
    if asked.region is not None:
        rows = rows.filter(dealer__region__path__startswith=asked.region.path)
    return rows


def post_rows(scope: Scope, asked: RowFilter, order: str = "-published") -> QuerySet[Post]:
    """Posts that went out in the period, with all plays, likes and component clicks so far."""
    rows = scoped(Post.objects.all(), scope).filter(
        published_at__gte=day_start(asked.first), published_at__lt=day_start(asked.last + timedelta(days=1))
    )
    rows = rows.filter(account=asked.account) if asked.account else rows
    known = {"published": ("published_at", "pk"), "plays": ("plays", "pk"), "dealer": ("dealer__code", "pk")}
    return (
        _of_place(rows, asked)
        .annotate(
            plays=_latest("plays"),
            likes=_latest("likes"),
            clicks=_latest("component_clicked"),
        )
        .select_related("dealer", "account")
        .order_by(*ordering(known, order))
    )


def _latest(figure: str) -> Coalesce:
    """The platform's figures are cumulative: the newest statement is the sum so far, adding them up would count twice."""
    newest = PostStat.objects.filter(post=OuterRef("pk")).order_by("-day").values(figure)[:1]
    return Coalesce(Subquery(newest), 0)


def session_rows(scope: Scope, asked: RowFilter, order: str = "-started") -> QuerySet[LiveSession]:
    """Live sessions that began in the period."""
    rows = scoped(LiveSession.objects.all(), scope).filter(
        started_at__gte=day_start(asked.first), started_at__lt=day_start(asked.last + timedelta(days=1))
    )
    rows = rows.filter(account=asked.account) if asked.account else rows
    known = {
        "started": ("started_at", "pk"),
        "viewers": ("viewers_unique", "pk"),
        "clicks": ("widget_clicks", "pk"),
        "dealer": ("dealer__code", "pk"),
    }
    return _of_place(rows, asked).select_related("dealer", "account").order_by(*ordering(known, order))


@dataclass(frozen=True, slots=True)
class Slice:
    """Leads of one scene or one account: how many, how many valid."""

    key: str
    name: str
    leads: int
    valid: int


def by_scene(scope: Scope, asked: RowFilter) -> list[Slice]:
    """The leads of the filter by scene, most first. The last step from a number to the rows."""
    counted = lead_rows(scope, asked).order_by().values("scene")
    rows = counted.annotate(n=Count("pk"), good=Count("pk", filter=~RULED_OUT))
    return sorted((Slice(r["scene"], "", r["n"], r["good"]) for r in rows), key=lambda one: (-one.leads, one.key))


def by_account(scope: Scope, asked: RowFilter) -> list[Slice]:
    """The leads of the filter by the account they came through, most first. Accounts that the person may not see, and
    leads of no account, stand together in one last line without a key."""
    own = dict(scoped(Account.objects.all(), scope).values_list("pk", "nickname"))
    counted = lead_rows(scope, asked).order_by().values("source_account_id")
    found: list[Slice] = []
    rest = Slice("", "", 0, 0)
    for row in counted.annotate(n=Count("pk"), good=Count("pk", filter=~RULED_OUT)):
        pk = row["source_account_id"]
        if pk in own:
            found.append(Slice(str(pk), own[pk], row["n"], row["good"]))
        else:
            rest = Slice("", "", rest.leads + row["n"], rest.valid + row["good"])
    found.sort(key=lambda one: (-one.leads, one.key))
    return [*found, rest] if rest.leads else found


@dataclass(frozen=True, slots=True)
class Works:
    """What a report card rests on: the posts and sessions that reached most, and those that reached least."""

    best_posts: tuple[Post, ...]
    least_posts: tuple[Post, ...]
    best_sessions: tuple[LiveSession, ...]
    least_sessions: tuple[LiveSession, ...]


def works(scope: Scope, dealer: Dealer, first: date, last: date, *, each: int = 3) -> Works:
    """By plays and by unique viewers; what the platform has not counted yet is in neither list, nothing is in both."""
    asked = RowFilter(first, last, dealer=dealer)
    posts = list(post_rows(scope, asked, "-plays"))
    sessions = list(session_rows(scope, asked, "-viewers").filter(viewers_unique__isnull=False, replay=False))
    return Works(
        tuple(posts[:each]),
        tuple(reversed(posts[each:][-each:])),
        tuple(sessions[:each]),
        tuple(reversed(sessions[each:][-each:])),
    )
