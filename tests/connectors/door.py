"""A door for webhooks: takes every body in, remembers it, and answers as it is told."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cloudstore.connectors.douyin.read import envelope, read
from cloudstore.connectors.douyin.signature import MESSAGE_ID_HEADER, SIGNATURE_HEADER, verify
from cloudstore.connectors.messages import Message


@dataclass(frozen=True)
class Letter:
    path: str
    msg_id: str | None
    signature: str | None
    raw: bytes

    @property
    def event(self) -> str:
        return envelope(self.raw).event

    @property
    def messages(self) -> list[Message]:
        return read(self.raw)

    @property
    def content(self) -> object:
        return json.loads(self.raw).get("content")

    def signed_with(self, secret: str) -> bool:
        return verify(self.raw, self.signature, [secret])


class Door(ThreadingHTTPServer):
    """Listens on a free port. `answers` are statuses given in turn, the last one for ever; `rest` delays them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Knock)
        self.letters: list[Letter] = []
        self.reset()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def reset(self) -> None:
        self.letters.clear()
        self.answers = [200]
        self.rest = 0.0

    def heard(self, event: str) -> list[Letter]:
        return [letter for letter in self.letters if letter.event == event]

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Knock(BaseHTTPRequestHandler):
    server: Door

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        letter = Letter(self.path, self.headers[MESSAGE_ID_HEADER], self.headers[SIGNATURE_HEADER], raw)
        self.server.letters.append(letter)
        time.sleep(self.server.rest)
        status = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        challenge = envelope(raw).challenge
        answer = json.dumps({"challenge": challenge} if challenge is not None else {}).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
        except OSError:
            pass  # the platform had no patience

    def log_message(self, *_: object) -> None:
        pass
