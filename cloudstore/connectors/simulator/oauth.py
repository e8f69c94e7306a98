"""Tokens with their documented lives, and the code of the browser step that begins them.

code 10 minutes, once · access 15 days · refresh 30 days, renewed at most five times · client 2 hours, and asking again
leaves the previous one 5 minutes.
"""

from __future__ import annotations

from typing import Any

from cloudstore.connectors.simulator import ids
from cloudstore.connectors.simulator.access import DEFAULT_SCOPES, TOKEN_EXPIRED, live_token
from cloudstore.connectors.simulator.events import Word
from cloudstore.connectors.simulator.inputs import Inputs
from cloudstore.connectors.simulator.platform import Platform
from cloudstore.connectors.simulator.shells import Answer, Refusal
from cloudstore.connectors.simulator.store import Row

CODE_LIFE = 600
ACCESS_LIFE = 1_296_000
REFRESH_LIFE = 2_592_000
CLIENT_LIFE = 7_200
CLIENT_LIFE_WHEN_REPLACED = 300
MOST_RENEWALS = 5

BAD_PARAMETER = 10_005
CODE_GONE = 10_007
TOKEN_INVALID = 10_008
REFRESH_GONE = 10_010
BAD_SECRET = 10_013
RENEWED_TOO_OFTEN = 10_020


def need(inputs: Inputs, *keys: str) -> None:
    for key in keys:
        if not inputs.text(key):
            raise Refusal(BAD_PARAMETER, f"{key} is required")


def app_row(platform: Platform, client_key: str) -> Row:
    row = platform.store.one("select * from app where client_key = ?", client_key)
    if row is None:
        raise Refusal(BAD_SECRET, "client_key or client_secret is wrong")
    return row


def _checked_app(platform: Platform, inputs: Inputs) -> str:
    need(inputs, "client_key", "client_secret")
    app = app_row(platform, inputs.text("client_key"))
    if app["secret"] != inputs.text("client_secret"):
        raise Refusal(BAD_SECRET, "client_key or client_secret is wrong")
    return str(app["client_key"])


def keep_token(
    platform: Platform,
    kind: str,
    prefix: str,
    *,
    client_key: str,
    expires_at: float,
    open_id: str = "",
    scopes: str = "",
    renewals: int = 0,
    redirect_uri: str = "",
) -> str:
    token = ids.secret(prefix)
    platform.store.run(
        "insert into token (token, kind, client_key, open_id, scopes, created_at, expires_at, renewals, redirect_uri) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(token, kind, client_key, open_id, scopes, platform.now(), expires_at, renewals, redirect_uri),
    )
    return token


def issue_code(platform: Platform, *, client_key: str, open_id: str, scopes: str, redirect_uri: str = "") -> str:
    """What the browser brings home: good once, for ten minutes."""
    return keep_token(
        platform,
        "code",
        "",
        client_key=client_key,
        open_id=open_id,
        scopes=scopes,
        expires_at=platform.now() + CODE_LIFE,
        redirect_uri=redirect_uri,
    )


def create_account(platform: Platform, client_key: str, given: dict[str, Any]) -> Row:
    """An account of the platform, made on demand; one that exists is left as it is but for fields given anew."""
    open_id = str(given.get("open_id") or "_000" + ids.opaque(platform.ids.number("account"))[1:13])
    nickname = str(given.get("nickname") or f"account {open_id[-6:]}")
    with platform.store.together():
        platform.store.run(
            "insert into account (open_id, client_key, nickname, scopes, created_at) values (?, ?, ?, ?, ?) "
            "on conflict (open_id) do nothing",
            *(open_id, client_key, nickname, DEFAULT_SCOPES, platform.now()),
        )
        for column in ("nickname", "avatar", "city", "role", "scopes", "strength"):
            if column in given:
                value = float(given[column]) if column == "strength" else str(given[column])
                platform.store.run(f"update account set {column} = ? where open_id = ?", value, open_id)
    row = platform.store.one("select * from account where open_id = ?", open_id)
    if row is None:
        raise LookupError(open_id)
    return row


async def access_token(platform: Platform, inputs: Inputs) -> Answer:
    client_key = _checked_app(platform, inputs)
    need(inputs, "code")
    if inputs.text("grant_type") != "authorization_code":
        raise Refusal(BAD_PARAMETER, "grant_type must be authorization_code")
    store, now = platform.store, platform.now()
    code = store.one("select * from token where token = ? and kind = 'code'", inputs.text("code"))
    if code is None or code["expires_at"] <= now or code["client_key"] != client_key:
        raise Refusal(CODE_GONE, "the code is used, expired or unknown")
    with store.together():
        store.run("delete from token where token = ?", code["token"])
        store.run("update account set connected = 1 where open_id = ?", code["open_id"])
        refresh = keep_token(
            platform,
            "refresh",
            "rft.",
            client_key=client_key,
            open_id=code["open_id"],
            scopes=code["scopes"],
            expires_at=now + REFRESH_LIFE,
        )
        answer = _tokens(platform, client_key, code["open_id"], code["scopes"], refresh, now + REFRESH_LIFE)
        scopes = code["scopes"].split(",")
        platform.outbox.post(client_key, Word("authorize", code["open_id"], "", {"scopes": scopes}))
    return answer


def _tokens(
    platform: Platform, client_key: str, open_id: str, scopes: str, refresh: str, refresh_ends_at: float
) -> Answer:
    now = platform.now()
    access = keep_token(
        platform,
        "access",
        "act.",
        client_key=client_key,
        open_id=open_id,
        scopes=scopes,
        expires_at=now + ACCESS_LIFE,
    )
    return Answer(
        {
            "access_token": access,
            "expires_in": ACCESS_LIFE,
            "open_id": open_id,
            "refresh_token": refresh,
            "refresh_expires_in": int(refresh_ends_at - now),
            "scope": scopes,
        }
    )


def _live_refresh_token(platform: Platform, inputs: Inputs) -> Row:
    need(inputs, "client_key", "refresh_token")
    token = platform.store.one("select * from token where token = ? and kind = 'refresh'", inputs.text("refresh_token"))
    if token is None or token["expires_at"] <= platform.now() or token["client_key"] != inputs.text("client_key"):
        raise Refusal(REFRESH_GONE, "the refresh_token is expired or unknown")
    return token


async def refresh_token(platform: Platform, inputs: Inputs) -> Answer:
    if inputs.text("grant_type") != "refresh_token":
        raise Refusal(BAD_PARAMETER, "grant_type must be refresh_token")
    token = _live_refresh_token(platform, inputs)
    return _tokens(
        platform, token["client_key"], token["open_id"], token["scopes"], token["token"], token["expires_at"]
    )


async def renew_refresh_token(platform: Platform, inputs: Inputs) -> Answer:
    old = _live_refresh_token(platform, inputs)
    if old["renewals"] >= MOST_RENEWALS:
        raise Refusal(RENEWED_TOO_OFTEN, "the refresh_token was renewed five times already")
    with platform.store.together():
        platform.store.run("delete from token where token = ?", old["token"])
        token = keep_token(
            platform,
            "refresh",
            "rft.",
            client_key=old["client_key"],
            open_id=old["open_id"],
            scopes=old["scopes"],
            expires_at=platform.now() + REFRESH_LIFE,
            renewals=old["renewals"] + 1,
        )
    return Answer({"refresh_token": token, "expires_in": REFRESH_LIFE})


async def client_token(platform: Platform, inputs: Inputs) -> Answer:
    client_key = _checked_app(platform, inputs)
    if inputs.text("grant_type") != "client_credential":
        raise Refusal(BAD_PARAMETER, "grant_type must be client_credential")
    now = platform.now()
    with platform.store.together():
        platform.store.run(
            "update token set expires_at = min(expires_at, ?) where kind = 'client' and client_key = ?",
            now + CLIENT_LIFE_WHEN_REPLACED,
            client_key,
        )
        token = keep_token(platform, "client", "clt.", client_key=client_key, expires_at=now + CLIENT_LIFE)
    return Answer({"access_token": token, "expires_in": CLIENT_LIFE})


async def userinfo(platform: Platform, inputs: Inputs) -> Answer:
    try:
        token = live_token(platform, inputs.access_token, "access")
    except Refusal as refusal:
        raise Refusal(TOKEN_INVALID if refusal.code == TOKEN_EXPIRED else refusal.code, refusal.description) from None
    if token["open_id"] != inputs.text("open_id"):
        raise Refusal(TOKEN_INVALID, "open_id does not belong to this access_token")
    account = platform.store.one("select * from account where open_id = ?", token["open_id"])
    if account is None:
        raise Refusal(TOKEN_INVALID, "there is no such account")
    return Answer(
        {
            "open_id": account["open_id"],
            "union_id": ids.opaque("union:" + account["open_id"])[1:],
            "nickname": account["nickname"],
            "avatar": account["avatar"],
            "city": account["city"],
            "gender": 0,
            "e_account_role": account["role"],
        }
    )


def revoke(platform: Platform, open_id: str) -> None:
    """The owner takes the leave back: tokens die, the app is told."""
    account = platform.store.one("select * from account where open_id = ?", open_id)
    if account is None:
        raise LookupError(open_id)
    with platform.store.together():
        platform.store.run("delete from token where open_id = ?", open_id)
        platform.store.run("update account set connected = 0 where open_id = ?", open_id)
        scopes = account["scopes"].split(",")
        platform.outbox.post(account["client_key"], Word("unauthorize", open_id, "", {"scopes": scopes}))
