"""What the platform knows, in one SQLite file that outlives the process."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("schema.sql")
TABLES = [
    "setting",
    "app",
    "account",
    "token",
    "person",
    "upload",
    "part",
    "video",
    "image",
    "item",
    "message",
    "visit",
    "leave_to_write",
    "card",
    "comment",
    "room",
    "subscription",
    "intention",
    "delivery",
    "attempt",
    "call",
    "fault",
]

Row = sqlite3.Row


class Store:
    """One connection, used from one event loop only. Every statement outside `together` commits by itself."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.files = path.with_name(path.name + ".files")
        self.files.mkdir(exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = normal")
        self._connection.executescript(SCHEMA.read_text())

    def close(self) -> None:
        self._connection.close()

    def run(self, statement: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    def one(self, statement: str, *values: object) -> Row | None:
        row: Row | None = self._connection.execute(statement, values).fetchone()
        return row

    def all(self, statement: str, *values: object) -> list[Row]:
        return self._connection.execute(statement, values).fetchall()

    def number(self, statement: str, *values: object) -> int:
        row = self.one(statement, *values)
        return int(row[0] or 0) if row else 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """All or nothing. Must not be held across an await."""
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def setting(self, key: str, default: Any) -> Any:
        row = self.one("select value from setting where key = ?", key)
        return json.loads(row["value"]) if row else default

    def keep(self, key: str, value: Any) -> None:
        self.run(
            "insert into setting (key, value) values (?, ?) on conflict (key) do update set value = excluded.value",
            key,
            json.dumps(value),
        )

    def counter(self, key: str) -> int:
        """1, 2, 3 … for this key, across restarts."""
        row = self.one(
            "insert into setting (key, value) values (?, '1') "
            "on conflict (key) do update set value = cast(value as integer) + 1 returning cast(value as integer)",
            f"counter.{key}",
        )
        return int(row[0]) if row else 0

    def wipe(self) -> None:
        """Forget everything, files included."""
        with self.together():
            for table in TABLES:
                self.run(f"delete from {table}")
        for path in self.files.iterdir():
            path.unlink(missing_ok=True)
