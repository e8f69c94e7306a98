"""What every family of calls needs: the connection, the app's keys, and ids that must be there."""

from __future__ import annotations

from typing import Any

from cloudstore.connectors.douyin.parsing import text
from cloudstore.connectors.douyin.transport import Transport
from cloudstore.connectors.errors import Action, ConnectorError


class Calls:
    """Base of the call families; `DouyinClient` fills it."""

    client_key: str
    _client_secret: str
    _transport: Transport


def must(answer: dict[str, Any], key: str, call: str, *, changes: bool = False) -> str:
    """A field without which the answer is no answer. After a call that changes something, it may have been done."""
    found = text(answer.get(key), 2_000)
    if not found:
        raise ConnectorError(
            code="unreadable_answer", action=Action.RETRY, call=call, field=key, retry_after=5.0, maybe_done=changes
        )
    return found
