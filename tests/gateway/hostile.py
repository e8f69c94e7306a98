"""Bodies and headers that no honest platform sends, made from a seed so that a failure can be made again."""

import json
import random
from typing import Any

from tests.gateway.knocking import lead_card, word

_NASTY: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**400,
    -(10**400),
    1e308,
    2**63,
    "",
    "\x00",
    "a\x00b",
    "\ud800",
    "\U0001f697" * 50,
    "９" * 40,
    "<script>alert(1)</script>",
    "'; DROP TABLE gateway_inboundevent; --",
    "=cmd|'/c calc'!A1",
    "\u202e\u2066",
    "x" * 5000,
    "{",
    '{"a":' * 200,
    [],
    [[]],
    {},
    {"": ""},
    {"a": {"b": {"c": [None] * 50}}},
)
_KEYS = [
    "event",
    "client_key",
    "from_user_id",
    "to_user_id",
    "content",
    "log_id",
    "create_time",
    "card_data",
    "message_type",
    "card_status",
    "user_infos",
    "conversation_type",
    "server_message_id",
    "scene_type",
    "ad_info",
    "challenge",
    "scopes",
]
_RAW: tuple[bytes, ...] = (
    b"",
    b"\x00",
    b"\xff\xfe\x00{",
    b"\xef\xbb\xbf{}",
    b"null",
    b"[]",
    b"123",
    b'"text"',
    b"NaN",
    b"-Infinity",
    b"{}",
    b"{{}}",
    b'{"event":"dial_phone"}x',
    b'{"event":' + b"9" * 400 + b"}",
    b'{"event":"dial_phone","content":{"create_time":' + b"1" * 400 + b"}}",
    b'{"a":1,"a":2}',
    b"[" * 5000,
    b'{"a":' * 3000,
    b'{"event":"\\ud83d"}',
    b'{"event":"\xed\xa0\x80"}',
    b"\x1f\x8b\x08\x00gzip",
    b"event=dial_phone&content=1",
    b"<xml/>",
    b" " * 60000,
)
_SIGNATURES: tuple[bytes, ...] = (b"", b"0", b"\xff" * 40, b"g" * 40, b" " * 100, b"A" * 10000, b"'", b"\xe4\xbd\xa0")
_IDS: tuple[bytes, ...] = (
    b"",
    b" ",
    b"m-1",
    b"m" * 128,
    b"m" * 129,
    b"m" * 8000,
    b"\x00",
    b"a\x00b",
    b"\xff\xfe",
    b"\r\nX: y",
    b"\t",
    "消息".encode(),
    b"../../etc/passwd",
    b"%s%n",
)


class Hostile:
    """An endless supply."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def body(self) -> bytes:
        """One body: known nasty bytes, a real word with a wound, or a word with nasty values."""
        way = self.chance.randrange(5)
        if way == 0:
            return self.chance.choice(_RAW)
        if way == 1:
            return self._wounded(lead_card(phone=str(self.chance.randrange(10**11))))
        if way == 2:
            return self.chance.randbytes(self.chance.randrange(300))
        return self._nasty_values()

    def signature(self) -> bytes:
        """A signature header of somebody without the secret."""
        return self.chance.choice(_SIGNATURES)

    def message_id(self) -> bytes:
        """A message id as only an attacker writes it; sometimes the same again."""
        return self.chance.choice(_IDS) if self.chance.random() < 0.5 else b"m%d" % self.chance.randrange(1000)

    def pieces(self, body: bytes) -> list[bytes]:
        """The body in one to five pieces, some of them empty."""
        cuts = sorted(self.chance.randrange(len(body) + 1) for _ in range(self.chance.randrange(5)))
        return [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]

    def _wounded(self, body: bytes) -> bytes:
        at = self.chance.randrange(len(body))
        way = self.chance.randrange(4)
        if way == 0:
            return body[:at]
        if way == 1:
            return body[:at] + self.chance.randbytes(3) + body[at:]
        if way == 2:
            return body[:at] + bytes([body[at] ^ 1 << self.chance.randrange(8)]) + body[at + 1 :]
        return body + body[:at]

    def _nasty_values(self) -> bytes:
        values = json.loads(word())
        content: dict[str, Any] = {}
        for _ in range(self.chance.randrange(1, 5)):
            self.chance.choice((values, content))[self.chance.choice(_KEYS)] = self.chance.choice(_NASTY)
        event = self.chance.choice(("im_receive_msg", "create_video", "authorize", "no_such_event", None, 7))
        values = {"event": event, "content": content} | values
        if self.chance.random() < 0.5:
            values["content"] = json.dumps(values.get("content"))
        return json.dumps(values, ensure_ascii=self.chance.random() < 0.5).encode("utf-8", "surrogatepass")
