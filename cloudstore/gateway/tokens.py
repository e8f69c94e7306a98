"""Tokens of accounts: from the browser step to a call that always carries a fresh one. Sealed at rest, never in a log.

The platform's rules: an access token lives 15 days, a refresh token 30 and can itself be renewed five times in a row;
after that, or when the owner takes the leave back, only the owner can authorise anew. We renew an access token at 80 % of
its life. Two renewals must not run at once, and a network call must not hold a database lock (on SQLite that would stop
every writer), so the renewer takes a short lease on the row by compare-and-set.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from cloudstore.connectors.douyin.answers import AccountToken as PlatformToken
from cloudstore.connectors.douyin.client import DouyinClient
from cloudstore.connectors.errors import Action, ConnectorError
from cloudstore.gateway.models import AccountToken, PlatformApp
from cloudstore.gateway.registrations import secret_of
from cloudstore.gateway.rules import worn
from cloudstore.kit.clock import now as clock_now
from cloudstore.kit.crypto import seal, unseal
from cloudstore.network.models import Account
from cloudstore.queue.services import enqueue

#: Asks the platform for one renewal; returns the columns to store.
Renewal = Callable[[AccountToken, datetime], dict[str, Any]]

#: What we ask the owner to allow: publish and count videos, answer comments and messages, offer lead cards.
SCOPES = (
    "user_info",
    "video.create.bind",
    "video.data.bind",
    "item.comment",
    "im.direct_message",
    "im.recall_message",
    "im.message_card",
)
RENEWAL_LEASE = timedelta(seconds=60)
RENEW_REFRESH_BEFORE = timedelta(days=7)
MOST_RENEWALS = 5


@dataclass(frozen=True, slots=True)
class AccountClient:
    """The platform's client together with what every call for one account needs: `client.douyin.<call>(…,
    access_token=client.access_token, open_id=client.open_id)`."""

    douyin: DouyinClient
    open_id: str
    access_token: str = field(repr=False)


class WrongAccount(Exception):
    """The owner authorised another account than the one asked for."""


def app_of(account: Account) -> PlatformApp | None:
    """The registration through which an account is spoken for."""
    return PlatformApp.objects.filter(brand_id=account.brand_id, platform=account.platform, active=True).first()


def app_client(app: PlatformApp) -> DouyinClient:
    """The client of one registration; connections are kept and shared by the process."""
    return _client(settings.DOUYIN_BASE_URL, app.client_key, secret_of(app))


@lru_cache(maxsize=32)
def _client(base_url: str, client_key: str, secret: str) -> DouyinClient:
    return DouyinClient(base_url, client_key, secret)


def client_for(account: Account, *, now: datetime | None = None) -> AccountClient:
    """A client with a fresh token. Raises ConnectorError: action REAUTHORISE when only the owner can help, RETRY while
    another worker is renewing an expired token, and what the platform says to a renewal."""
    moment = now or clock_now()
    token = AccountToken.objects.select_related("app").filter(account=account).first()
    if token is None:
        raise ConnectorError(code="not_authorised", action=Action.REAUTHORISE, call="client_for")
    return AccountClient(app_client(token.app), account.open_id, _fresh(token, moment))


def authorise(*, account: Account, code: str, now: datetime) -> AccountToken:
    """Exchange the code of the browser step for tokens and keep them. Raises ConnectorError, WrongAccount."""
    app = app_of(account)
    if app is None:
        raise ConnectorError(code="no_app", action=Action.FIX_CONFIGURATION, call="authorise")
    return keep(account=account, app=app, given=app_client(app).access_token(code), now=now)


def keep(*, account: Account, app: PlatformApp, given: PlatformToken, now: datetime) -> AccountToken:
    """Store what the platform gave for an account; the sweep then revives what was given up for want of it. Raises WrongAccount."""
    if account.open_id and given.open_id != account.open_id:
        raise WrongAccount
    until = now + timedelta(seconds=given.refresh_expires_in)
    try:
        with transaction.atomic():
            token, _created = AccountToken.objects.update_or_create(
                account=account,
                defaults={
                    "app": app,
                    "access": seal(given.access_token, _aad("access", account.pk)),
                    "refresh": seal(given.refresh_token, _aad("refresh", account.pk)),
                    "access_issued_at": now,
                    "access_expires_at": now + timedelta(seconds=given.expires_in),
                    "refresh_expires_at": until,
                    "scopes": ",".join(given.scopes)[:300],
                    "renewals": 0,
                    "renewing_until": None,
                },
            )
            Account.objects.filter(pk=account.pk).update(
                auth_state="authorised", auth_expires_at=until, open_id=given.open_id
            )
    except IntegrityError:
        raise WrongAccount from None  # the open id already belongs to another account of the brand
    return token


def spoil(account_id: int) -> None:
    """The platform refused the access token before its time: the next call renews it first."""
    AccountToken.objects.filter(account_id=account_id).update(access_expires_at=clock_now())


def mark_expired(account_id: int) -> None:
    """Only the owner can help now."""
    Account.objects.filter(pk=account_id).exclude(auth_state="revoked").update(auth_state="expired")


def renew(*, account_id: int, now: datetime) -> None:
    """Renew what is worn of an account's tokens. Raises ConnectorError."""
    token = AccountToken.objects.select_related("app").filter(account_id=account_id).first()
    if token is None:
        return
    _fresh(token, now)
    if token.refresh_expires_at - now < RENEW_REFRESH_BEFORE and token.renewals < MOST_RENEWALS:
        _under_lease(token, now, _renew_refresh_token)


def _fresh(token: AccountToken, now: datetime) -> str:
    """An access token that works, renewed when 80 % of its life is over. While somebody else renews it, the old one serves."""
    issued, expires = token.access_issued_at.timestamp(), token.access_expires_at.timestamp()
    if worn(issued=issued, expires=expires, at=now.timestamp()):
        try:
            _under_lease(token, now, _refresh)
        except ConnectorError as fault:
            if fault.permanent or token.access_expires_at <= now:
                raise
        if token.access_expires_at <= now:
            raise ConnectorError(code="token_being_renewed", action=Action.RETRY, call="client_for", retry_after=2.0)
    return unseal(token.access, _aad("access", token.account_id))


def _under_lease(token: AccountToken, now: datetime, ask: Renewal) -> None:
    """Do one renewal alone; `token` then holds what is stored. A refusal for good marks the account."""
    free = Q(renewing_until__isnull=True) | Q(renewing_until__lt=now)
    mine = AccountToken.objects.filter(free, pk=token.pk, access_issued_at=token.access_issued_at)
    if not mine.update(renewing_until=now + RENEWAL_LEASE):
        _reload(token)
        return
    fields: dict[str, Any] = {}
    try:
        fields = ask(token, now)
    except ConnectorError as fault:
        if fault.action is Action.REAUTHORISE:
            mark_expired(token.account_id)
        raise
    finally:
        AccountToken.objects.filter(pk=token.pk).update(renewing_until=None, **fields)
    _reload(token)
    Account.objects.filter(pk=token.account_id).update(
        auth_state="authorised", auth_expires_at=token.refresh_expires_at
    )


def _reload(token: AccountToken) -> None:
    try:
        token.refresh_from_db()
    except AccountToken.DoesNotExist:
        raise ConnectorError(code="not_authorised", action=Action.REAUTHORISE, call="client_for") from None


def _refresh(token: AccountToken, now: datetime) -> dict[str, Any]:
    given = app_client(token.app).refresh_token(unseal(token.refresh, _aad("refresh", token.account_id)))
    return {
        "access": seal(given.access_token, _aad("access", token.account_id)),
        "refresh": seal(given.refresh_token, _aad("refresh", token.account_id)),
        "access_issued_at": now,
        "access_expires_at": now + timedelta(seconds=given.expires_in),
    }


def _renew_refresh_token(token: AccountToken, now: datetime) -> dict[str, Any]:
    given = app_client(token.app).renew_refresh_token(unseal(token.refresh, _aad("refresh", token.account_id)))
    return {
        "refresh": seal(given.refresh_token, _aad("refresh", token.account_id)),
        "refresh_expires_at": now + timedelta(seconds=given.expires_in),
        "renewals": token.renewals + 1,
    }


def _aad(which: str, account_id: int) -> str:
    return f"token.{which}|{account_id}"


def ask_for_renewals(*, now: datetime) -> int:
    """Hourly: a job for every account whose tokens are worn, and `expired` for those that only the owner can help. Returns the number of jobs."""
    over = AccountToken.objects.filter(refresh_expires_at__lte=now, access_expires_at__lte=now)
    Account.objects.filter(token__in=over, auth_state="authorised").update(auth_state="expired")
    worn_ids = [
        token.account_id
        for token in AccountToken.objects.filter(refresh_expires_at__gt=now).exclude(account__auth_state="revoked")
        if _needs_renewal(token, now)
    ]
    for account_id in worn_ids:
        enqueue("gateway.refresh_token", key=f"gateway.refresh_token:{account_id}", account_id=account_id)
    return len(worn_ids)


def _needs_renewal(token: AccountToken, now: datetime) -> bool:
    issued, expires = token.access_issued_at.timestamp(), token.access_expires_at.timestamp()
    ending = token.refresh_expires_at - now < RENEW_REFRESH_BEFORE and token.renewals < MOST_RENEWALS
    return ending or worn(issued=issued, expires=expires, at=now.timestamp())
