"""What the webhook door says, and what it keeps: everything signed, nothing else but a count."""

import asyncio
import hashlib
from datetime import timedelta

import pytest
from django.db import connection, transaction

from cloudstore.connectors.douyin.signature import sign
from cloudstore.gateway import switchboard
from cloudstore.gateway.door import Door, writer
from cloudstore.gateway.door.stores import open_store
from cloudstore.gateway.models import DoorCount, InboundEvent, PlatformApp
from cloudstore.gateway.registrations import forget_former_secret, rotate_secret
from cloudstore.gateway.services import register_app
from cloudstore.kit.clock import business_day, now
from cloudstore.network.models import Brand
from tests.gateway.knocking import CLIENT_KEY, PATH, SECRET, Knocker, headers_for, lead_card, word


def counts():
    return {(row.source, row.client_key, row.outcome): row.number for row in DoorCount.objects.all()}


def test_a_signed_event_is_kept_whole_before_it_is_accepted(knocker, world):
    body = lead_card()
    answer = knocker.send(body, msg_id="m-1")
    assert (answer.status, answer.body) == (200, b"")
    event = InboundEvent.objects.get()
    assert (event.source, event.client_key, event.dedupe_key) == ("douyin", CLIENT_KEY, "m-1")
    assert (event.brand, event.state, event.outcome, event.event_kind) == (
        world.brand,
        "new",
        "pending",
        "im_receive_msg",
    )
    assert abs(event.received_at - now()) < timedelta(minutes=1)
    assert switchboard.body_of(event) == body


def test_the_phone_number_cannot_be_read_in_the_table(knocker):
    knocker.send(lead_card(phone="13912345678"))
    assert b"13912345678" not in bytes(InboundEvent.objects.get().body)


def test_an_accepted_event_is_on_the_disk_not_only_in_memory(app):
    """The door's own connection waits for the disk at each commit, whatever the server's default is."""
    store = open_store()
    try:
        if connection.vendor == "postgresql":
            assert store._db.execute("SHOW synchronous_commit").fetchone() == ("on",)
        else:
            assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)
            assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    finally:
        store.close()


def test_a_repeat_is_the_same_row_and_a_yes(knocker):
    body = word()
    answers = knocker.all_at_once([(PATH, headers_for(body, msg_id="m-1"), [body])] * 20)
    assert [answer.status for answer in answers] == [200] * 20
    assert knocker.send(body, msg_id="m-1").status == 200
    assert InboundEvent.objects.count() == 1


def test_without_a_message_id_the_content_tells_events_apart(knocker):
    for body in (word(log_id="a"), word(log_id="b"), word(log_id="a")):
        assert knocker.send(body).status == 200
    keys = set(InboundEvent.objects.values_list("dedupe_key", flat=True))
    assert keys == {hashlib.sha256(word(log_id=one)).hexdigest() for one in "ab"}


def test_the_same_message_id_at_another_door_is_another_event(knocker, world):
    register_app(brand_id=world.brand.pk, platform="douyin", client_key="ck_second", secret="other")
    knocker.send(word(), msg_id="m-1")
    knocker.send(word(), msg_id="m-1", secret="other", path="/hooks/douyin/ck_second/")
    assert InboundEvent.objects.count() == 2


def test_a_wrong_signature_leaves_a_count_and_nothing_else(knocker):
    body = lead_card()
    for signature in (b"", b"0" * 40, sign("guess", body).encode(), b"\xff\xfe", sign(SECRET, body + b" ").encode()):
        assert knocker.request([(b"x-douyin-signature", signature)], body).status == 401
    assert not InboundEvent.objects.exists()
    assert counts() == {("douyin", CLIENT_KEY, "wrong_signature"): 5}
    assert DoorCount.objects.get().day == business_day(now())


def test_counts_add_up_over_groups(knocker):
    for _ in range(3):
        knocker.all_at_once([(PATH, [], [word()])] * 7)
    assert counts() == {("douyin", CLIENT_KEY, "wrong_signature"): 21}


@pytest.mark.parametrize(
    "path",
    [
        "/hooks/",
        "/hooks/douyin/",
        "/hooks/douyin/ck_nobody/",
        "/hooks/kuaishou/ck_test/",
        "/hooks/a/b/c/",
        "/hooks//ck_test/",
    ],
)
def test_a_door_that_does_not_exist_is_counted_without_its_name(knocker, path):
    assert knocker.send(word(), path=path).status == 404
    assert counts() == {("", "", "unknown_app"): 1}


def test_an_app_that_was_switched_off_is_unknown(knocker, app):
    assert knocker.send(word(log_id="1")).status == 200
    type(app).objects.update(active=False)
    knocker.door.apps.forget()
    assert knocker.send(word(log_id="2")).status == 404


def test_the_address_works_with_and_without_its_last_slash(knocker):
    assert knocker.send(word(log_id="1"), path=PATH).status == 200
    assert knocker.send(word(log_id="2"), path=PATH.rstrip("/")).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_post_is_heard(knocker, method):
    assert knocker.request([], method=method).status == 405
    assert not InboundEvent.objects.exists()


def test_the_probe_gets_its_number_back(knocker):
    answer = knocker.send(word("verify_webhook", {"challenge": 12345}))
    assert (answer.status, answer.said) == (200, {"challenge": 12345})
    assert answer.headers["content-type"] == "application/json"
    assert InboundEvent.objects.get().event_kind == "verify_webhook"


def test_malformed_json_with_a_good_signature_is_told_where_and_kept(knocker):
    body = b'{"event":"im_receive_msg", "content": }'
    answer = knocker.send(body, msg_id="bad-1")
    assert answer.status == 400
    assert answer.said == {"error": "malformed", "reason": "not_json", "position": 38}
    event = InboundEvent.objects.get()
    assert (event.state, event.outcome, event.reason) == ("quarantined", "rejected", "not_json at 38")
    assert event.handled_at is not None
    assert switchboard.body_of(event) == body
    assert knocker.send(body, msg_id="bad-1").status == 400
    assert InboundEvent.objects.count() == 1


def test_malformed_json_of_a_stranger_is_only_a_wrong_signature(knocker):
    assert knocker.send(b"{", secret="guess").status == 401
    assert not InboundEvent.objects.exists()


def test_a_body_over_the_limit_is_refused_early_or_late(knocker, settings):
    settings.DOOR_BODY_LIMIT = 1000
    big = b" " * 1001
    announced = [*headers_for(big), (b"content-length", b"1001")]
    assert knocker.request(announced, big).status == 413
    assert knocker.request(headers_for(big), big[:600], big[600:]).status == 413
    assert knocker.request([(b"content-length", b"9" * 30)], b"").status == 413
    assert counts() == {("douyin", CLIENT_KEY, "too_large"): 3}
    fits = word().ljust(1000)
    assert knocker.request([*headers_for(fits), (b"content-length", b"1000")], fits).status == 200


def test_a_body_in_pieces_is_one_body(knocker):
    body = lead_card()
    pieces = [body[at : at + 7] for at in range(0, len(body), 7)]
    assert knocker.request(headers_for(body), *pieces).status == 200
    assert switchboard.body_of(InboundEvent.objects.get()) == body


def test_a_sender_that_never_finishes_is_cut_off(app):
    async def story():
        door = Door(None, body_seconds=0.2)
        sent = []

        async def receive():
            await asyncio.sleep(30)

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": PATH, "headers": []}
        await asyncio.wait_for(door(scope, receive, send), 5)
        door.writer.close()
        return sent

    sent = asyncio.run(story())
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert counts() == {("douyin", CLIENT_KEY, "too_slow"): 1}


def test_a_sender_that_leaves_gets_no_answer_and_leaves_nothing(knocker):
    body = word()

    async def story():
        async def receive():
            return {"type": "http.disconnect"}

        async def send(message):
            raise AssertionError("nobody is there")

        await knocker.door(
            {"type": "http", "method": "POST", "path": PATH, "headers": headers_for(body)}, receive, send
        )

    asyncio.run(story())
    assert not InboundEvent.objects.exists()


def test_other_requests_go_on_to_the_pages(app):
    seen = []

    async def behind(scope, receive, send):
        seen.append(scope["path"] if scope["type"] == "http" else scope["type"])

    async def story():
        door = Door(behind)
        for scope in ({"type": "http", "path": "/home/"}, {"type": "websocket", "path": PATH}):
            await door(scope, None, None)

    asyncio.run(story())
    assert seen == ["/home/", "websocket"]


def test_a_clean_stop_writes_what_was_only_counted(app):
    """The server says when the process starts and stops."""
    words = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    heard = []

    async def story():
        door = Door(None)

        async def receive():
            if len(words) == 1:
                door.writer.count(business_day(now()), "douyin", CLIENT_KEY, "wrong_signature")
            return words.pop(0)

        async def send(message):
            heard.append(message["type"])

        await door({"type": "lifespan"}, receive, send)

    asyncio.run(story())
    assert heard == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert counts() == {("douyin", CLIENT_KEY, "wrong_signature"): 1}


def test_both_secrets_open_while_one_follows_the_other(knocker, app, world):
    assert knocker.send(word(log_id="1"), secret=SECRET).status == 200
    rotate_secret(app_id=app.pk, brand_id=world.brand.pk, secret="the-new-one")
    knocker.door.apps.forget()
    assert knocker.send(word(log_id="2"), secret=SECRET).status == 200
    assert knocker.send(word(log_id="3"), secret="the-new-one").status == 200
    assert knocker.send(word(log_id="4"), secret="a-guess").status == 401
    forget_former_secret(app_id=app.pk, brand_id=world.brand.pk)
    knocker.door.apps.forget()
    assert knocker.send(word(log_id="5"), secret=SECRET).status == 401
    assert knocker.send(word(log_id="6"), secret="the-new-one").status == 200
    assert InboundEvent.objects.count() == 4


def test_a_secret_changed_a_moment_ago_is_read_before_saying_no(knocker, app, world):
    assert knocker.send(word(log_id="1")).status == 200
    rotate_secret(app_id=app.pk, brand_id=world.brand.pk, secret="the-new-one")
    knocker.door.apps._read_at -= 2  # two seconds later, well before the copy is old
    assert knocker.send(word(log_id="2"), secret="the-new-one").status == 200


def test_an_app_made_a_moment_ago_is_found(knocker, world):
    assert knocker.send(word(), path="/hooks/douyin/ck_new/", secret="s").status == 404
    register_app(brand_id=world.brand.pk, platform="douyin", client_key="ck_new", secret="s")
    knocker.door.apps._read_at -= 2
    assert knocker.send(word(), path="/hooks/douyin/ck_new/", secret="s").status == 200


def test_strangers_cannot_make_us_read_the_table_again_and_again(knocker, monkeypatch):
    readings = []
    original = knocker.door.writer.registrations

    async def counted():
        readings.append(1)
        return await original()

    knocker.door.writer.registrations = counted
    knocker.all_at_once([(f"/hooks/douyin/ck_{number}/", [], [b"{}"]) for number in range(200)])
    assert len(readings) == 1


def test_a_brand_removed_a_moment_ago_is_unknown_and_harms_nobody_else(knocker, world):
    other = Brand.objects.create(slug="gone", name_zh="去", name_en="Gone")
    register_app(brand_id=other.pk, platform="douyin", client_key="ck_gone", secret="s")
    assert knocker.send(word(log_id="1")).status == 200  # the registrations are read now
    PlatformApp.objects.filter(brand=other).delete()
    Brand.objects.filter(pk=other.pk)._raw_delete("default")
    gone, here = word(log_id="gone"), word(log_id="here")
    requests = [
        ("/hooks/douyin/ck_gone/", headers_for(gone, secret="s"), [gone]),
        (PATH, headers_for(here), [here]),
    ]
    assert [answer.status for answer in knocker.all_at_once(requests)] == [404, 200]
    assert InboundEvent.objects.count() == 2


def held_up():
    """Stop every writer of the events, as a long migration or a copy does."""
    if connection.vendor == "postgresql":
        connection.cursor().execute("LOCK TABLE gateway_inboundevent IN EXCLUSIVE MODE")


def test_while_the_table_is_held_up_senders_are_asked_to_come_again(app):
    body = word()
    with Knocker(Door(None, store_seconds=0.3)) as knocker:
        with transaction.atomic():
            held_up()
            answer = asyncio.run(knocker.knock(PATH, headers_for(body), [body]))
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert knocker.send(body).status == 200
    assert InboundEvent.objects.count() == 1


def test_without_a_database_senders_are_asked_to_come_again(app, settings, monkeypatch, tmp_path):
    """And as soon as it is back, all is well without anybody's hands."""
    door, body = Door(None), word()
    with monkeypatch.context() as away:
        away.setitem(settings.DATABASES["default"], "NAME", str(tmp_path / "nothing"))
        for _ in range(2):
            answer = asyncio.run(Knocker(door).knock(PATH, headers_for(body), [body]))
            assert (answer.status, answer.headers["retry-after"]) == (503, "5")
            door.apps.forget()
    with Knocker(door) as knocker:
        assert knocker.send(body).status == 200


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connection that could be cut")
def test_a_cut_connection_is_made_anew_without_the_sender_noticing(knocker):
    assert knocker.send(word(log_id="1")).status == 200
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'door'"
        )
    assert knocker.send(word(log_id="2")).status == 200


def test_a_flood_beyond_what_can_wait_is_told_to_come_again(knocker, monkeypatch):
    """Memory stays bounded while the database is slow."""
    monkeypatch.setattr(writer, "MOST_WAITING", 50)
    knocker.send(word(log_id="warm"))
    requests = [(PATH, headers_for(body), [body]) for body in (word(log_id=str(number)) for number in range(200))]

    async def flood():
        waiting = [asyncio.ensure_future(knocker.knock(*request)) for request in requests]
        while sum(task.done() for task in waiting) < 100:
            await asyncio.sleep(0.01)
        return waiting, {task.result().status for task in waiting if task.done()}

    async def rest(waiting):
        return [answer.status for answer in await asyncio.gather(*waiting)]

    with asyncio.Runner() as loop:
        with transaction.atomic():
            held_up()
            waiting, early = loop.run(flood())
        answers = loop.run(rest(waiting))
    assert early == {503}
    assert InboundEvent.objects.count() == 1 + answers.count(200) >= 50
