"""The first page of a person."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cloudstore.network.scope import scope_of
from cloudstore.users.rules import home_of


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send a person to the first page of their role; somebody without a place in the network is told so."""
    scope = scope_of(request.user)
    if scope is None:
        return render(request, "network/no_place.html", status=200)
    return redirect(home_of(scope.role))
