"""What the keepers of a brand's connections see in the console, and what nobody else does."""

import json
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.gateway.models import Delivery, DoorCount, InboundEvent
from cloudstore.gateway.queries import reconcile, total
from cloudstore.gateway.rules import SHOWN_KEYS, without_personal_data
from cloudstore.gateway.services import handle_batch, receive, register_app
from cloudstore.kit.clock import business_day
from cloudstore.kit.clock import now as clock_now
from cloudstore.users.rules import Role
from tests.gateway.cast import MORNING
from tests.gateway.knocking import lead_card, word
from tests.people import small_brand

PAGES = ["", "aside/", "door/", "out/", "reconciliation/"]
KEEPERS = {Role.ADMINISTRATOR, Role.BRAND_MANAGER}


@pytest.fixture
def here(db):
    return small_brand("xinghe")


def as_role(world, role=Role.BRAND_MANAGER):
    client = Client()
    client.force_login(world.who(role))
    return client


@pytest.fixture
def keeper(here):
    return as_role(here)


def arrive(world, body, *, source="douyin", name="", at=MORNING):
    return receive(source=source, client_key="ck", brand_id=world.brand.pk, dedupe_key=name, body=body, now=at)


def shown(client, address=""):
    answer = client.get(f"/admin/messages/{address}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", list(Role))
def test_only_the_keepers_find_anything_there(here, role, page):
    status = as_role(here, role).get(f"/admin/messages/{page}").status_code
    assert (status == 200) == (role in KEEPERS)
    assert status in {200, 302, 404}


def test_another_brand_is_not_there(here, keeper):
    other = small_brand("other", "北辰汽车")
    event = arrive(other, word("no_such_event"), name="secret-message-id")
    handle_batch(now=MORNING)
    Delivery.objects.create(
        brand=other.brand, kind="k", key="secret-key", state="dead", due_at=MORNING, created_at=MORNING
    )
    register_app(brand_id=other.brand.pk, platform="douyin", client_key="ck_secret", secret="s")
    DoorCount.objects.create(
        day=business_day(clock_now()), source="douyin", client_key="ck_secret", outcome="too_large", number=3
    )
    for page in PAGES:
        assert "secret" not in shown(keeper, page)
    assert keeper.get(f"/admin/messages/{event.pk}/").status_code == 404
    keeper.post("/admin/messages/replay/", {"id": [event.pk], "all": "1"})
    keeper.post("/admin/messages/out/resend/", {"id": [Delivery.objects.get().pk]})
    event.refresh_from_db()
    assert (event.state, Delivery.objects.get().state) == ("quarantined", "dead")


def test_the_list_is_filtered_and_searched(here, keeper):
    lead = arrive(here, lead_card(), name="card-1")
    arrive(here, word("no_such_event"), name="odd-1", at=MORNING + timedelta(days=1))
    handle_batch(now=MORNING)
    lead.refresh_from_db()
    assert "card-1" in shown(keeper) and "odd-1" in shown(keeper)
    for query in (
        "outcome=created",
        "state=done",
        "source=douyin&day=2026-03-02",
        "q=card-",
        f"q={lead.pk}",
        f"q={lead.lead_id}",
    ):
        page = shown(keeper, f"?{query}")
        assert "card-1" in page and "odd-1" not in page, query
    assert "card-1" not in shown(keeper, f"?q={uuid4()}")


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "9" * 40,
        "q=%00",
        "q=٣",
        "day=yesterday",
        "day=9999-12-31",
        "day=0001-01-01",
        "first=0001-01-01&last=9999-12-31",
        "source=nowhere",
        "outcome=%27",
        "page=-1",
        "page=x",
        "state=new&state=done",
    ],
)
def test_a_filter_full_of_nonsense_finds_nothing_and_breaks_nothing(here, keeper, query):
    arrive(here, word())
    for page in ("", "out/", "door/", "reconciliation/"):
        assert keeper.get(f"/admin/messages/{page}?{query}").status_code == 200


def test_an_event_is_shown_without_what_belongs_to_a_person(here, keeper):
    event = arrive(here, lead_card(phone="13800138000", name="王女士"))
    page = shown(keeper, f"{event.pk}/")
    assert "im_receive_msg" in page and "手机号" in page and "k55" in page
    for private in ("13800138000", "王女士", "ou_13800138000", "苏州"):
        assert private not in page


def test_of_what_is_no_json_only_the_shape_is_shown(here, keeper):
    event = arrive(here, '{"phone": "13800138000", "name": 王}'.encode())
    handle_batch(now=MORNING)
    page = shown(keeper, f"{event.pk}/")
    assert "not_json at 33" in page
    assert "13800138000" not in page and "王" not in page


@given(st.binary(max_size=300))
def test_any_bytes_can_be_shown(body):
    assert isinstance(without_personal_data(body), str)


@given(
    key=st.text(max_size=12).filter(lambda key: key not in SHOWN_KEYS),
    wrap=st.sampled_from(["object", "list", "text", "key", "shown"]),
)
def test_a_number_hides_wherever_it_stands(key, wrap):
    phone = "13800138000"
    value = {
        "object": {key: {"a": phone}},
        "list": {key: [[phone]]},
        "text": {"content": json.dumps({key: phone})},
        "key": {phone: "x"},
        "shown": {"label": f"call {phone}"},
    }[wrap]
    assert phone not in without_personal_data(json.dumps(value).encode())


def test_what_was_put_aside_is_handled_again_on_request(here, keeper):
    events = [arrive(here, word("no_such_event", log_id=str(number))) for number in range(3)]
    handle_batch(now=MORNING)
    assert "no_such_event" not in shown(keeper, "aside/")
    assert "unknown_event (event)" in shown(keeper, "aside/")
    answer = keeper.post("/admin/messages/replay/", {"id": [events[0].pk], "back": "/admin/messages/?state=done"})
    assert (answer.status_code, answer.url) == (302, "/admin/messages/?state=done")
    assert list(InboundEvent.objects.order_by("pk").values_list("state", flat=True)) == [
        "new",
        "quarantined",
        "quarantined",
    ]
    keeper.post("/admin/messages/replay/", {"all": "1"})
    assert not InboundEvent.objects.filter(state="quarantined").exists()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/admin/", "/admin/\\..", "javascript:x", ""])
def test_the_way_back_stays_in_the_console(here, keeper, back):
    answer = keeper.post("/admin/messages/replay/", {"id": ["x", "9" * 30, "-1"], "back": back})
    assert answer.status_code == 302
    assert answer.url.startswith("/admin/") and "evil" not in answer.url


def test_a_replay_is_a_post(here, keeper):
    assert keeper.get("/admin/messages/replay/").status_code == 405
    assert keeper.get("/admin/messages/out/resend/").status_code == 405


def test_what_the_door_refused_is_counted_by_day(here):
    register_app(brand_id=here.brand.pk, platform="douyin", client_key="ck_own", secret="s")
    today = business_day(clock_now())
    for key, outcome, number in (("ck_own", "wrong_signature", 4711), ("", "unknown_app", 815)):
        DoorCount.objects.create(
            day=today, source="douyin" if key else "", client_key=key, outcome=outcome, number=number
        )
    manager, administrator = (shown(as_role(here, role), "door/") for role in (Role.BRAND_MANAGER, Role.ADMINISTRATOR))
    assert "4,711" in manager and "815" not in manager, "knocks at no door belong to no brand"
    assert "4,711" in administrator and "815" in administrator
    assert "4,711" not in shown(as_role(here), f"door/?first={today - timedelta(9)}&last={today - timedelta(1)}")


def test_what_was_given_up_is_listed_with_its_cause_and_sent_again(here, keeper):
    dead = Delivery.objects.create(
        brand=here.brand,
        kind="douyin.publish",
        key="post:1",
        state="dead",
        cause="window_closed",
        last_error="send: 28003080 (window_closed)",
        due_at=MORNING,
        created_at=MORNING,
        finished_at=MORNING,
    )
    page = shown(keeper, "out/?state=dead")
    assert "The time for an answer is over" in page and "28003080" in page
    keeper.post("/admin/messages/out/resend/", {"id": [dead.pk]})
    dead.refresh_from_db()
    assert (dead.state, dead.cause) == ("ready", "")


def some_history(world):
    """Five events of two sources on two days: created, joined, rejected, none, pending."""
    arrive(world, lead_card(), name="1")
    arrive(world, lead_card(city="上海"), name="2")
    arrive(world, word("no_such_event"), name="3")
    arrive(world, word("dial_phone"), name="4")
    handle_batch(now=MORNING)
    arrive(world, b"{}", source="form", name="5", at=MORNING + timedelta(days=1))


def test_every_event_is_accounted_for_by_day_and_source(here, keeper):
    some_history(here)
    page = shown(keeper, "reconciliation/?first=2026-03-01&last=2026-03-05")
    assert page.index("2026-03-03") < page.index("2026-03-02"), "the newest day first"
    assert "Lead form" in page and "Douyin" in page
    # Came in, pending, new, joined, duplicate, rejected, no lead, put aside: of the whole.
    whole = page[page.index("Total") :]
    numbers = [part.partition("</td>")[0] for part in whole.split('<td class="cs-num">')[1:]]
    assert numbers[:8] == ["4", "1", "1", "0", "1", "1", "1", "1"] or numbers[:8] == [
        "4",
        "1",
        "1",
        "1",
        "0",
        "1",
        "1",
        "1",
    ]
    assert "2026-03-02" not in shown(keeper, "reconciliation/?first=2026-03-03&last=2026-03-05")


def run_reconcile(*words):
    out = StringIO()
    call_command("reconcile", *words, stdout=out)
    return out.getvalue()


def test_the_command_prints_what_adds_up(here):
    some_history(here)
    found = json.loads(run_reconcile("--json"))
    parts = ("pending", "created", "joined", "duplicate", "rejected")
    assert list(found)[:6] == ["raw", *parts]
    assert found["raw"] == sum(found[part] for part in parts) == 4
    assert found["created"] == 1 and found["joined"] + found["duplicate"] == 1
    assert found["sources"]["form"] == {
        "raw": 1,
        "pending": 1,
        "created": 0,
        "joined": 0,
        "duplicate": 0,
        "rejected": 0,
    }
    for part in ("raw", *parts):
        assert found[part] == sum(source[part] for source in found["sources"].values())


def test_the_command_knows_brands_and_speaks_to_people(here):
    other = small_brand("other", "北辰汽车")
    arrive(other, lead_card())
    some_history(here)
    assert json.loads(run_reconcile("--json", "--brand", "other"))["raw"] == 1
    assert json.loads(run_reconcile("--json", "--brand", "nobody")) == {
        "raw": 0,
        "pending": 0,
        "created": 0,
        "joined": 0,
        "duplicate": 0,
        "rejected": 0,
        "sources": {},
    }
    assert "total" in run_reconcile() and "raw 5" in run_reconcile()


def test_no_event_can_come_to_anything_unheard_of(here):
    """Then raw would no longer be the sum of the rest; the database itself refuses."""
    event = arrive(here, word())
    for fields in ({"outcome": "lost"}, {"state": "done"}, {"outcome": "created"}, {"state": "gone"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            InboundEvent.objects.filter(pk=event.pk).update(**fields)
    assert total(reconcile()).adds_up


def test_long_lists_cost_no_more_questions_than_short_ones(here, keeper):
    def questions(page):
        with CaptureQueriesContext(connection) as asked:
            shown(keeper, page)
        return len(asked)

    arrive(here, word("no_such_event"))
    Delivery.objects.create(brand=here.brand, kind="k", key="0", due_at=MORNING, created_at=MORNING)
    handle_batch(now=MORNING)
    shown(keeper)
    few = [questions(page) for page in PAGES]
    for number in range(30):
        arrive(here, word("no_such_event", log_id=str(number)))
        Delivery.objects.create(brand=here.brand, kind="k", key=f"k{number}", due_at=MORNING, created_at=MORNING)
    handle_batch(now=MORNING)
    assert [questions(page) for page in PAGES] == few
