"""Which events the platform sends us. Long silence can cancel one, so the list is worth a look every day."""

from __future__ import annotations

from collections.abc import Mapping

from cloudstore.connectors.douyin.answers import flag, rows
from cloudstore.connectors.douyin.calls import Calls
from cloudstore.connectors.douyin.parsing import text


class SubscriptionCalls(Calls):
    def event_status_list(self, *, client_token: str) -> dict[str, bool]:
        """Every event the app may hear, and whether it is switched on."""
        answer = self._transport.call("event_status_list", "GET", "/event/status/list/", access_token=client_token)
        return {text(row.get("event"), 64): flag(row.get("status")) for row in rows(answer, "list")}

    def event_status_update(self, wanted: Mapping[str, bool], *, client_token: str) -> None:
        """Switch events on or off."""
        listed = [{"event": event, "status": 1 if on else 0} for event, on in wanted.items()]
        self._transport.call(
            "event_status_update", "POST", "/event/status/update/", access_token=client_token, json={"list": listed}
        )
