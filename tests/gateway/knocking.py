"""Knocking at the door: signed webhooks as the platform sends them, and as others do."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from cloudstore.connectors.douyin.signature import sign
from cloudstore.gateway.door import Door

CLIENT_KEY, SECRET = "ck_test", "dy_secret_test"
PATH = f"/hooks/douyin/{CLIENT_KEY}/"


def word(event: str = "dial_phone", content: Any = None, **more: Any) -> bytes:
    """A webhook body; by default somebody pressed the phone button of a homepage."""
    values = {
        "event": event,
        "client_key": CLIENT_KEY,
        "from_user_id": "ou_1",
        "to_user_id": "od-xinghe",
        "content": {} if content is None else content,
        "log_id": "L1",
    }
    return json.dumps(values | more, ensure_ascii=False).encode()


def lead_card(phone: str = "13800138000", city: str = "苏州", name: str = "王女士") -> bytes:
    """A filled lead card as text inside the body, as the platform likes to send it."""
    answers = [{"label": "姓名", "value": name}, {"label": "手机号", "value": phone}, {"label": "城市", "value": city}]
    content = {
        "conversation_short_id": "@c7",
        "server_message_id": f"@m{phone}",
        "conversation_type": 1,
        "create_time": 1772340000123,
        "message_type": "retain_consult_card",
        "card_id": "k55",
        "card_status": 2,
        "card_data": answers,
        "user_infos": [{"open_id": f"ou_{phone}", "nick_name": "w", "avatar": ""}],
    }
    return word("im_receive_msg", json.dumps(content, ensure_ascii=False), from_user_id=f"ou_{phone}")


def headers_for(body: bytes, *, secret: str = SECRET, msg_id: str | bytes = "") -> list[tuple[bytes, bytes]]:
    """What the platform sends beside the body."""
    name = msg_id if isinstance(msg_id, bytes) else msg_id.encode()
    found = [(b"content-type", b"application/json"), (b"x-douyin-signature", sign(secret, body).encode())]
    return [*found, (b"msg-id", name)] if name else found


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body) if self.body else None


class Knocker:
    """Calls the door as a server would, without the wire."""

    def __init__(self, door: Door) -> None:
        self.door = door

    def __enter__(self) -> "Knocker":
        return self

    def __exit__(self, *_: object) -> None:
        self.door.writer.close()

    def send(self, body: bytes, *, secret: str = SECRET, msg_id: str | bytes = "", path: str = PATH) -> Answer:
        """One signed request."""
        return self.all_at_once([(path, headers_for(body, secret=secret, msg_id=msg_id), [body])])[0]

    def request(
        self, headers: list[tuple[bytes, bytes]], *parts: bytes, path: str = PATH, method: str = "POST"
    ) -> Answer:
        """One request just as given."""
        return asyncio.run(self._settled(self.knock(path, headers, list(parts), method)))

    def all_at_once(self, requests: list[tuple[str, list[tuple[bytes, bytes]], list[bytes]]]) -> list[Answer]:
        """Many requests side by side; returns when the counts are written too."""

        async def together() -> list[Answer]:
            return await asyncio.gather(*(self.knock(*request) for request in requests))

        return asyncio.run(self._settled(together()))

    async def _settled(self, work: Any) -> Any:
        found = await work
        await self.door.writer.settle()
        return found

    async def knock(
        self, path: str, headers: list[tuple[bytes, bytes]], parts: list[bytes], method: str = "POST"
    ) -> Answer:
        """One request inside a running loop."""
        waiting = [
            {"type": "http.request", "body": part, "more_body": number < len(parts) - 1}
            for number, part in enumerate(parts or [b""])
        ]
        waiting.reverse()
        sent: list[Any] = []

        async def receive() -> Any:
            await asyncio.sleep(0)
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.door({"type": "http", "method": method, "path": path, "headers": headers}, receive, send)
        if not sent:
            return Answer(0, {}, b"")
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], found, sent[1]["body"])
