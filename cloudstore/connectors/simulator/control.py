"""The hidden lever room, `/_control/`: for tests and demonstrations, JSON in and out.

What comes in wrong is answered 400 with one sentence. Only JSON is accepted, so that no web page open in somebody's
browser can pull a lever by a plain form.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cloudstore.connectors.simulator.behaviour import Behaviour
from cloudstore.connectors.simulator.control_events import Wrong, account_row, fire, number
from cloudstore.connectors.simulator.conversations import person_row
from cloudstore.connectors.simulator.endpoints import FAULT_KINDS
from cloudstore.connectors.simulator.oauth import app_row, create_account, issue_code, revoke
from cloudstore.connectors.simulator.outbox import compact
from cloudstore.connectors.simulator.platform import DEMO_KEY, Platform
from cloudstore.connectors.simulator.rooms import open_room
from cloudstore.connectors.simulator.shells import Refusal
from cloudstore.connectors.simulator.store import Row
from cloudstore.connectors.simulator.videos import publish

Lever = Callable[[Platform, dict[str, Any]], Awaitable[dict[str, Any]]]
MOST_ROWS = 1_000


async def health(platform: Platform, _: dict[str, Any]) -> dict[str, Any]:
    return {"ok": True, "now": platform.now(), "waiting": platform.outbox.waiting(due_only=False)}


async def reset(platform: Platform, _: dict[str, Any]) -> dict[str, Any]:
    platform.reset()
    return {}


async def apps(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """Register an app, or change its secret or target."""
    client_key, secret = str(given.get("client_key", "")), str(given.get("client_secret", ""))
    target = str(given.get("target", "")).rstrip("/")
    if not client_key or not secret:
        raise Wrong("client_key and client_secret are required")
    current = platform.store.one("select target from app where client_key = ?", client_key)
    platform.store.run(
        "insert into app (client_key, secret, target, redirect_prefix) values (?, ?, ?, ?) on conflict (client_key) "
        "do update set secret = excluded.secret, target = excluded.target, redirect_prefix = excluded.redirect_prefix",
        *(client_key, secret, target or (current["target"] if current else ""), str(given.get("redirect_prefix", ""))),
    )
    return {"client_key": client_key}


async def accounts(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """Make accounts and give an authorisation code for each, to be exchanged by the real call."""
    client_key = str(given.get("client_key") or DEMO_KEY)
    app_row(platform, client_key)
    wanted = list(given.get("accounts") or []) + [{"open_id": open_id} for open_id in given.get("open_ids") or []]
    if not wanted or not all(isinstance(row, dict) for row in wanted):
        raise Wrong("open_ids or accounts is required")
    rows = [create_account(platform, client_key, row) for row in wanted]
    return {
        "accounts": [
            {
                "open_id": row["open_id"],
                "nickname": row["nickname"],
                "code": issue_code(platform, client_key=client_key, open_id=row["open_id"], scopes=row["scopes"]),
            }
            for row in rows
        ]
    }


async def account_list(platform: Platform, _: dict[str, Any]) -> dict[str, Any]:
    rows = platform.store.all("select * from account order by created_at, open_id")
    return {"accounts": [dict(row) for row in rows]}


async def users(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    side = person_row(platform, given)
    return {"open_id": side.open_id, "nickname": side.nickname}


async def items(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """A post that somebody published in the platform's own app."""
    account = account_row(platform, given)
    row = publish(
        platform,
        account,
        title=str(given.get("title", "")),
        share_id=str(given.get("share_id", "")),
        strength=number(given, "strength", 1.0),
        created_at=number(given, "created_at", platform.now()),
        tell=bool(given.get("tell", True)),
    )
    return {"item_id": row["item_id"]}


async def rooms(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """A live session that ran for `minutes` with `viewers` people; without `started_at` it ends now."""
    account = account_row(platform, given)
    minutes = int(number(given, "minutes", 60))
    room = open_room(
        platform,
        account,
        minutes=minutes,
        viewers=int(number(given, "viewers", 500)),
        started_at=number(given, "started_at", platform.now() - minutes * 60),
        ready_after=number(given, "ready_after", platform.behaviour().room_ready_after),
    )
    return {key: room[key] for key in ("room_id", "live_id", "started_at", "ready_at")}


async def show_behaviour(platform: Platform, _: dict[str, Any]) -> dict[str, Any]:
    return platform.behaviour().as_json()


async def set_behaviour(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """Change the given keys, leave the others."""
    try:
        behaviour = Behaviour.of({**platform.behaviour().as_json(), **given})
    except ValueError as fault:
        raise Wrong(str(fault)) from None
    platform.behave(behaviour)
    platform.outbox.wake()
    return behaviour.as_json()


async def faults(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """Order trouble: `path` (part of an address or `*`), `kind`, `times` (-1 for ever), `code`, `status`, `seconds`."""
    kind = str(given.get("kind", ""))
    if kind not in FAULT_KINDS:
        raise Wrong(f"kind must be one of {', '.join(FAULT_KINDS)}")
    if kind == "code" and not number(given, "code", 0):
        raise Wrong("code is required")
    platform.store.run(
        "insert into fault (path, kind, remaining, seconds, code, status) values (?, ?, ?, ?, ?, ?)",
        *(str(given.get("path") or "*"), kind, int(number(given, "times", 1)), number(given, "seconds", 0.0)),
        *(int(number(given, "code", 0)), int(number(given, "status", 0))),
    )
    return {}


async def clear_faults(platform: Platform, _: dict[str, Any]) -> dict[str, Any]:
    platform.store.run("delete from fault")
    return {}


async def fire_event(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    return fire(platform, given)


async def verify(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """Send the probe and see whether the same number comes back."""
    app = app_row(platform, str(given.get("client_key") or DEMO_KEY))
    challenge = int(number(given, "challenge", platform.store.counter("challenge") + 10_000))
    body = compact(
        {"event": "verify_webhook", "client_key": app["client_key"], "content": {"challenge": challenge}}
    ).encode()
    async with httpx.AsyncClient(trust_env=False) as http:
        status, answer = await platform.outbox.knock(http, app, body, f"verify-{challenge}", True, 5.0)
    try:
        echoed = httpx.Response(200, text=answer).json()
    except ValueError:
        echoed = None
    return {"ok": status == 200 and echoed == {"challenge": challenge}, "status": status}


async def deliveries(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """What was sent to an app, newest last, with every try. Filters: `event`, `state`, `client_key`."""
    wanted = {key: str(given[key]) for key in ("event", "state", "client_key") if given.get(key)}
    where = "".join(f" and {key} = ?" for key in wanted)
    rows = platform.store.all(
        f"select * from delivery where 1{where} order by id desc limit ?",
        *wanted.values(),
        int(number(given, "limit", 200)),
    )
    return {"deliveries": [_delivery(platform, row) for row in reversed(rows)]}


def _delivery(platform: Platform, row: Row) -> dict[str, Any]:
    tries = platform.store.all("select * from attempt where delivery_id = ? order by at", row["id"])
    shown = {key: row[key] for key in ("id", "msg_id", "client_key", "event", "state", "due_at", "created_at")}
    return {
        **shown,
        "body": row["body"].decode(),
        "tries": [{key: attempt[key] for key in ("at", "status", "answer", "milliseconds")} for attempt in tries],
    }


async def sent(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """Direct messages the accounts sent, through the interface or by hand, newest last."""
    rows = platform.store.all(
        "select * from message where direction = 'out' and (? = '' or open_id = ?) order by seq desc limit ?",
        *(str(given.get("open_id", "")), str(given.get("open_id", "")), MOST_ROWS),
    )
    return {"messages": [dict(row) for row in reversed(rows)]}


async def calls(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """Which addresses were called and how it ended, newest last."""
    path = str(given.get("path", ""))
    rows = platform.store.all(
        "select * from call where instr(path, ?) > 0 or ? = '' order by id desc limit ?", path, path, MOST_ROWS
    )
    return {"calls": [dict(row) for row in reversed(rows)]}


async def show_clock(platform: Platform, _: dict[str, Any]) -> dict[str, Any]:
    return {"now": platform.now(), "offset": platform.clock.offset}


async def set_clock(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """`advance` by seconds, or set `to` an epoch; what became due is sent."""
    to = number(given, "to", 0.0) if "to" in given else None
    platform.set_clock(advance=number(given, "advance", 0.0), to=to)
    return await show_clock(platform, {})


async def expire(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """End the life of tokens now. `kind`: access (default), refresh, client, code; `open_id`: one account's only."""
    done = platform.store.run(
        "update token set expires_at = ? where kind = ? and (? = '' or open_id = ?)",
        *(platform.now(), str(given.get("kind") or "access")),
        *(str(given.get("open_id", "")), str(given.get("open_id", ""))),
    )
    return {"expired": done.rowcount}


async def unauthorise(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    revoke(platform, account_row(platform, given)["open_id"])
    return {}


async def moderate(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """Give a post another `status`, as a moderator would; `deleted` takes it away."""
    item_id = str(given.get("item_id", ""))
    if given.get("deleted"):
        done = platform.store.run("delete from item where item_id = ?", item_id)
    else:
        done = platform.store.run(
            "update item set status = ? where item_id = ?", int(number(given, "status", 1)), item_id
        )
    if not done.rowcount:
        raise Wrong("item_id is unknown")
    return {}


async def release(platform: Platform, _: dict[str, Any]) -> dict[str, Any]:
    """Send what was held back for reordering, even if not enough has come together."""
    platform.outbox.release()
    return {}


async def idle(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """Wait (at most `timeout` seconds) until nothing is due; with `all` until nothing is waiting at all."""
    until = time.monotonic() + number(given, "timeout", 10.0)
    due_only = not given.get("all")
    while platform.outbox.waiting(due_only=due_only) and time.monotonic() < until:
        await asyncio.sleep(0.01)
    left = platform.outbox.waiting(due_only=due_only)
    return {"idle": left == 0, "waiting": left}


LEVERS: dict[tuple[str, str], Lever] = {
    ("GET", "health"): health,
    ("POST", "reset"): reset,
    ("POST", "apps"): apps,
    ("POST", "accounts"): accounts,
    ("GET", "accounts"): account_list,
    ("POST", "users"): users,
    ("POST", "items"): items,
    ("POST", "rooms"): rooms,
    ("GET", "behaviour"): show_behaviour,
    ("POST", "behaviour"): set_behaviour,
    ("POST", "faults"): faults,
    ("DELETE", "faults"): clear_faults,
    ("POST", "fire"): fire_event,
    ("POST", "verify"): verify,
    ("GET", "deliveries"): deliveries,
    ("GET", "sent"): sent,
    ("GET", "calls"): calls,
    ("GET", "clock"): show_clock,
    ("POST", "clock"): set_clock,
    ("POST", "expire"): expire,
    ("POST", "unauthorise"): unauthorise,
    ("POST", "moderate"): moderate,
    ("POST", "release"): release,
    ("GET", "idle"): idle,
}


def routes(platform: Platform) -> list[Route]:
    return [
        Route(f"/_control/{name}", _endpoint(platform, lever), methods=[method])
        for (method, name), lever in LEVERS.items()
    ]


def _endpoint(platform: Platform, lever: Lever) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        given: Any = dict(request.query_params)
        if request.method == "POST":
            if not request.headers.get("content-type", "").startswith("application/json"):
                return JSONResponse({"error": "send JSON"}, status_code=415)
            try:
                given = await request.json()
            except ValueError:
                return JSONResponse({"error": "this is not JSON"}, status_code=400)
            if not isinstance(given, dict):
                return JSONResponse({"error": "send an object"}, status_code=400)
        try:
            return JSONResponse(await lever(platform, given))
        except (Wrong, Refusal) as fault:
            return JSONResponse({"error": str(fault)}, status_code=400)

    return endpoint
