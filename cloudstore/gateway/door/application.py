"""`POST /hooks/<platform>/<client_key>/`: find the source, verify over the raw bytes, append the event, answer.

200 is said after the commit and never before. 400 malformed (kept, with the position), 401 wrong signature, 404 unknown
app, 405 not POST, 408 too slow, 413 too large (these leave only a count), 503 with Retry-After while the database is away.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings

from cloudstore.connectors.douyin import read, signature
from cloudstore.connectors.douyin.parsing import MalformedBody
from cloudstore.gateway.door.apps import App, Apps
from cloudstore.gateway.door.limits import Limits
from cloudstore.gateway.door.stores import Conflict, Row, StoreAway
from cloudstore.gateway.door.writer import Writer
from cloudstore.gateway.rules import EventState, Outcome, Refusal
from cloudstore.gateway.services.receive import fitting_key
from cloudstore.gateway.switchboard import body_aad
from cloudstore.kit.clock import business_day, now
from cloudstore.kit.crypto import seal_bytes

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Answer = tuple[int, dict[str, Any], tuple[tuple[bytes, bytes], ...]]

PATH = "/hooks/"
BODY_SECONDS, STORE_SECONDS = 10.0, 15.0
#: An empty answer is enough for the platform, and one packet instead of two.
ACCEPTED: Answer = (200, {}, ())
CLOSE = ((b"connection", b"close"),)  # what is left of the body is not read
SIGNATURE = signature.SIGNATURE_HEADER.lower().encode()
MESSAGE_ID = signature.MESSAGE_ID_HEADER.lower().encode()


class Refused(Exception):
    """Answered without keeping an event."""

    def __init__(self, status: int, error: str, *, close: bool = False, count: Refusal | None = None) -> None:
        super().__init__(error)
        self.answer: Answer = (status, {"error": error}, CLOSE if close else ())
        self.count = count


class Gone(Exception):
    """The sender left before the request was complete; nobody is there to be answered."""


class Door:
    """Answers for `/hooks/`; every other request goes on to `inner`."""

    def __init__(
        self,
        inner: Callable[..., Awaitable[None]],
        *,
        body_seconds: float = BODY_SECONDS,
        store_seconds: float = STORE_SECONDS,
    ) -> None:
        self.inner = inner
        self.body_limit, self.store_limit = Limits(body_seconds), Limits(store_seconds)
        self.writer = Writer()
        self.apps = Apps(self.writer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http" or not scope["path"].startswith(PATH):
            await self.inner(scope, receive, send)
            return
        platform, client_key = _names(scope["path"])
        app: App | None = None
        try:
            if scope["method"] != "POST":
                raise Refused(405, "use POST")
            app = await self.apps.find(platform, client_key)
            answer = await self._take_in(app, dict(scope["headers"]), receive)
        except Refused as refusal:
            answer = refusal.answer
            if refusal.count:
                # Of a door that does not exist no name is kept: whoever knocks there chooses it freely.
                source, key = (app.platform, app.client_key) if app else ("", "")
                self.writer.count(business_day(now()), source, key, refusal.count)
        except (StoreAway, TimeoutError):
            answer = (503, {"error": "try again"}, ((b"retry-after", b"5"),))
        except Gone:
            return
        await _say(send, *answer)

    async def _live(self, receive: Receive, send: Send) -> None:
        """From start to stop of the process: a clean stop writes what was only counted so far."""
        while True:
            phase = (await receive())["type"]
            if phase == "lifespan.shutdown":
                self.writer.close()
            await send({"type": f"{phase}.complete"})
            if phase == "lifespan.shutdown":
                return

    async def _take_in(self, app: App | None, headers: dict[bytes, bytes], receive: Receive) -> Answer:
        if app is None:
            raise Refused(404, "unknown app", count=Refusal.UNKNOWN_APP)
        raw = await self._body(headers, receive)
        given = headers.get(SIGNATURE, b"").decode("latin-1")
        if not signature.verify(raw, given, app.secrets):
            app = await self.apps.again(app)  # a secret may have been changed a moment ago
            if app is None or not signature.verify(raw, given, app.secrets):
                raise Refused(401, "wrong signature", count=Refusal.WRONG_SIGNATURE)
        fault, event, challenge = None, "", None
        try:
            envelope = read.envelope(raw)
            event, challenge = envelope.event, envelope.challenge
        except MalformedBody as error:
            fault = error
        await self._keep(app, headers.get(MESSAGE_ID, b"").decode("latin-1"), raw, event, fault)
        if fault:
            return 400, {"error": "malformed", "reason": fault.reason, "position": fault.position}, ()
        return (200, {"challenge": challenge}, ()) if challenge is not None else ACCEPTED

    async def _keep(self, app: App, message_id: str, raw: bytes, event: str, fault: MalformedBody | None) -> None:
        key, moment = fitting_key(message_id, raw), now()
        row = Row(
            brand_id=app.brand_id,
            source=app.platform,
            client_key=app.client_key,
            dedupe_key=key,
            body=seal_bytes(raw, body_aad(app.platform, app.client_key, key)),
            received_at=moment,
            state=EventState.QUARANTINED if fault else EventState.NEW,
            outcome=Outcome.REJECTED if fault else Outcome.PENDING,
            reason=f"{fault.reason} at {fault.position}" if fault else "",
            event_kind=event[:40],
            handled_at=moment if fault else None,
        )
        try:
            with self.store_limit:
                await self.writer.append(row)
        except Conflict:  # the brand was removed since the registrations were read
            raise Refused(404, "unknown app", count=Refusal.UNKNOWN_APP) from None

    async def _body(self, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        limit = settings.DOOR_BODY_LIMIT
        announced = headers.get(b"content-length", b"")
        if announced.isdigit() and (len(announced) > 12 or int(announced) > limit):
            raise Refused(413, "too large", close=True, count=Refusal.TOO_LARGE)
        raw = b""
        try:
            with self.body_limit:
                while True:
                    part = await receive()
                    if part["type"] != "http.request":
                        raise Gone
                    raw += part.get("body", b"")
                    if len(raw) > limit:
                        raise Refused(413, "too large", close=True, count=Refusal.TOO_LARGE)
                    if not part.get("more_body"):
                        return raw
        except TimeoutError:
            raise Refused(408, "too slow", close=True, count=Refusal.TOO_SLOW) from None


def _names(path: str) -> tuple[str, str]:
    """Platform and client key of an address below `/hooks/`; empty when it has another shape."""
    parts = path.removeprefix(PATH).removesuffix("/").split("/")
    return (parts[0], parts[1]) if len(parts) == 2 else ("", "")


async def _say(send: Send, status: int, content: dict[str, Any], extra: tuple[tuple[bytes, bytes], ...]) -> None:
    body = json.dumps(content, separators=(",", ":")).encode() if content else b""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
