"""The platform as a whole: its clock, its memory, its mood, and what is waiting to be sent."""

from __future__ import annotations

from pathlib import Path

from cloudstore.connectors.simulator.behaviour import Behaviour
from cloudstore.connectors.simulator.clock import Clock
from cloudstore.connectors.simulator.ids import Ids
from cloudstore.connectors.simulator.outbox import Outbox
from cloudstore.connectors.simulator.store import Store

DEMO_KEY = "ck_demo"
DEMO_SECRET = "dy_secret_demo"  # noqa: S105 - the published demonstration secret


class Platform:
    """Everything a request handler may use. Opening an existing state file goes on where it ended."""

    def __init__(self, state: Path, target: str) -> None:
        self.store = Store(state)
        self.clock = Clock(offset=self.store.setting("clock_offset", 0.0))
        self.ids = Ids(self.store)
        self.outbox = Outbox(self.store, self.clock, self.behaviour)
        self._target = target.rstrip("/")
        self._furnish()

    def _furnish(self) -> None:
        self.store.run(
            "insert into app (client_key, secret, target) values (?, ?, ?) "
            "on conflict (client_key) do update set target = excluded.target",
            DEMO_KEY,
            DEMO_SECRET,
            self._target,
        )

    def behaviour(self) -> Behaviour:
        return Behaviour.of(self.store.setting("behaviour", {}))

    def behave(self, behaviour: Behaviour) -> None:
        self.store.keep("behaviour", behaviour.as_json())

    def now(self) -> float:
        return self.clock.now()

    def set_clock(self, *, advance: float = 0.0, to: float | None = None) -> None:
        if to is not None:
            self.clock.set(to)
        self.clock.advance(advance)
        self.store.keep("clock_offset", self.clock.offset)
        self.outbox.wake()

    def reset(self) -> None:
        """As on the first day: nothing known but the demonstration app, time as the machine's."""
        self.outbox.forget()
        self.store.wipe()
        self.clock.offset = 0.0
        self._furnish()

    def close(self) -> None:
        self.store.close()
