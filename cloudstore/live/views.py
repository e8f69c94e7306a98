"""The live sessions of a dealer on the phone."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cloudstore.kit.clock import now
from cloudstore.live import queries
from cloudstore.network.scope import required
from cloudstore.users.rules import Role


@login_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Sessions, newest first, with the effective hours and days of the last 28 days above them."""
    scope = required(request, Role.DEALER_MANAGER, Role.ACCOUNT_OPERATOR, Role.CONSULTANT)
    page = Paginator(queries.sessions(scope), 30).get_page(request.GET.get("page"))
    context = {
        "scope": scope,
        "page": page,
        "rows": [(row, queries.minutes_of(row)) for row in page],
        "summary": queries.summary(scope, now=now()),
        "nav": "live",
    }
    return render(request, "live/list.html", context)
