"""Live rooms: which there were, and their figures once the platform has them."""

from __future__ import annotations

from enum import StrEnum

from cloudstore.connectors.douyin.answers import RoomFigures, room_figures
from cloudstore.connectors.douyin.calls import Calls
from cloudstore.connectors.douyin.parsing import as_list, text


class RoomFamily(StrEnum):
    """The three tables of a room's figures."""

    BASE = "base"
    AUDIENCE = "audience"
    INTERACTIVE = "interactive"


class RoomCalls(Calls):
    def room_ids(self, *, access_token: str, open_id: str, start: int, end: int) -> tuple[str, ...]:
        """Rooms of the account that began between two epoch seconds."""
        answer = self._transport.call(
            "room_ids",
            "GET",
            "/room/data/room_id/get/",
            access_token=access_token,
            query={"open_id": open_id, "start_time": str(start), "end_time": str(end)},
        )
        return tuple(filter(None, (text(value, 128) for value in as_list(answer.get("room_ids")))))

    def room_data(
        self, family: RoomFamily | str, *, access_token: str, open_id: str, room_id: str, live_id: str = ""
    ) -> RoomFigures:
        """One table of a room's figures. Ask again later for names in `not_ready`."""
        table = RoomFamily(family).value
        query = {"open_id": open_id, "room_id": room_id} | ({"live_id": live_id} if live_id else {})
        answer = self._transport.call(
            f"room_{table}", "GET", f"/room/data/{table}/get/", access_token=access_token, query=query
        )
        return room_figures(answer)
