"""The lists of the boards, on screen and as files: the same filter, the same order, the same rows."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cloudstore.kit.clock import now
from cloudstore.kit.labels import label
from cloudstore.leads.models import Lead
from cloudstore.live.models import LiveSession
from cloudstore.network.scope import Scope, required
from cloudstore.users.rules import BOARD_ROLES
from dashboards.exports import Cell, as_file
from dashboards.filters import row_filter, store_filter
from dashboards.queries import rows
from dashboards.queries.kept import kept
from dashboards.queries.numbers import period_at, ruled_out
from dashboards.queries.stores import TIERS, UNRANKED, Store, chosen_stores, read_stores, regions_of, sorted_stores

PAGE = 50


@login_required
@require_safe
def dealers(request: HttpRequest) -> HttpResponse:
    """Every dealer with tier, score and the numbers of the period."""
    scope = required(request, *BOARD_ROLES)
    asked = store_filter(request.GET, scope)
    at = now()
    stores = kept("stores", scope, now=at, count=lambda: read_stores(scope, now=at))
    found = chosen_stores(stores.rows, region=asked.region, tier=asked.tier, words=asked.words)
    found = sorted_stores(found, asked.order)
    if kind := request.GET.get("format"):
        return as_file(kind, "dealers", _store_heads(), map(_store_cells, found))
    context = {
        "scope": scope,
        "nav": "network",
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "regions": regions_of(scope),
        "tiers": (*TIERS, *UNRANKED),
        "period": period_at(at),
        "as_of": at,
        "run": stores.run,
    }
    return render(request, "dashboards/dealers.html", context)


def _store_heads() -> list[str]:
    return [
        _("Code"),
        _("Dealer"),
        _("Region"),
        _("Tier"),
        _("Score"),
        _("Leads"),
        _("Valid leads"),
        _("Natural leads"),
        _("Paid leads"),
        _("Live hours"),
        _("Effective posts"),
        _("Messages answered in 3 min"),
    ]


def _store_cells(one: Store) -> Sequence[Cell]:
    own = one.pair.now
    reply = None if own.reply_share is None else round(own.reply_share, 4)
    return (
        one.code,
        one.name,
        one.region,
        one.tier,
        one.score,
        own.leads,
        own.valid,
        own.natural,
        own.paid,
        round(own.hours, 2),
        own.posts,
        reply,
    )


@login_required
@require_safe
def leads(request: HttpRequest) -> HttpResponse:
    """The leads behind a number; names are masked, phone numbers are not here at all."""
    heads = [
        _("Came in"),
        _("Customer"),
        _("Dealer"),
        _("Scene"),
        _("Source"),
        _("Account"),
        _("Region"),
        _("Level"),
        _("State"),
        _("Valid"),
        _("Lead"),
    ]
    return _listed(request, "leads", "-created", heads, rows.lead_rows, _lead_cells)


def account_name(lead: Lead) -> str:
    """The account a lead came through. An account of another store than the lead's is that store's business."""
    account = lead.source_account
    if account is None:
        return ""
    return account.nickname if account.dealer_id == lead.dealer_id else _("another store's account")


def _lead_cells(lead: Lead) -> Sequence[Cell]:
    place = {True: "local", False: "away", None: "unknown"}[lead.local]
    return (
        lead.created_at,
        lead.customer.name_masked,
        lead.dealer.name if lead.dealer else _("OEM desk"),
        str(label("board_scene", lead.scene).words),
        lead.source_class,
        account_name(lead),
        str(label("board_place", place).words),
        lead.level,
        str(label("board_state", lead.state).words),
        str(label("board_valid", "invalid" if ruled_out(lead) else "valid").words),
        str(lead.pk),
    )


@login_required
@require_safe
def posts(request: HttpRequest) -> HttpResponse:
    """The posts of the period with what the platform counted."""
    heads = [
        _("Published"),
        _("Dealer"),
        _("Account"),
        _("Caption"),
        _("State"),
        _("Plays"),
        _("Likes"),
        _("Component clicks"),
    ]
    return _listed(request, "posts", "-published", heads, rows.post_rows, _post_cells)


def _post_cells(post: Any) -> Sequence[Cell]:
    return (
        post.published_at,
        post.dealer.name,
        post.account.nickname,
        post.caption,
        str(label("board_post_state", post.state).words),
        post.plays,
        post.likes,
        post.clicks,
    )


@login_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """The live sessions of the period."""
    heads = [
        _("Began"),
        _("Ended"),
        _("Dealer"),
        _("Account"),
        _("Title"),
        _("Exposure"),
        _("Unique viewers"),
        _("Lead card clicks"),
    ]
    return _listed(request, "sessions", "-started", heads, rows.session_rows, _session_cells)


def _session_cells(session: LiveSession) -> Sequence[Cell]:
    return (
        session.started_at,
        session.ended_at,
        session.dealer.name,
        session.account.nickname,
        session.title,
        session.exposure,
        session.viewers_unique,
        session.widget_clicks,
    )


def _listed(
    request: HttpRequest,
    name: str,
    usual: str,
    heads: list[str],
    read: Callable[[Scope, rows.RowFilter, str], QuerySet[Any]],
    cells: Callable[[Any], Sequence[Cell]],
) -> HttpResponse:
    """One page of rows, or all of them as a file."""
    scope = required(request, *BOARD_ROLES)
    at = now()
    asked = row_filter(request.GET, scope, at)
    order = request.GET.get("order", usual)[:20]
    found = read(scope, asked, order)
    if kind := request.GET.get("format"):
        return as_file(kind, name, heads, map(cells, _all(found)))
    context = {
        "scope": scope,
        "nav": "network",
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "order": order,
        "regions": regions_of(scope),
        "as_of": at,
    }
    return render(request, f"dashboards/{name}.html", context)


def _all(found: QuerySet[Model]) -> Iterable[Model]:
    return found.iterator(chunk_size=2000)
