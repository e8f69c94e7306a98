"""Speaking to the platform: one class, one method per documented call.

    with DouyinClient("https://open.douyin.com", client_key, client_secret) as douyin:
        token = douyin.client_token()

Only the base URL and the keys differ between the platform, its sandbox and our simulator. Tokens are given to every
call by whoever keeps them; the client stores none. All calls raise ConnectorError and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx

from cloudstore.connectors.douyin.calls_comments import CommentCalls
from cloudstore.connectors.douyin.calls_conversations import ConversationCalls
from cloudstore.connectors.douyin.calls_rooms import RoomCalls
from cloudstore.connectors.douyin.calls_subscriptions import SubscriptionCalls
from cloudstore.connectors.douyin.calls_tokens import TokenCalls
from cloudstore.connectors.douyin.calls_videos import VideoCalls
from cloudstore.connectors.douyin.transport import BODY_DEADLINE, TIMEOUT, Transport


class DouyinClient(TokenCalls, VideoCalls, ConversationCalls, CommentCalls, RoomCalls, SubscriptionCalls):
    """One app at one host, with reused connections. Safe to use from several threads."""

    def __init__(
        self,
        base_url: str,
        client_key: str,
        client_secret: str,
        *,
        timeout: httpx.Timeout = TIMEOUT,
        body_deadline: float = BODY_DEADLINE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.client_key = client_key
        self._client_secret = client_secret
        self._transport = Transport(base_url, timeout=timeout, body_deadline=body_deadline, clock=clock)

    def __repr__(self) -> str:
        return f"DouyinClient({self.client_key!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()
