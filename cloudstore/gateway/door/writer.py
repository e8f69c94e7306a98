"""Group commit: requests of the same few milliseconds share one transaction and are answered after its commit.

One thread of the process owns the connection. While it commits, the next requests gather; so the group grows with the
load by itself, and a lone request waits for nobody.
"""

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from queue import Empty, SimpleQueue
from typing import Any

from cloudstore.gateway.door.stores import Conflict, Registration, Row, Store, StoreAway, open_store

log = logging.getLogger(__name__)

LARGEST_GROUP = 500
MOST_WAITING = 5_000
COUNT_SECONDS = 0.5

Waiting = tuple[Row, "asyncio.Future[None]"]
Ask = tuple[Callable[[Store], Any], "asyncio.Future[Any]"]


class Writer:
    """The thread that writes. It starts with the first thing to do."""

    def __init__(self) -> None:
        self._inbox: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        self._store: Store | None = None
        self._counts: Counter[tuple[date, str, str, str]] = Counter()
        self._counted_at = 0.0

    # --- called by the door, in its event loop ---------------------------------------------------------------------

    async def append(self, row: Row) -> None:
        """Keep one event; returns after the commit. Raises StoreAway, or Conflict when its brand no longer exists."""
        if self._inbox.qsize() > MOST_WAITING:
            raise StoreAway("too many are waiting")
        await self._put("row", row)

    async def registrations(self) -> list[Registration]:
        """The table of registrations as it is now. Raises StoreAway."""
        found: list[Registration] = await self._put("ask", lambda store: store.apps())
        return found

    def count(self, day: date, source: str, client_key: str, outcome: str) -> None:
        """Count one refused request; written with the next group, or within half a second."""
        self._ensure_thread()
        self._inbox.put(("count", (day, source, client_key, str(outcome))))

    async def settle(self) -> None:
        """Returns when everything put in before is written, counts included. Raises StoreAway."""
        await self._put("ask", self._write_counts)

    def close(self) -> None:
        """Write what is left, counts included, and let go of the database; the next thing to do opens it again."""
        if self._thread is not None and self._thread.is_alive():
            self._inbox.put(("stop", None))
            self._thread.join(10)

    def _put(self, kind: str, what: Any) -> "asyncio.Future[Any]":
        self._ensure_thread()
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._inbox.put((kind, (what, future)))
        return future

    def _ensure_thread(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            with self._start:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._run, name="door", daemon=True)
                    self._thread.start()

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        going_on = True
        while going_on:
            rows, asks, going_on = self._gather()
            if rows or self._counts_are_due(at_once=not going_on):
                self._write(rows)
            for ask, future in asks:
                _settle([future], *self._try(ask))
        self._drop()

    def _gather(self) -> tuple[list[Waiting], list[Ask], bool]:
        """Wait for the first thing to do, then take what else is there. The last value turns false when told to stop."""
        rows: list[Waiting] = []
        asks: list[Ask] = []
        with suppress(Empty):
            kind, what = self._inbox.get(timeout=COUNT_SECONDS if self._counts else None)
            while True:
                if kind == "row":
                    rows.append(what)
                elif kind == "ask":
                    asks.append(what)
                elif kind == "count":
                    self._counts[what] += 1
                else:
                    return rows, asks, False
                if len(rows) >= LARGEST_GROUP:
                    break
                kind, what = self._inbox.get_nowait()
        return rows, asks, True

    def _counts_are_due(self, *, at_once: bool) -> bool:
        return bool(self._counts) and (at_once or time.monotonic() - self._counted_at > COUNT_SECONDS)

    def _write(self, waiting: list[Waiting]) -> None:
        # Two processes that write the same keys in different orders would wait for each other: always in order of the key.
        waiting.sort(key=lambda one: one[0][1:4])
        fault = self._keep([row for row, _future in waiting])
        if isinstance(fault, Conflict) and len(waiting) > 1:
            # One row of the group belongs to a brand that is gone: each on its own, so that it harms no other.
            for row, future in waiting:
                _settle([future], None, self._keep([row]))
            return
        _settle([future for _row, future in waiting], None, fault)

    def _keep(self, rows: list[Row]) -> Exception | None:
        counts = dict(self._counts)
        _nothing, fault = self._try(lambda store: store.write(rows, counts))
        if fault is None:
            self._counts.clear()
        self._counted_at = time.monotonic()
        return fault

    def _write_counts(self, store: Store) -> None:
        store.write([], dict(self._counts))
        self._counts.clear()

    def _try(self, work: Callable[[Store], Any]) -> tuple[Any, Exception | None]:
        """Do it; over a new connection once more when the old one turns out to be dead. Writing twice is harmless."""
        for last in (False, True):
            fresh = self._store is None
            try:
                self._store = self._store or open_store()
                return work(self._store), None
            except Conflict as fault:
                return None, fault
            except StoreAway as fault:
                self._drop()
                if last or fresh:
                    return None, fault
            except Exception as fault:
                log.error("door: %s while writing", type(fault).__name__)
                self._drop()
                return None, StoreAway(type(fault).__name__)
        raise AssertionError("not reached")

    def _drop(self) -> None:
        if self._store is not None:
            with suppress(Exception):
                self._store.close()
        self._store = None


def _settle(futures: Iterable["asyncio.Future[Any]"], value: Any, fault: Exception | None) -> None:
    """Wake the requests, each in its own event loop, with one call per loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[Any]]] = {}
    for future in futures:
        by_loop.setdefault(future.get_loop(), []).append(future)
    for loop, own in by_loop.items():
        with suppress(RuntimeError):  # the loop has ended: nobody is left to be answered
            loop.call_soon_threadsafe(_wake, own, value, fault)


def _wake(futures: list["asyncio.Future[Any]"], value: Any, fault: Exception | None) -> None:
    for future in futures:
        if future.done():
            continue
        if fault is None:
            future.set_result(value)
        else:
            future.set_exception(fault)
