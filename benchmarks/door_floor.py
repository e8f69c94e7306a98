"""The floor under the webhook door: a bare ASGI application that does one durable insert and commit per request.

No signature, no look-up, no JSON, no encryption: only what nobody can do without. `CCS_FLOOR_DATABASE` says where.
"""

from __future__ import annotations

import os
import sqlite3
from typing import Any

from psycopg_pool import AsyncConnectionPool

ADDRESS = os.environ.get("CCS_FLOOR_DATABASE", "")
TABLE = "CREATE TABLE IF NOT EXISTS floor_event (name text PRIMARY KEY, body {})"
INSERT = "INSERT INTO floor_event (name, body) VALUES ({0}, {0})"
CONNECTIONS = 16


class Sqlite:
    """One connection, used in the event loop itself: no thread to wait for."""

    async def open(self) -> None:
        self._db = sqlite3.connect(ADDRESS.removeprefix("sqlite://"), isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        self._db.execute(TABLE.format("blob"))

    async def keep(self, name: str, body: bytes) -> None:
        self._db.execute(INSERT.format("?"), (name, body))


class Postgres:
    """A pool of asynchronous connections, each commit by itself."""

    async def open(self) -> None:
        self._pool = AsyncConnectionPool(
            ADDRESS,
            min_size=CONNECTIONS,
            max_size=CONNECTIONS,
            open=False,
            kwargs={"autocommit": True, "prepare_threshold": 0},
        )
        await self._pool.open(wait=True)
        async with self._pool.connection() as db:
            await db.execute(TABLE.format("bytea"))

    async def keep(self, name: str, body: bytes) -> None:
        async with self._pool.connection() as db:
            await db.execute(INSERT.format("%s"), (name, body))


STORE = Sqlite() if ADDRESS.startswith("sqlite") else Postgres()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Read the body, keep it, say yes."""
    if scope["type"] == "lifespan":
        await receive()
        await STORE.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    body = b""
    while True:
        part = await receive()
        body += part.get("body", b"")
        if not part.get("more_body"):
            break
    name = next((value for key, value in scope["headers"] if key == b"msg-id"), b"").decode()
    await STORE.keep(name, body)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
