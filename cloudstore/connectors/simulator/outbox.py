"""Webhooks on their way: written down first, signed, tried three times in all, with whatever mischief was asked for.

A try that takes more than five seconds is cut. A delivery that was under way when the process died is tried again
with the same Msg-Id.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx

from cloudstore.connectors.douyin.signature import MESSAGE_ID_HEADER, SIGNATURE_HEADER, sign
from cloudstore.connectors.simulator.behaviour import Behaviour
from cloudstore.connectors.simulator.clock import Clock
from cloudstore.connectors.simulator.events import CONTACT_SIGNALS, Word
from cloudstore.connectors.simulator.figures import share_of
from cloudstore.connectors.simulator.store import Row, Store

TRIES = 3
NOT_CONNECTED = 0
CUT = -1
LONGEST_REST = 1.0
ANSWER_KEPT = 300


class Outbox:
    """The queue of deliveries and the task that empties it."""

    def __init__(self, store: Store, clock: Clock, behaviour: Callable[[], Behaviour]) -> None:
        self._store = store
        self._clock = clock
        self._behaviour = behaviour
        self._bell = asyncio.Event()
        self._under_way: dict[int, asyncio.Task[None]] = {}

    def wake(self) -> None:
        self._bell.set()

    def post(self, client_key: str, word: Word) -> str:
        """Write down one event for an app; returns its Msg-Id. It is sent when its time has come."""
        behaviour, now = self._behaviour(), self._clock.now()
        number = self._store.counter("webhook")
        msg_id = f"msg-{client_key}-{number:08d}"
        body = self._body(client_key, word, behaviour, number)
        state = self._first_state(client_key, word.event, msg_id, behaviour)
        signed = self._signs_rightly(behaviour)
        for _ in range(1 + behaviour.repeat):
            self._store.run(
                "insert into delivery (msg_id, client_key, event, body, state, signed, due_at, created_at) "
                "values (?, ?, ?, ?, ?, ?, ?, ?)",
                *(msg_id, client_key, word.event, body, state, int(signed), now + behaviour.delay, now),
            )
        self._log_intention(client_key, word, now)
        if state == "held":
            self._release_when_full(behaviour.reorder)
        self.wake()
        return msg_id

    def _body(self, client_key: str, word: Word, behaviour: Behaviour, number: int) -> bytes:
        values: dict[str, Any] = {
            "event": word.event,
            "client_key": client_key,
            "from_user_id": word.sender,
            "to_user_id": word.receiver,
        }
        if word.content is not None:
            as_text = behaviour.content_as == "text" or (behaviour.content_as == "alternate" and number % 2 == 0)
            values["content"] = compact(word.content) if as_text else word.content
        values["log_id"] = f"log-{number:08d}"
        return compact(values).encode()

    def _first_state(self, client_key: str, event: str, msg_id: str, behaviour: Behaviour) -> str:
        status = self._store.one(
            "select status from subscription where client_key = ? and event = ?", client_key, event
        )
        if status is not None and not status["status"]:
            return "unsubscribed"
        if share_of(msg_id) < behaviour.drop_share:
            return "dropped"
        return "held" if behaviour.reorder > 1 else "pending"

    def _signs_rightly(self, behaviour: Behaviour) -> bool:
        if behaviour.wrong_signatures <= 0:
            return True
        left = behaviour.as_json() | {"wrong_signatures": behaviour.wrong_signatures - 1}
        self._store.keep("behaviour", left)
        return False

    def _log_intention(self, client_key: str, word: Word, now: float) -> None:
        """What the intention log shows: everything customers do, whether or not its webhook ever arrives."""
        if word.event.startswith("im_") or word.event in CONTACT_SIGNALS:
            ours, theirs = (word.receiver, word.sender)
            if word.event == "im_send_msg":
                ours, theirs = theirs, ours
            self._store.run(
                "insert into intention (client_key, account_id, open_id, event, event_time, content) "
                "values (?, ?, ?, ?, ?, ?)",
                *(client_key, ours, theirs, word.event, now, compact(word.content or {})),
            )

    def _release_when_full(self, size: int) -> None:
        if self._store.number("select count(distinct msg_id) from delivery where state = 'held'") >= size:
            self.release()

    def release(self) -> None:
        """Let go of what is held back, the last first."""
        now = self._clock.now()
        held = self._store.all("select id from delivery where state = 'held' order by id desc")
        for place, row in enumerate(held):
            self._store.run(
                "update delivery set state = 'pending', due_at = ? where id = ?", now + place * 1e-6, row["id"]
            )
        self.wake()

    def waiting(self, *, due_only: bool) -> int:
        """Deliveries not yet at an end; with `due_only` those whose time has come."""
        due = self._clock.now() if due_only else float("inf")
        return self._store.number("select count(*) from delivery where state = 'pending' and due_at <= ?", due)

    def forget(self) -> None:
        """Cut off what is under way."""
        for task in self._under_way.values():
            task.cancel()

    async def run(self) -> None:
        """Send what is due until cancelled."""
        async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as http:
            try:
                while True:
                    self._bell.clear()
                    self._start_due(http)
                    rest = self._rest()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._bell.wait(), rest)
            finally:
                self.forget()

    def _start_due(self, http: httpx.AsyncClient) -> None:
        free = max(self._behaviour().concurrency, 1) - len(self._under_way)
        if free <= 0:
            return
        due = self._store.all(
            "select * from delivery where state = 'pending' and due_at <= ? order by due_at, id limit ?",
            self._clock.now(),
            free + len(self._under_way),
        )
        for row in [row for row in due if row["id"] not in self._under_way][:free]:
            task = asyncio.create_task(self._deliver(http, row))
            self._under_way[row["id"]] = task
            task.add_done_callback(partial(self._finished, row["id"]))

    def _finished(self, number: int, _task: asyncio.Task[None]) -> None:
        self._under_way.pop(number, None)
        self.wake()

    def _rest(self) -> float:
        if self._under_way:
            return LONGEST_REST
        row = self._store.one("select min(due_at) as next from delivery where state = 'pending'")
        next_due = row["next"] if row else None
        return LONGEST_REST if next_due is None else min(max(next_due - self._clock.now(), 0.0), LONGEST_REST)

    async def _deliver(self, http: httpx.AsyncClient, row: Row) -> None:
        app = self._store.one("select * from app where client_key = ?", row["client_key"])
        if app is None:
            self._store.run("update delivery set state = 'failed' where id = ?", row["id"])
            return
        behaviour = self._behaviour()
        began = time.monotonic()
        status, answer = await self.knock(
            http, app, row["body"], row["msg_id"], bool(row["signed"]), behaviour.webhook_time_out
        )
        self._store.run(
            "insert into attempt (delivery_id, at, status, answer, milliseconds) values (?, ?, ?, ?, ?)",
            *(row["id"], self._clock.now(), status, answer, (time.monotonic() - began) * 1000),
        )
        self._settle(row, status, behaviour)

    async def knock(
        self, http: httpx.AsyncClient, app: Row, body: bytes, msg_id: str, signed: bool, time_out: float
    ) -> tuple[int, str]:
        """Send one body once. The status is 0 when nobody answered the door and -1 when the time was up."""
        headers = {
            "Content-Type": "application/json",
            SIGNATURE_HEADER: sign(app["secret"] if signed else app["secret"] + "?", body),
        }
        if not self._behaviour().without_msg_id:
            headers[MESSAGE_ID_HEADER] = msg_id
        address = f"{app['target']}/hooks/douyin/{app['client_key']}/"
        try:
            async with asyncio.timeout(time_out):
                response = await http.post(address, content=body, headers=headers, timeout=time_out)
                return response.status_code, response.text[:ANSWER_KEPT]
        except (TimeoutError, httpx.TimeoutException):
            return CUT, ""
        except (httpx.HTTPError, httpx.InvalidURL):
            return NOT_CONNECTED, ""

    def _settle(self, row: Row, status: int, behaviour: Behaviour) -> None:
        tries = self._store.number("select count(*) from attempt where delivery_id = ?", row["id"])
        if 200 <= status < 300:
            self._store.run("update delivery set state = 'delivered' where id = ?", row["id"])
        elif tries >= TRIES:
            self._store.run("update delivery set state = 'failed' where id = ?", row["id"])
        else:
            waits = behaviour.retry_waits or (0.0,)
            wait = waits[min(tries, len(waits)) - 1]
            self._store.run("update delivery set due_at = ? where id = ?", self._clock.now() + wait, row["id"])
        self._count_time_outs(row, status, behaviour.cancel_after)

    def _count_time_outs(self, row: Row, status: int, cancel_after: int) -> None:
        """Long silence cancels a subscription."""
        self._store.run(
            "insert into subscription (client_key, event, status, time_outs) values (?, ?, 1, ?) on conflict "
            "(client_key, event) do update set time_outs = case when excluded.time_outs then time_outs + 1 else 0 end",
            *(row["client_key"], row["event"], int(status == CUT)),
        )
        if cancel_after:
            self._store.run(
                "update subscription set status = 0 where client_key = ? and event = ? and time_outs >= ?",
                *(row["client_key"], row["event"], cancel_after),
            )


def compact(value: dict[str, Any]) -> str:
    """JSON as the platform writes it: no spaces, characters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
