"""The owner of an account lets our app act for it: the list of accounts, the way to the platform, and the way back."""

import secrets

from django.conf import settings
from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cloudstore.connectors.douyin.calls_tokens import connect_url
from cloudstore.connectors.errors import ConnectorError
from cloudstore.gateway import tokens
from cloudstore.kit.clock import now
from cloudstore.kit.labels import label
from cloudstore.network.models import Account
from cloudstore.network.scope import one, required, scoped
from cloudstore.users.rules import Role

#: Who may connect an account: its dealer's people, and those who look after the brand's connections.
CONNECTORS = (Role.ADMINISTRATOR, Role.BRAND_MANAGER, Role.DEALER_MANAGER, Role.ACCOUNT_OPERATOR)
UNDER_WAY = "connecting"
MOST_UNDER_WAY, GOOD_FOR_SECONDS = 5, 600.0


@login_required
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """The accounts a person may connect, with how they stand."""
    scope = required(request, *CONNECTORS)
    rows = scoped(Account.objects.select_related("dealer").filter(active=True), scope).order_by("dealer__code", "pk")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "gateway/accounts.html", {"scope": scope, "page": page, "nav": "me"})


@login_required
@never_cache
@require_safe
def connect(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the owner to the platform with a word that only this session knows, good once and for ten minutes."""
    account = one(Account.objects.filter(active=True), required(request, *CONNECTORS), pk=pk)
    app = tokens.app_of(account)
    if app is None:
        notes.error(request, str(label("connect_problem", "no_app").words))
        return redirect("gateway:accounts")
    state = secrets.token_urlsafe(24)
    under_way = dict(list(request.session.get(UNDER_WAY, {}).items())[-(MOST_UNDER_WAY - 1) :])
    request.session[UNDER_WAY] = under_way | {state: [account.pk, now().timestamp()]}
    target = connect_url(
        settings.DOUYIN_BASE_URL,
        client_key=app.client_key,
        scopes=tokens.SCOPES,
        redirect_uri=settings.SITE_URL.rstrip("/") + reverse("gateway:connected"),
        state=state,
    )
    return redirect(target)


@login_required
@never_cache
@require_safe
def connected(request: HttpRequest) -> HttpResponse:
    """Back from the platform: the code becomes tokens, if the word is ours and was not used before."""
    scope = required(request, *CONNECTORS)
    under_way = request.session.get(UNDER_WAY, {})
    account_id, began = under_way.pop(request.GET.get("state", ""), (None, 0.0))
    request.session[UNDER_WAY] = under_way
    if account_id is None or now().timestamp() - began > GOOD_FOR_SECONDS:
        return _sorry(request, "stale")
    account = one(Account.objects.filter(active=True), scope, pk=account_id)
    code = request.GET.get("code", "")
    if not code:
        return _sorry(request, "refused")
    try:
        tokens.authorise(account=account, code=code, now=now())
    except tokens.WrongAccount:
        return _sorry(request, "wrong_account")
    except ConnectorError as fault:
        return _sorry(request, fault.action.value)
    notes.success(request, _("%(account)s is connected.") % {"account": account.nickname})
    return redirect("gateway:accounts")


def _sorry(request: HttpRequest, problem: str) -> HttpResponse:
    notes.error(request, str(label("connect_problem", problem).words))
    return redirect("gateway:accounts")
