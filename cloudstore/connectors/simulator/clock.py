"""The platform's own time: the machine's, plus what a test or a demonstration has advanced it by."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


@dataclass(slots=True)
class Clock:
    """Epoch seconds. `offset` is kept in the state file, so that a restart does not turn time back."""

    offset: float = 0.0

    def now(self) -> float:
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        self.offset += seconds

    def set(self, moment: float) -> None:
        self.offset = moment - time.time()


def readable(moment: float) -> str:
    """A time for people, as the platform's own country reads it (UTC+8)."""
    return datetime.fromtimestamp(moment, BEIJING).strftime("%Y-%m-%d %H:%M:%S")
