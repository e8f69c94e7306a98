"""Live rooms and their figures, which are not there before they are ready."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from cloudstore.connectors.simulator.access import account_of
from cloudstore.connectors.simulator.clock import BEIJING
from cloudstore.connectors.simulator.figures import RoomShape, room_table
from cloudstore.connectors.simulator.inputs import BAD_PARAMETER, Inputs
from cloudstore.connectors.simulator.platform import Platform
from cloudstore.connectors.simulator.shells import Answer, Refusal
from cloudstore.connectors.simulator.store import Row


def open_room(
    platform: Platform, account: Row, *, minutes: int, viewers: int, started_at: float, ready_after: float
) -> Row:
    """A live session that ran; its figures can be had `ready_after` seconds after its end."""
    room_id, live_id = platform.ids.number("room"), platform.ids.number("live")
    platform.store.run(
        "insert into room (room_id, live_id, open_id, started_at, minutes, viewers, ready_at) "
        "values (?, ?, ?, ?, ?, ?, ?)",
        *(room_id, live_id, account["open_id"], started_at, minutes, viewers),
        started_at + minutes * 60 + ready_after,
    )
    row = platform.store.one("select * from room where room_id = ?", room_id)
    if row is None:
        raise LookupError(room_id)
    return row


async def room_ids(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs)
    rows = platform.store.all(
        "select room_id from room where open_id = ? and started_at >= ? and started_at < ? order by started_at",
        *(account["open_id"], inputs.whole("start_time", 0), inputs.whole("end_time", 2**40)),
    )
    return Answer(beside={"room_ids": [row["room_id"] for row in rows]})


def table_of(family: str) -> Callable[[Platform, Inputs], Awaitable[Answer]]:
    """The handler of one of the three tables."""

    async def room_data(platform: Platform, inputs: Inputs) -> Answer:
        account = account_of(platform, inputs)
        room = platform.store.one("select * from room where room_id = ?", inputs.need("room_id"))
        if room is None or room["open_id"] != account["open_id"]:
            raise Refusal(BAD_PARAMETER, "room_id is unknown")
        return Answer(_describe(room, family, ready=platform.now() >= room["ready_at"]))

    return room_data


def _describe(room: Row, family: str, *, ready: bool) -> dict[str, Any]:
    shape = RoomShape(room["room_id"], room["started_at"], room["minutes"], room["viewers"])
    table = room_table(family, shape)
    day = datetime.fromtimestamp(room["started_at"], BEIJING).strftime("%Y-%m-%d")
    status = [
        {"name": name, "item_type": 1, "live_id": room["live_id"], "time_slot": day, "is_ready": ready}
        for name in table
    ]
    stats = [
        {
            "name": name,
            "item": room["room_id"],
            "item_type": 1,
            "live_id": room["live_id"],
            "timeslot": day,
            "value": str(value),
            "value_float": float(value),
        }
        for name, value in table.items()
    ]
    return {"data_ready_status": status, "stats": stats if ready else []}
