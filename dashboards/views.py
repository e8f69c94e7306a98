"""Pages of the boards: parse, one query, render."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from cloudstore.grading import queries as grading
from cloudstore.grading.indicators.registry import INDICATORS
from cloudstore.kit.clock import now
from cloudstore.network.models import Dealer
from cloudstore.network.scope import Scope, dealers_of, one, required
from cloudstore.users.rules import BOARD_ROLES, DEALER_ROLES, Role
from dashboards.filters import region_by_code
from dashboards.queries import rows
from dashboards.queries.board import read_board, trend
from dashboards.queries.numbers import period_at
from dashboards.queries.stores import read_stores
from dashboards.showing import board_figure


@login_required
@require_safe
def network(request: HttpRequest) -> HttpResponse:
    """The whole network as far as the person may see it; one who has a single store goes there."""
    scope = required(request, *BOARD_ROLES)
    if scope.dealer_id:
        return redirect("dashboards:dealer", code=scope.staff.dealer.code)  # type: ignore[union-attr]
    return _board(request, scope, "")


@login_required
@require_safe
def region(request: HttpRequest, code: str) -> HttpResponse:
    """One region with its children."""
    return _board(request, required(request, *BOARD_ROLES), code)


def _board(request: HttpRequest, scope: Scope, code: str) -> HttpResponse:
    at = now()
    place = region_by_code(scope, code) if code else None
    board = read_board(scope, now=at, region=place)
    context = {
        "scope": scope,
        "nav": "network",
        "board": board,
        "region": place,
        "period": board.period,
        "trend": trend(scope, now=at, region=place),
        "indicators": list(INDICATORS),
        "figures_query": f"?region={code}" if code else "",
    }
    return render(request, "dashboards/board.html", context)


@login_required
@require_safe
def dealer(request: HttpRequest, code: str) -> HttpResponse:
    """One dealer: its numbers, its accounts, its scenes, and the way to every row behind them."""
    scope = required(request, *BOARD_ROLES)
    found = one(dealers_of(scope).select_related("region", "city", "group"), scope, code=code)
    at = now()
    period = period_at(at)
    stores = read_stores(scope, now=at, region=found.region)
    store = next((row for row in stores.rows if row.pk == found.pk), None)
    if store is None:
        raise Http404  # a closed store has history, not a board
    asked = rows.RowFilter(period.first, period.last, dealer=found)
    own = Scope(scope.staff, scope.role, scope.brand_id, dealer_id=found.pk)
    weeks = grading.history(scope.brand_id, [found.pk])[found.pk]
    context = {
        "scope": scope,
        "nav": "network",
        "dealer": found,
        "store": store,
        "period": period,
        "as_of": at,
        "run": stores.run,
        "weeks": weeks,
        "scenes": rows.by_scene(scope, asked),
        "accounts": rows.by_account(own, asked),
        "trend": trend(scope, now=at, dealer_id=found.pk),
        "figures_query": f"?dealer={found.code}",
    }
    return render(request, "dashboards/dealer.html", context)


@login_required
@require_safe
def card(request: HttpRequest, code: str) -> HttpResponse:
    """The report card of a dealer, for those who read boards."""
    scope = required(request, *BOARD_ROLES)
    found = one(dealers_of(scope).select_related("region", "city"), scope, code=code)
    return render(request, "dashboards/card.html", _card(scope, found) | {"nav": "network"})


@login_required
@require_safe
def own_card(request: HttpRequest) -> HttpResponse:
    """The dealer's own card on the phone. A manager of a group chooses the store with `?dealer=`."""
    scope = required(request, *(DEALER_ROLES - {Role.CONSULTANT}))
    stores = dealers_of(scope).select_related("region", "city").order_by("code")
    asked = request.GET.get("dealer", "")
    found = one(stores, scope, code=asked) if asked else stores.first()
    if found is None:
        raise Http404
    context = _card(scope, found) | {"nav": "card", "stores": list(stores) if scope.group_id else []}
    return render(request, "dashboards/own_card.html", context)


def _card(scope: Scope, found: Dealer) -> dict[str, object]:
    run = grading.latest_run(scope.brand_id)
    made = grading.report_card(run, found) if run else None
    weeks = grading.history(scope.brand_id, [found.pk])[found.pk]
    return {
        "scope": scope,
        "dealer": found,
        "card": made,
        "run": run,
        "as_of": now(),
        "ascent": grading.ascent(made) if made else None,
        "weeks": weeks,
        "works": rows.works(scope, found, run.window_from, run.window_to) if run else None,
    }


@login_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The dictionary: every indicator with its formula, anchors, weight and source, read from the rules themselves."""
    scope = required(request, *BOARD_ROLES)
    return render(request, "dashboards/metrics.html", {"scope": scope, "indicators": list(INDICATORS.values())})


@login_required
@require_safe
def figure(request: HttpRequest, name: str) -> JsonResponse:
    """One chart as JSON for the page: trend, tiers or heat; `narrow=1` for a phone."""
    scope = required(request, *BOARD_ROLES)
    code, store = request.GET.get("region", ""), request.GET.get("dealer", "")
    made = board_figure(
        name,
        scope,
        now=now(),
        region=region_by_code(scope, code) if code else None,
        dealer=one(dealers_of(scope), scope, code=store) if store else None,
        narrow=request.GET.get("narrow") == "1",
    )
    if made is None:
        raise Http404
    response = JsonResponse(made)
    response.headers["Cache-Control"] = "no-store"
    return response
