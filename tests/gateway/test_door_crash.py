"""Nothing that was accepted is lost and nothing is kept twice: the web process killed in a storm, and a disk that is full."""

import http.client
import resource
import threading
import time
from dataclasses import dataclass, field

import pytest
from django.db import connection

from cloudstore.gateway.models import InboundEvent
from cloudstore.gateway.switchboard import body_aad
from cloudstore.kit.crypto import unseal_bytes
from tests.gateway.knocking import CLIENT_KEY, PATH, headers_for, lead_card

pytestmark = pytest.mark.journey

SENDERS, KILLS = 12, 4


@dataclass
class Storm:
    """Senders that repeat each event until it is accepted, as a platform does, and every tenth once more after that."""

    port: int
    accepted: dict[str, bytes] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    broken: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def blow(self, seconds: float, meanwhile) -> None:
        """Send for so long while `meanwhile` happens."""
        senders = [threading.Thread(target=self._send, args=(number,)) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        until = time.monotonic() + seconds
        meanwhile()
        time.sleep(max(0.0, until - time.monotonic()))
        self.over.set()
        for sender in senders:
            sender.join(30)
            assert not sender.is_alive()

    def _send(self, number: int) -> None:
        turn, line = 0, None
        while not self.over.is_set():
            turn += 1
            name = f"s{number}-{turn}"
            body = lead_card(phone=f"139{number:02}{turn:06}")
            for _ in range(2 if turn % 10 == 0 else 1):
                line = self._until_accepted(line, name, body)

    def _until_accepted(self, line, name: str, body: bytes):
        headers = {key.decode(): value.decode() for key, value in headers_for(body, msg_id=name)}
        while not self.over.is_set():
            try:
                line = line or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                line.request("POST", PATH, body, headers)
                answer = line.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                self.broken += 1
                line = None
                time.sleep(0.05)
                continue
            self.answers.append(answer.status)
            if answer.status == 200:
                self.accepted[name] = body
                return line
            time.sleep(0.05)
        return line


def kept() -> dict[str, bytes]:
    """Every event that is in the table, opened; more rows than names would mean one was kept twice."""
    rows = InboundEvent.objects.values_list("dedupe_key", "body")
    found = {key: unseal_bytes(bytes(body), body_aad("douyin", CLIENT_KEY, key)) for key, body in rows}
    assert len(found) == len(rows)
    return found


def test_a_web_process_killed_in_a_storm_loses_nothing_it_accepted(web):
    storm = Storm(web.port)

    def killing():
        for _ in range(KILLS):
            heard = len(storm.accepted)
            while len(storm.accepted) < heard + 300:
                time.sleep(0.01)
            web.kill()
            web.start()

    storm.blow(0.5, killing)
    assert storm.broken >= KILLS, "the kills must have hit requests on their way"
    assert set(storm.answers) <= {200, 503}
    there = kept()
    lost = {name for name, body in storm.accepted.items() if there.get(name) != body}
    assert len(storm.accepted) > KILLS * 300 and lost == set()


@pytest.mark.skipif(connection.vendor == "postgresql", reason="the disk of a database server is not ours to fill")
def test_a_full_disk_is_said_so_and_recovers_without_hands(web, settings):
    """The process may write no file further than now; then it may again."""
    storm = Storm(web.port)
    pid = web.pid

    def filling():
        while len(storm.accepted) < 100:
            time.sleep(0.01)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        while 503 not in storm.answers:
            time.sleep(0.01)
        time.sleep(0.3)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        heard = len(storm.accepted)
        until = time.monotonic() + 10
        while len(storm.accepted) < heard + 100:
            assert time.monotonic() < until, "the door did not recover"
            time.sleep(0.01)

    storm.blow(0.5, filling)
    assert set(storm.answers) == {200, 503}
    there = kept()
    assert {name for name, body in storm.accepted.items() if there.get(name) != body} == set()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        assert cursor.fetchone() == ("ok",)
