"""The socket of live pages, `/live/?topics=…`: who is it, what may they hear, then numbers until they leave.

A plain ASGI application. It says *that* something changed, never what: the page fetches again through its own scope.
Topics that a person may not hear are passed over in silence, like topics that do not exist.
"""

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user
from django.core.exceptions import ValidationError
from django.db import close_old_connections
from django.http import HttpRequest

from cloudstore.kit.wired import wired
from cloudstore.network.scope import Scope, scope_of, scoped
from cloudstore.queue.hub import Listener, hub
from cloudstore.users.rules import CONSOLE_ROLES, OEM_ROLES

log = logging.getLogger(__name__)

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ADDRESS = "/live/"
#: Close codes of ours: not signed in (any more) or the place has changed; a page of another site.
SIGNED_OUT, FOREIGN_PAGE = 4401, 4403
MOST_TOPICS = 60
LONGEST_TOPIC = 80
#: Every socket proves its right anew after about this time, and at once when the person's own topic pulses.
RECHECK_SECONDS = 120.0

_session_store = import_module(settings.SESSION_ENGINE).SessionStore
_threads = ThreadPoolExecutor(4, thread_name_prefix="live-door")


@dataclass(frozen=True, slots=True)
class Admitted:
    """A person at the socket: their own topic, and those of the asked topics that they may hear."""

    own_topic: str
    topics: frozenset[str]


def same_site(headers: dict[str, str]) -> bool:
    """Whether a page of this site opens the socket. Browsers always say where the page comes from."""
    origin = headers.get("origin", "")
    return origin in settings.CSRF_TRUSTED_ORIGINS or (
        bool(origin) and urlsplit(origin).netloc == headers.get("host", "")
    )


def admit(session_key: str, asked: frozenset[str]) -> Admitted | None:
    """Who has this session, and which of the asked topics they may hear; None for strangers. Runs in a thread."""
    close_old_connections()
    try:
        request = HttpRequest()
        request.session = _session_store(session_key)
        person = get_user(request)
        scope = scope_of(person)
        if scope is None:
            return None
        return Admitted(f"person:{person.pk}", frozenset(allowed(scope, asked)))
    finally:
        close_old_connections()


def allowed(scope: Scope, topics: Iterable[str]) -> set[str]:
    """Those of `topics` that lie within a scope. Topic names: brand, desk, review: <brand id>; the rows of `wiring.TOPICS`: <id>."""
    fits: set[str] = set()
    rows: dict[str, dict[str, str]] = {}
    for topic in topics:
        kind, _, identifier = topic.partition(":")
        if kind in {"brand", "desk", "review"}:
            roles = OEM_ROLES if kind == "brand" else CONSOLE_ROLES
            if scope.role in roles and identifier == str(scope.brand_id):
                fits.add(topic)
        elif kind in wired("TOPICS"):
            rows.setdefault(kind, {})[identifier] = topic
    for kind, by_id in rows.items():
        fits |= _visible(scope, wired("TOPICS")[kind], by_id)
    return fits


def _visible(scope: Scope, model_label: str, by_id: dict[str, str]) -> set[str]:
    model = apps.get_model(model_label)
    clean: dict[object, str] = {}
    for identifier, topic in by_id.items():
        try:
            value = model._meta.pk.clean(identifier, None)
        except (ValidationError, ValueError):
            continue  # a malformed id, or one that no column holds, is an unknown id
        # One spelling per row: "7" and "07" must not become two topics.
        if str(value) == identifier:
            clean[value] = topic
    seen = scoped(model._default_manager.all(), scope).filter(pk__in=list(clean)).values_list("pk", flat=True)
    return {clean[pk] for pk in seen}


async def live(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application behind `/live/`."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", [])}
    if (await receive())["type"] != "websocket.connect":
        return
    if scope.get("path") != ADDRESS or not same_site(headers):
        # Closing before accepting answers 403.
        await send({"type": "websocket.close", "code": FOREIGN_PAGE})
        return
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    page = _Page(send, _session_key(headers), _topics(query.get("topics", [""])[0].split(",")), _age(query))
    if not await page.check():
        # Accepted first, so that the browser's script sees the code and does not ask again.
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": SIGNED_OUT})
        return
    await send({"type": "websocket.accept"})
    await page.serve(receive)


class _Page:
    """One open socket: its session, what it asked for, and its listener at the hub."""

    def __init__(self, send: Send, session_key: str, asked: frozenset[str], age: float) -> None:
        self._send, self._session_key, self._asked = send, session_key, asked
        self._listener = Listener((), age)
        self._own_topic = ""

    async def check(self) -> bool:
        """Ask anew who this is and what they may hear. False when the socket has to close."""
        loop = asyncio.get_running_loop()
        admitted = (
            await loop.run_in_executor(_threads, admit, self._session_key, self._asked) if self._session_key else None
        )
        if admitted is None:
            return False
        fresh = admitted.topics | {admitted.own_topic}
        if fresh != self._listener.topics:
            told_before = self._listener
            hub().leave(told_before)
            self._listener = told_before.successor(fresh)
            self._own_topic = admitted.own_topic
        return True

    async def serve(self, receive: Receive) -> None:
        """Tell changes until the page leaves or its right ends."""
        hub().join(self._listener)
        leaving = asyncio.create_task(self._hear(receive))
        try:
            while not leaving.done():
                changes = await self._next(leaving)
                # Nothing for a while, the person's own topic, or other wishes of the page: prove the right anew.
                doubtful = not changes or self._own_topic in changes
                if doubtful and (leaving.done() or not await self._recheck()):
                    return
                for topic in sorted(changes.keys() & self._listener.topics - {self._own_topic}):
                    await self._send(
                        {"type": "websocket.send", "text": f'{{"topic": "{topic}", "n": {changes[topic]}}}'}
                    )
        finally:
            leaving.cancel()
            hub().leave(self._listener)

    async def _next(self, leaving: asyncio.Task[None]) -> dict[str, int]:
        """The next changes; empty when nothing happened for some time or the page left."""
        changes = asyncio.create_task(self._listener.changes())
        pause = RECHECK_SECONDS * random.uniform(0.8, 1.2)
        await asyncio.wait({changes, leaving}, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        if changes.done():
            return changes.result()
        changes.cancel()
        return {}

    async def _recheck(self) -> bool:
        before = self._listener
        if not await self.check():
            await self._send({"type": "websocket.close", "code": SIGNED_OUT})
            return False
        if self._listener is not before:
            hub().join(self._listener)
        return True

    async def _hear(self, receive: Receive) -> None:
        """Until the page leaves. After it changed itself it may ask for other topics: `{"topics": […]}`."""
        while (message := await receive())["type"] != "websocket.disconnect":
            try:
                wanted = json.loads(message.get("text") or "{}")["topics"]
            except (ValueError, TypeError, KeyError):
                continue
            if isinstance(wanted, list):
                self._asked = _topics(wanted)
                self._listener.tell(self._own_topic, 0)


def _session_key(headers: dict[str, str]) -> str:
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return cookie.value if cookie else ""


def _topics(asked: Iterable[object]) -> frozenset[str]:
    clean = [topic for topic in asked if isinstance(topic, str) and 0 < len(topic) <= LONGEST_TOPIC]
    return frozenset(clean[:MOST_TOPICS])


def _age(query: dict[str, list[str]]) -> float:
    try:
        return float(query.get("age", ["0"])[0]) / 1000
    except ValueError:
        return 0.0
