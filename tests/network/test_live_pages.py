"""An open page hears that something changed, within a second, and only about what its person may see."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.db import close_old_connections
from django.test import Client

from cloudstore.asgi import application
from cloudstore.kit.clock import now
from cloudstore.network.services import appoint, dismiss
from cloudstore.network.sockets import FOREIGN_PAGE, SIGNED_OUT
from cloudstore.queue.hub import Hub, Listener, hub
from cloudstore.queue.services import pulse
from cloudstore.users.rules import Role
from tests.people import small_brand

pytestmark = pytest.mark.django_db(transaction=True)
# Long enough for a machine that is busy with other things; every wait ends as soon as its word arrives.
PATIENCE = 20


def in_thread(function, *args, **kwargs):
    """Database work beside the event loop, on a connection that is given back."""

    def work():
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return sync_to_async(work, thread_sensitive=True)()


def session_of(user) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


class Socket(ApplicationCommunicator):
    """A browser's end of the socket."""

    def __init__(self, address, *, session="", origin="http://cloud.example"):
        path, _, query = address.partition("?")
        headers = [
            (b"host", b"cloud.example"),
            (b"origin", origin.encode()),
            (b"cookie", f"theme=dark; sessionid={session}".encode()),
        ]
        super().__init__(
            application, {"type": "websocket", "path": path, "query_string": query.encode(), "headers": headers}
        )

    async def connect(self):
        """What the server answers: accept, or a close with its code."""
        await self.send_input({"type": "websocket.connect"})
        return await self.receive_output(timeout=PATIENCE)

    async def word(self):
        message = await self.receive_output(timeout=PATIENCE)
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def closing_code(self):
        message = await self.receive_output(timeout=PATIENCE)
        assert message["type"] == "websocket.close", message
        return message["code"]

    async def say(self, text):
        await self.send_input({"type": "websocket.receive", "text": text})

    async def leave(self):
        await self.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.wait(timeout=PATIENCE)


@asynccontextmanager
async def page(user, *topics, age=0):
    """A signed-in person's page with an open socket."""
    address = f"/live/?topics={','.join(topics)}&age={age}"
    socket = Socket(address, session=await in_thread(session_of, user))
    assert await socket.connect() == {"type": "websocket.accept"}
    yield socket
    await socket.leave()


@pytest.fixture
def brands(transactional_db):
    return small_brand("north"), small_brand("south", "北辰汽车")


def run(story):
    """Each story has an event loop of its own, as each process has."""
    asyncio.run(story)


def test_an_operator_hears_that_her_dealer_changed(brands):
    north, _ = brands

    async def story():
        topic = f"dealer:{north.near.pk}"
        async with page(north.who(Role.ACCOUNT_OPERATOR), topic) as socket:
            await in_thread(pulse, topic)
            first = await socket.word()
            await in_thread(pulse, topic)
            second = await socket.word()
            assert first["topic"] == second["topic"] == topic
            assert second["n"] > first["n"]

    run(story())


def test_nobody_hears_other_dealers_other_brands_or_nonsense(brands):
    north, south = brands
    mine = f"dealer:{north.near.pk}"
    foreign = [
        f"dealer:{north.far.pk}",
        f"dealer:{south.near.pk}",
        f"brand:{north.brand.pk}",
        f"brand:{south.brand.pk}",
        f"desk:{north.brand.pk}",
        "lead:0190c1a0-0000-7000-8000-000000000000",
        "lead:none",
        "dealer:9999999999999999999999",
        "weather:1",
        f"person:{south.who(Role.CONSULTANT).pk}",
    ]

    async def story():
        async with page(north.who(Role.ACCOUNT_OPERATOR), *foreign, mine) as socket:
            await in_thread(pulse, *foreign, mine)
            # Topics of one reading arrive in order of their names, so anything foreign would stand before or beside this.
            assert (await socket.word())["topic"] == mine
            await in_thread(pulse, mine)
            assert (await socket.word())["topic"] == mine

    run(story())


def test_brand_people_hear_their_brand_and_the_desk(brands):
    north, south = brands
    wanted = [f"brand:{north.brand.pk}", f"desk:{north.brand.pk}", f"dealer:{north.far.pk}"]

    async def story():
        async with page(north.who(Role.OEM_DESK), *wanted, f"brand:{south.brand.pk}") as socket:
            await in_thread(pulse, *wanted, f"brand:{south.brand.pk}")
            heard = {(await socket.word())["topic"] for _ in wanted}
            assert heard == set(wanted)

    run(story())


def test_a_change_between_loading_the_page_and_connecting_is_told(brands):
    north, _ = brands
    topic = f"dealer:{north.near.pk}"

    async def story():
        await in_thread(pulse, topic)
        async with page(north.who(Role.ACCOUNT_OPERATOR), topic, age=30_000) as socket:
            assert (await socket.word())["topic"] == topic

    run(story())


def test_an_older_change_is_not_told_again(brands):
    north, _ = brands
    old, fresh = f"dealer:{north.near.pk}", f"dealer:{north.far.pk}"

    async def story():
        await in_thread(pulse, old)
        async with page(north.who(Role.BRAND_MANAGER), old, fresh, age=0) as socket:
            await in_thread(pulse, fresh)
            assert (await socket.word())["topic"] == fresh

    run(story())


def test_a_visitor_is_told_not_to_ask_again(brands):
    async def story():
        for session in ("", "nonsense"):
            socket = Socket("/live/?topics=brand:1", session=session)
            # Accepted first: a browser shows its script the code of an open socket only.
            assert (await socket.connect())["type"] == "websocket.accept"
            assert await socket.closing_code() == SIGNED_OUT

    run(story())


def test_a_page_of_another_site_is_refused(brands):
    north, _ = brands

    async def story():
        session = await in_thread(session_of, north.who(Role.ADMINISTRATOR))
        for origin in ("http://evil.example", "http://cloud.example.evil.example", "null", ""):
            socket = Socket(f"/live/?topics=brand:{north.brand.pk}", session=session, origin=origin)
            assert await socket.connect() == {"type": "websocket.close", "code": FOREIGN_PAGE}

    run(story())


def test_an_address_without_a_socket_is_refused():
    async def story():
        assert (await Socket("/elsewhere/").connect())["type"] == "websocket.close"

    run(story())


def test_who_signs_out_hears_no_more(brands):
    north, _ = brands
    user = north.who(Role.ACCOUNT_OPERATOR)

    async def story():
        client = Client()
        await in_thread(client.force_login, user)
        address = f"/live/?topics=dealer:{north.near.pk}"
        socket = Socket(address, session=client.cookies["sessionid"].value)
        await socket.connect()
        await in_thread(client.post, "/sign-out/")
        assert await socket.closing_code() == SIGNED_OUT

    run(story())


def test_who_loses_the_role_is_cut_off_at_once(brands):
    north, _ = brands
    user = north.who(Role.REGION_MANAGER)
    entry = user.posts.get()

    async def story():
        async with page(user, f"dealer:{north.near.pk}") as socket:
            await in_thread(dismiss, entry=entry, now=now())
            assert await socket.closing_code() == SIGNED_OUT

    run(story())


def test_who_changes_place_hears_the_new_one_and_not_the_old(brands):
    north, _ = brands
    user = north.who(Role.REGION_MANAGER)
    entry = user.posts.get()
    old, new = f"dealer:{north.near.pk}", f"dealer:{north.far.pk}"

    def move():
        moment = now()
        appoint(user=user, brand=north.brand, role=Role.REGION_MANAGER, place=north.west, now=moment)
        dismiss(entry=entry, now=moment)

    async def story():
        async with page(user, old, new) as socket:
            await in_thread(move)
            # The own topic is heard first, in the same reading or an earlier one than what comes now.
            await in_thread(pulse, old, new)
            assert (await socket.word())["topic"] == new

    run(story())


def test_a_page_that_changed_itself_asks_for_other_topics(brands):
    north, _ = brands
    first, second = f"dealer:{north.near.pk}", f"dealer:{north.far.pk}"

    async def story():
        async with page(north.who(Role.BRAND_MANAGER), first) as socket:
            await in_thread(pulse, first)
            assert (await socket.word())["topic"] == first
            for rubbish in ("", "nonsense", "[]", '{"topics": 7}', '{"topics": [1, null]}'):
                await socket.say(rubbish)
            await socket.say(json.dumps({"topics": [second]}))
            # The wish is answered by listening; a change that comes first is told as one that came before.
            await in_thread(pulse, second)
            assert (await socket.word())["topic"] == second

    run(story())


def test_many_changes_of_one_topic_are_one_word(transactional_db):
    async def story():
        quick = Hub(poll_seconds=0.01)
        listener = Listener(["dealer:1"])
        quick.join(listener)
        await in_thread(pulse, *["dealer:1"] * 500, "dealer:2")
        changes = await asyncio.wait_for(listener.changes(), PATIENCE)
        assert list(changes) == ["dealer:1"]
        quick.leave(listener)

    run(story())


def test_more_changes_than_one_reading_holds_are_all_told(transactional_db, monkeypatch):
    monkeypatch.setattr("cloudstore.queue.queries.PULSES_AT_ONCE", 10)

    async def story():
        quick = Hub(poll_seconds=0.01)
        listener = Listener([f"dealer:{number}" for number in range(45)])
        quick.join(listener)
        await in_thread(pulse, *[f"dealer:{number}" for number in range(45)])
        heard = set()
        while len(heard) < 45:
            heard |= set(await asyncio.wait_for(listener.changes(), PATIENCE))
        quick.leave(listener)

    run(story())


def test_the_hub_reads_only_while_somebody_listens(brands):
    north, _ = brands

    async def story():
        async with page(north.who(Role.BRAND_MANAGER), f"brand:{north.brand.pk}"):
            assert len(hub()) == 1
        assert len(hub()) == 0

    run(story())


def test_a_thousand_listeners_all_hear_and_none_twice(transactional_db):
    async def story():
        quick = Hub(poll_seconds=0.01)
        listeners = [Listener(["brand:7", f"dealer:{number}"]) for number in range(1000)]
        for listener in listeners:
            quick.join(listener)
        await in_thread(pulse, "brand:7")
        heard = await asyncio.wait_for(asyncio.gather(*(listener.changes() for listener in listeners)), PATIENCE)
        assert all(list(one) == ["brand:7"] for one in heard)
        again = [asyncio.create_task(listener.changes()) for listener in listeners]
        await in_thread(pulse, "dealer:500")
        await asyncio.wait(again, return_when=asyncio.FIRST_COMPLETED)
        assert [number for number, task in enumerate(again) if task.done()] == [500]
        for listener, task in zip(listeners, again, strict=True):
            task.cancel()
            quick.leave(listener)

    run(story())
