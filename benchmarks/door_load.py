"""Senders for the door: keep-alive connections in a closed loop, each sending its next request when the last is answered.

Run as `python -m benchmarks.door_load PORT CONNECTIONS SECONDS WARM_UP CLIENT_KEY SECRET`; prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid

import uvloop

from cloudstore.connectors.douyin.signature import sign


def request(port: int, client_key: str, secret: str, number: int, run: str) -> bytes:
    """One signed webhook as the bytes on the wire: a direct message of about 400 bytes."""
    content = {
        "conversation_short_id": f"@c{number}",
        "server_message_id": f"@m{run}{number}",
        "conversation_type": 1,
        "create_time": 1772340000123,
        "message_type": "text",
        "text": "试驾多少钱，周末可以到店看车吗？",
        "user_infos": [{"open_id": f"ou_{number}", "nick_name": "w", "avatar": ""}],
    }
    body = json.dumps(
        {
            "event": "im_receive_msg",
            "client_key": client_key,
            "from_user_id": f"ou_{number}",
            "to_user_id": "od_17",
            "log_id": f"L{number}",
            "content": json.dumps(content, ensure_ascii=False),
        },
        ensure_ascii=False,
    ).encode()
    head = (
        f"POST /hooks/douyin/{client_key}/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nMsg-Id: {run}{number}\r\nX-Douyin-Signature: {sign(secret, body)}\r\n\r\n"
    )
    return head.encode() + body


def length_of(head: bytes) -> int:
    """The announced length of an answer's body."""
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


class Sender(asyncio.Protocol):
    """One connection. The answer's head and body may arrive apart."""

    def __init__(self, load: Load) -> None:
        self.load = load

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.next()

    def next(self) -> None:
        """Send one more, unless time is up."""
        if time.perf_counter() >= self.load.until:
            self.transport.close()
            return
        self.heard, self.sent = b"", time.perf_counter()
        self.transport.write(self.load.take())

    def data_received(self, data: bytes) -> None:
        self.heard += data
        head, found, body = self.heard.partition(b"\r\n\r\n")
        if found and len(body) >= length_of(head):
            self.load.answered(head, self.sent)
            self.next()

    def connection_lost(self, exc: Exception | None) -> None:
        self.load.left()


class Load:
    """What all connections share."""

    def __init__(
        self, port: int, connections: int, seconds: float, warm_up: float, client_key: str, secret: str
    ) -> None:
        self.port, self.connections = port, connections
        run = uuid.uuid4().hex[:8]
        # Made beforehand, so that making them is not measured.
        self.stock = [
            request(port, client_key, secret, number, run) for number in range(int(25_000 * (seconds + warm_up)))
        ]
        self.stock.reverse()
        self.seconds, self.warm_up = seconds, warm_up
        self.times: list[float] = []
        self.refused = 0

    def take(self) -> bytes:
        """The next request; the stock is made to outlast the fastest server."""
        return self.stock.pop()

    def answered(self, data: bytes, sent: float) -> None:
        """Book one answer."""
        at = time.perf_counter()
        if not data.startswith(b"HTTP/1.1 200"):
            self.refused += 1
        elif self.since <= at < self.until:
            self.times.append(at - sent)

    def left(self) -> None:
        """One connection ended."""
        self.open -= 1
        if not self.open:
            self.over.set()

    async def run(self) -> dict[str, float]:
        """Send for the given time; answers per second and times in milliseconds."""
        loop = asyncio.get_running_loop()
        self.over, self.open = asyncio.Event(), self.connections
        self.since = time.perf_counter() + self.warm_up
        self.until = self.since + self.seconds
        for _ in range(self.connections):
            await loop.create_connection(lambda: Sender(self), "127.0.0.1", self.port)
        await self.over.wait()
        times = sorted(self.times)
        return {
            "rate": len(times) / self.seconds,
            "p50": times[len(times) // 2] * 1000,
            "p99": times[int(len(times) * 0.99)] * 1000,
            "refused": self.refused,
        }


if __name__ == "__main__":
    port, connections, seconds, warm_up, client_key, secret = sys.argv[1:]
    load = Load(int(port), int(connections), float(seconds), float(warm_up), client_key, secret)
    print(json.dumps(uvloop.run(load.run())))
