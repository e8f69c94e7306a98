"""The hub of live pages: one per process. It reads new pulses once, however many pages listen, and passes topics on.

Why not a message group per socket: measured, one reader per process carries six to ten times more and loses nothing.
The hub knows topics and numbers only; who may listen to what is decided before `Hub.join` (network/sockets.py).
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeVar
from weakref import WeakKeyDictionary

from django.db import close_old_connections, connection

from cloudstore.kit.clock import now
from cloudstore.queue import queries

log = logging.getLogger(__name__)

T = TypeVar("T")

POLL_SECONDS = 0.4
#: PostgreSQL gives out ids before commit, so a smaller id may appear after a larger one: ids of this window are read again.
LATE_COMMIT_SECONDS = 15.0
#: A page says how old it is when it connects, and hears what changed meanwhile; older pages fetch themselves anew anyway.
MEMORY_SECONDS = 60.0
LONGEST_PAUSE = 5.0


class Listener:
    """One open page: the topics it hears and what it has not been told yet, one number per topic however much happens."""

    def __init__(self, topics: Iterable[str], age: float = 0.0) -> None:
        """`age`: seconds since the page was made; what changed in that time is told at once."""
        self.topics = frozenset(topics)
        self.since = monotonic() - min(max(age, 0.0), MEMORY_SECONDS)
        self._waiting: dict[str, int] = {}
        self._bell = asyncio.Event()

    def successor(self, topics: Iterable[str]) -> "Listener":
        """A listener for other topics of the same page, that keeps what this one was not told yet."""
        heir = Listener(topics)
        heir.since = self.since
        for topic, number in self._waiting.items():
            heir.tell(topic, number)
        return heir

    def tell(self, topic: str, number: int) -> None:
        """Note a change; a slow page keeps only the newest number of each topic."""
        self._waiting[topic] = number
        self._bell.set()

    async def changes(self) -> dict[str, int]:
        """Wait for changes and take them all: topic -> number of the newest pulse."""
        await self._bell.wait()
        self._bell.clear()
        taken, self._waiting = self._waiting, {}
        return taken


class Hub:
    """Reads pulses while somebody listens. All methods belong to the event loop of the process; only reading is in a thread."""

    def __init__(self, poll_seconds: float = POLL_SECONDS) -> None:
        self._poll_seconds = poll_seconds
        self._by_topic: dict[str, set[Listener]] = {}
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="live-hub")
        self._floor = 0
        self._seen: dict[int, float] = {}
        self._last: dict[str, tuple[int, float]] = {}

    def __len__(self) -> int:
        return len(self._listeners)

    def join(self, listener: Listener) -> None:
        """Start telling `listener`, beginning with what changed since its page was made."""
        self._listeners.add(listener)
        for topic in listener.topics:
            self._by_topic.setdefault(topic, set()).add(listener)
        self._catch_up(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._keep_reading())

    def leave(self, listener: Listener) -> None:
        """Stop telling `listener`; with the last one the reading ends."""
        self._listeners.discard(listener)
        for topic in listener.topics:
            group = self._by_topic.get(topic, set())
            group.discard(listener)
            if not group:
                self._by_topic.pop(topic, None)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None
            self._forget()

    def _catch_up(self, listener: Listener) -> None:
        for topic in listener.topics:
            number, at = self._last.get(topic, (0, 0.0))
            if number and at >= listener.since:
                listener.tell(topic, number)

    def _forget(self) -> None:
        self._floor, self._seen, self._last = 0, {}, {}

    async def _keep_reading(self) -> None:
        pause = self._poll_seconds
        await self._begin()
        while True:
            await asyncio.sleep(pause)
            try:
                self._pass_on(await self._in_thread(self._read_new))
                pause = self._poll_seconds
            except Exception:
                # A database that is away must not end the hub; pages stay as they are and are told when it is back.
                pause = min(LONGEST_PAUSE, pause * 2)
                log.exception("live pages: reading failed, next try in %.1f s", pause)

    async def _begin(self) -> None:
        """Start reading a minute back: pages that were made just before the first one connected hear what they missed."""
        while True:
            try:
                self._floor, recent = await self._in_thread(_first_look)
                break
            except Exception:
                log.exception("live pages: the first look failed, trying again")
                await asyncio.sleep(LONGEST_PAUSE)
        moment = monotonic()
        for number, topic, age in recent:
            self._seen[number] = moment
            self._last[topic] = (number, moment - age)
        for listener in self._listeners:
            self._catch_up(listener)

    def _read_new(self) -> list[tuple[int, str]]:
        fresh: list[tuple[int, str]] = []
        floor = self._floor
        while True:
            rows = queries.pulses_since(floor)
            fresh += [row for row in rows if row[0] not in self._seen]
            if len(rows) < queries.PULSES_AT_ONCE:
                return fresh
            floor = rows[-1][0]

    def _pass_on(self, fresh: list[tuple[int, str]]) -> None:
        moment = monotonic()
        newest: dict[str, int] = {}
        for number, topic in fresh:
            self._seen[number] = moment
            newest[topic] = max(number, newest.get(topic, 0))
        for topic, number in newest.items():
            self._last[topic] = (number, moment)
            for listener in self._by_topic.get(topic, ()):
                listener.tell(topic, number)
        self._move_floor(moment)

    def _move_floor(self, moment: float) -> None:
        """Ids that are old enough cannot be overtaken any more; they need not be read or remembered again."""
        window = LATE_COMMIT_SECONDS if connection.vendor == "postgresql" else 0.0
        # Seen in rising order of time, so the old ones stand in front.
        for number, at in list(self._seen.items()):
            if moment - at < window:
                break
            self._floor = max(self._floor, number)
            del self._seen[number]
        if len(self._last) > 10_000:
            self._last = {topic: told for topic, told in self._last.items() if moment - told[1] < MEMORY_SECONDS}

    async def _in_thread(self, work: Callable[[], T]) -> T:
        def run() -> T:
            close_old_connections()
            try:
                return work()
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(self._thread, run)


def _first_look() -> tuple[int, list[tuple[int, str, float]]]:
    moment: datetime = now()
    rows = queries.pulses_after(moment - timedelta(seconds=MEMORY_SECONDS))
    floor = rows[0][0] - 1 if rows else queries.newest_pulse()
    return floor, [(number, topic, (moment - at).total_seconds()) for number, topic, at in rows]


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of this process (of this event loop)."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
