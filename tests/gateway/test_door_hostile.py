"""Whatever reaches the door, it answers with a word to the sender and never with a fault of its own."""

import gc
import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudstore.gateway.models import DoorCount, InboundEvent
from cloudstore.gateway.services import handle_batch
from cloudstore.gateway.services.receive import fitting_key
from cloudstore.gateway.switchboard import body_of
from cloudstore.kit.clock import now
from tests.gateway.hostile import Hostile
from tests.gateway.knocking import PATH, headers_for, word

KNOWN = {200, 400, 401, 404, 413}
TOTAL, AT_ONCE = 10_000, 250


def memory() -> int:
    """Resident memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def batch_of(hostile: Hostile):
    """Requests half of which are signed, and the keys under which the signed ones must be found."""
    requests, keys = [], set()
    for number in range(AT_ONCE):
        body, name = hostile.body(), hostile.message_id()
        headers = headers_for(body, msg_id=name)
        if number % 2:
            headers = [(b"x-douyin-signature", hostile.signature()), (b"msg-id", name)]
        else:
            keys.add(fitting_key(name.decode("latin-1"), body))
        requests.append((PATH, headers, hostile.pieces(body)))
    return requests, keys


def test_ten_thousand_hostile_bodies_meet_no_fault_and_fill_no_memory(knocker):
    hostile, keys, statuses = Hostile(seed=20260302), set(), []
    for turn in range(TOTAL // AT_ONCE):
        requests, expected = batch_of(hostile)
        statuses += [answer.status for answer in knocker.all_at_once(requests)]
        keys |= expected
        if turn == 7:
            gc.collect()
            warm = memory()
    gc.collect()
    assert len(statuses) == TOTAL
    assert set(statuses) == {200, 400, 401}
    assert memory() - warm < 30 * 1024**2
    assert set(InboundEvent.objects.values_list("dedupe_key", flat=True)) == keys
    assert DoorCount.objects.get().number == TOTAL // 2


def test_what_the_hostile_sent_is_handled_to_the_end(knocker):
    """Nothing of it is lost on the way, nothing is tried for ever, and no hearer is upset by it."""
    hostile = Hostile(seed=7)
    for _ in range(2):
        knocker.all_at_once(batch_of(hostile)[0])
    waiting = InboundEvent.objects.filter(state="new").count()
    assert handle_batch(now=now(), limit=1000) == waiting > 0
    left = InboundEvent.objects.filter(state="new")
    assert not left.exists(), f"failed: {set(left.values_list('reason', flat=True))}"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=400), name=st.binary(max_size=200), parts=st.integers(1, 4))
def test_any_signed_bytes_are_kept_as_they_are(knocker, body, name, parts):
    step = max(1, -(-len(body) // parts))
    pieces = [body[at : at + step] for at in range(0, len(body), step)]
    answer = knocker.request(headers_for(body, msg_id=name), *pieces)
    assert answer.status in {200, 400}
    event = InboundEvent.objects.get(dedupe_key=fitting_key(name.decode("latin-1"), body))
    # A message id that came before with another body keeps the first: one id, one event.
    assert event.state == ("new" if answer.status == 200 else "quarantined") or body_of(event) != body


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.dictionaries(st.sampled_from(list(json.loads(word()))) | st.text(max_size=8), _json, max_size=6))
def test_any_signed_object_is_answered_and_digested(knocker, values):
    body = json.dumps(values).encode()
    answer = knocker.send(body)
    assert answer.status in {200, 400}
    handle_batch(now=now())
    event = InboundEvent.objects.get(dedupe_key=fitting_key("", body))
    assert event.state in {"done", "quarantined"}


WIRES = [
    b"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{}",
    b"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}",
    b"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
    b"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n{}",
    b"POST {path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    b"POST {path} HTTP/1.1\r\nHost: x\r\nX-Douyin-Signature: \xff\xfe\r\nContent-Length: 2\r\n\r\n{}",
    b"POST {path} HTTP/1.1\r\nHost: x\r\nX-Douyin-Signature: a\x00b\r\nContent-Length: 2\r\n\r\n{}",
    b"POST {path} HTTP/1.1\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\n",
    b"POST {path}%00%ff/../../x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    b"POST /hooks/\xff\xfe/ HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    b"POST {path}?a=%00 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    b"POST {path} HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}",
    b"POST {path} HTTP/9.9\r\nHost: x\r\n\r\n",
    b"BREW {path} HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"\x00" * 100,
    b"\r\n" * 50,
    b"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\n{}",
]


def over_the_wire(web, sent: bytes, seconds: float = 10.0) -> bytes:
    """Send raw bytes; everything the server answers until it hangs up or is silent for so long."""
    heard = b""
    with web.connect() as line:
        line.settimeout(seconds)
        try:
            line.sendall(sent)
            while part := line.recv(65536):
                heard += part
        except (TimeoutError, ConnectionError):
            pass
    return heard


@pytest.mark.journey
def test_raw_bytes_at_a_real_server_meet_no_fault(web):
    """The server in front answers some of these itself; either way it stays up, quick and honest."""
    hostile, began = Hostile(seed=99), time.monotonic()
    heard = [over_the_wire(web, wire.replace(b"{path}", PATH.encode()), seconds=0.3) for wire in WIRES]
    texts = []
    for number in range(300):
        body = hostile.body()
        head = b"POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" % PATH.encode()
        signed = b"".join(b"%s: %s\r\n" % pair for pair in headers_for(body)) if number % 2 else b""
        texts.append(head + signed + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    answers = [over_the_wire(web, text) for text in texts]
    heard += answers
    faults = [answer[:80] for answer in heard if answer.startswith(b"HTTP/1.1 5")]
    assert faults == []
    assert {answer[9:12] for answer in answers} == {b"200", b"400", b"401"}
    assert time.monotonic() - began < 60
    assert "Traceback" not in web.log


@pytest.mark.journey
def test_slow_senders_do_not_hold_up_the_others(web):
    """A hundred that send a byte and wait; an honest one is answered at once."""
    slow = [web.connect() for _ in range(100)]
    for line in slow:
        line.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{" % PATH.encode())
    body = word()
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" % PATH.encode()
    head += b"".join(b"%s: %s\r\n" % pair for pair in headers_for(body))
    began = time.monotonic()
    answer = over_the_wire(web, head + b"Content-Length: %d\r\n\r\n" % len(body) + body, 10)
    assert answer.startswith(b"HTTP/1.1 200")
    assert time.monotonic() - began < 5
    for line in slow:
        line.settimeout(15)
        assert line.recv(100).startswith(b"HTTP/1.1 408")
        line.close()
