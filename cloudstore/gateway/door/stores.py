"""Writing to the database at hand over a connection of the door's own: one transaction for a whole group of requests.

Success means durable: SQLite syncs its log at each commit (`synchronous=FULL`), PostgreSQL waits for its own
(`synchronous_commit=on`).
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, Protocol

import psycopg
from django.conf import settings

from cloudstore.kit.sqlite3.line import Line, TooLong


class StoreAway(Exception):
    """The database cannot be written to just now; the sender should come again."""


class Conflict(Exception):
    """The database refused the rows for what they say (the brand no longer exists)."""


class Row(NamedTuple):
    """One event to be kept; the columns of InboundEvent that are not the same for all new events."""

    brand_id: int
    source: str
    client_key: str
    dedupe_key: str
    body: bytes
    received_at: datetime
    state: str
    outcome: str
    reason: str
    event_kind: str
    handled_at: datetime | None


Counts = Mapping[tuple[date, str, str, str], int]
Registration = tuple[str, str, int, bytes, bytes]

_COLUMNS = ", ".join(Row._fields)
_KEY = "(source, client_key, dedupe_key)"
_COUNT = (
    "INSERT INTO gateway_doorcount (day, source, client_key, outcome, number) VALUES ({}) "
    "ON CONFLICT (day, source, client_key, outcome) DO UPDATE SET number = gateway_doorcount.number + excluded.number"
)
_APPS = "SELECT platform, client_key, brand_id, secret, previous_secret FROM gateway_platformapp WHERE active"


class Store(Protocol):
    """What the writer needs of a database. All methods raise StoreAway when it cannot be reached."""

    def write(self, rows: Sequence[Row], counts: Counts) -> None:
        """Keep all rows and counts, or none; a row whose key is there already is left as it is. Raises Conflict."""

    def apps(self) -> list[Registration]:
        """The active registrations: platform, client key, brand, sealed secret, sealed former secret."""

    def close(self) -> None:
        """Let go of the connection."""


def open_store() -> Store:
    """A store for the database of the settings. Raises StoreAway."""
    database: dict[str, Any] = settings.DATABASES["default"]
    if database["ENGINE"].endswith("postgresql"):
        return PostgresStore(database)
    return SqliteStore(str(database["NAME"]))


class SqliteStore:
    """SQLite: the write queue of `kit.sqlite3` (one file lock), then one transaction."""

    _EVENT = (
        f"INSERT INTO gateway_inboundevent ({_COLUMNS}, attempts) VALUES ({', '.join('?' * len(Row._fields))}, 0) "
        f"ON CONFLICT {_KEY} DO NOTHING"
    )

    def __init__(self, path: str) -> None:
        with _sqlite_faults():
            self._db = sqlite3.connect(
                f"file:{path}?mode=rw", uri=True, timeout=5, isolation_level=None, check_same_thread=False
            )
            self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;")
        self._line = Line(path, patience=5)

    def write(self, rows: Sequence[Row], counts: Counts) -> None:
        events = [(*row[:5], _text(row.received_at), *row[6:10], _text(row.handled_at)) for row in rows]
        try:
            with _sqlite_faults():
                self._line.take()
            with _sqlite_faults(), self._transaction():
                self._db.executemany(self._EVENT, events)
                self._db.executemany(
                    _COUNT.format("?, ?, ?, ?, ?"), [(str(k[0]), *k[1:], n) for k, n in counts.items()]
                )
        finally:
            self._line.leave()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def apps(self) -> list[Registration]:
        with _sqlite_faults():
            return self._db.execute(_APPS).fetchall()

    def close(self) -> None:
        self._db.close()


@contextmanager
def _sqlite_faults() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError:
        raise Conflict from None
    except (sqlite3.Error, TooLong) as fault:
        raise StoreAway(type(fault).__name__) from None


def _text(moment: datetime | None) -> str | None:
    """As Django keeps times in SQLite."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if moment else None


class PostgresStore:
    """PostgreSQL: the group in one statement, so that it costs one round trip and one commit."""

    _ARRAYS = (
        "%b::bigint[], %b::text[], %b::text[], %b::text[], %b::bytea[], %b::timestamptz[], %b::text[], %b::text[], "
        "%b::text[], %b::text[], %b::timestamptz[]"
    )
    _EVENT = (
        f"INSERT INTO gateway_inboundevent ({_COLUMNS}, attempts) "
        f"SELECT *, 0 FROM unnest({_ARRAYS}) ON CONFLICT {_KEY} DO NOTHING"
    )

    def __init__(self, database: dict[str, Any]) -> None:
        with _postgres_faults():
            self._db = psycopg.connect(
                dbname=database["NAME"],
                user=database["USER"] or None,
                password=database["PASSWORD"] or None,
                host=database["HOST"] or None,
                port=database["PORT"] or None,
                application_name="door",
                connect_timeout=2,
                tcp_user_timeout=5000,
                options="-c statement_timeout=5000 -c synchronous_commit=on -c timezone=UTC",
                prepare_threshold=0,
                autocommit=True,
            )

    def write(self, rows: Sequence[Row], counts: Counts) -> None:
        # One statement is a transaction by itself: no round trips for BEGIN and COMMIT.
        with _postgres_faults(), self._db.transaction() if counts else nullcontext():
            if rows:
                self._db.execute(self._EVENT, [list(column) for column in zip(*rows, strict=True)])
            for key, number in sorted(counts.items()):
                self._db.execute(_COUNT.format("%s, %s, %s, %s, %s"), (*key, number))

    def apps(self) -> list[Registration]:
        with _postgres_faults():
            return [(row[0], row[1], row[2], bytes(row[3]), bytes(row[4])) for row in self._db.execute(_APPS)]

    def close(self) -> None:
        self._db.close()


@contextmanager
def _postgres_faults() -> Iterator[None]:
    try:
        yield
    except psycopg.IntegrityError:
        raise Conflict from None
    except psycopg.Error as fault:
        raise StoreAway(type(fault).__name__) from None
