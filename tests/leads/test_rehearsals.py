"""Identity and deadlines on paper: the documents people try rules with."""

import json

import pytest

from cloudstore.kit.rehearsal import BadDocument, parse
from cloudstore.leads.rules import rehearsal_identity as identity
from cloudstore.leads.rules import rehearsal_sla as sla

PHONE = {"brand": "xinghe", "phone": "+86 138 0013 8000"}


def answers(*entries):
    return [found["answer"] for found in identity.rehearse(list(entries))]


def on(day, **fields):
    return PHONE | {"at": f"2026-{day}:00+08:00"} | fields


def test_the_story_of_one_phone():
    found = identity.rehearse(identity.example())["submissions"]
    assert [(step["answer"], step["lead"], step["round"]) for step in found] == [
        (0, "L1", 1),
        (2, "L1", 1),
        (1, "L1", 1),
        (1, "L1", 2),
        (0, "L2", 1),
    ]
    assert {step["customer"] for step in found} == {"C1"}
    assert found[-1]["linked_to"] == "L1"


@pytest.mark.parametrize(
    ("back", "answer", "lead", "round_no"), [("03-24T10:00", 1, "L1", 2), ("04-13T10:00", 0, "L2", 1)]
)
def test_lost_and_back_after_twenty_or_forty_days(back, answer, lead, round_no):
    story = [on("03-02T10:00", widget="w"), on("03-04T10:00", becomes="lost"), on(back, widget="w")]
    last = identity.rehearse(story)[-1]
    assert (last["answer"], last["lead"], last["round"]) == (answer, lead, round_no)


def test_a_list_is_answered_with_a_list_in_its_own_order_though_played_by_time():
    late, early = on("03-02T10:05", widget="w"), on("03-02T10:00", widget="w")
    assert answers(late, early) == [2, 0]


def test_another_brand_is_another_customer_and_another_lead():
    found = identity.rehearse([on("03-02T10:00"), on("03-02T10:01", brand="qingtian")])
    assert [(step["answer"], step["customer"], step["reason"]) for step in found] == [
        (0, "C1", "first_lead"),
        (0, "C2", "other_brand"),
    ]


def test_a_chat_and_a_phone_turn_out_to_be_one_person():
    chat = {"kind": "open_id", "app": "ck_demo", "value": "ou_9a"}
    found = identity.rehearse(
        [
            on("03-02T10:00"),
            {"brand": "xinghe", "at": "2026-03-02T11:00:00+08:00", "ids": [chat]},
            on("03-02T12:00", ids=[chat]),
            {"brand": "xinghe", "at": "2026-03-02T13:00:00+08:00", "ids": [chat]},
        ]
    )
    assert [(step["customer"], step["merged"]) for step in found] == [
        ("C1", []),
        ("C2", []),
        ("C1", ["C2"]),
        ("C1", []),
    ]
    assert found[3]["lead"] == "L1"


def test_two_people_with_two_numbers_in_one_chat_are_left_to_a_person():
    chat = {"kind": "open_id", "app": "ck_demo", "value": "ou_9a"}
    found = identity.rehearse(
        [
            on("03-02T10:00", ids=[chat]),
            on("03-02T11:00", phone="13900139000"),
            on("03-02T12:00", phone="13900139000", ids=[chat]),
        ]
    )
    assert [(step["customer"], step["merged"], step["merge_proposed"]) for step in found] == [
        ("C1", [], []),
        ("C2", [], []),
        ("C2", [], ["C1"]),
    ]


def test_a_further_number_from_a_known_chat_stays_with_the_person():
    chat = {"kind": "open_id", "app": "ck_demo", "value": "ou_9a"}
    found = identity.rehearse([on("03-02T10:00", ids=[chat]), on("03-02T11:00", phone="13900139000", ids=[chat])])
    assert [(step["customer"], step["answer"]) for step in found] == [("C1", 0), ("C1", 1)]


def test_a_shared_device_joins_nobody():
    device = {"kind": "device", "value": "tablet in the showroom"}
    first, second = on("03-02T10:00", ids=[device]), on("03-02T10:10", phone="13900139000", ids=[device])
    assert [step["customer"] for step in identity.rehearse([first, second])] == ["C1", "C2"]


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        (on("03-02T10:00", phone="1380013800"), "[0].phone"),
        ({"brand": "xinghe", "at": "2026-03-02T10:00:00+08:00"}, "[0].phone"),
        (on("03-02T10:00", ids=[{"kind": "device", "app": "x", "value": "1"}]), "[0].ids[0].app"),
        (on("03-02T10:00", becomes="lost"), "[0]"),
        (on("03-02T10:00", becomes="gone"), "[0].becomes"),
        (on("03-02T10:00", colour="red"), "[0].colour"),
        (PHONE | {"at": "2026-03-02T10:00:00"}, "[0].at"),
    ],
)
def test_what_cannot_be_played_is_refused_where_it_stands(entry, path):
    with pytest.raises(BadDocument) as refused:
        identity.rehearse([entry])
    assert refused.value.path == path
    assert "13800" not in str(refused.value)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-03-02T20:50:00+08:00", 30, "2026-03-03T09:20:00+08:00"),
        ("2026-03-02T09:10:00+08:00", 30, "2026-03-02T09:40:00+08:00"),
        ("2026-02-16T20:50:00+08:00", 30, "2026-02-18T09:20:00+08:00"),
        ("2026-03-02T12:50:00Z", 30, "2026-03-03T09:20:00+08:00"),
    ],
)
def test_a_deadline_on_paper(start, minutes, due):
    calendar = {"spans": [["09:00", "21:00"]], "closed": ["2026-02-17"]}
    assert sla.rehearse({"calendar": calendar, "start": start, "minutes": minutes}) == {"due": due}


def test_the_deadlines_of_a_hot_lead_on_paper():
    assert sla.rehearse({"start": "2026-03-02T20:50:00+08:00", "hot": True}) == {
        "remind": "2026-03-03T09:05:00+08:00",
        "due": "2026-03-03T09:20:00+08:00",
        "redispatch": "2026-03-03T11:20:00+08:00",
    }


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"start": "2026-03-02T20:50:00+08:00"}, "minutes"),
        ({"start": "2026-03-02T20:50:00+08:00", "minutes": 1, "hot": True}, "minutes"),
        ({"start": "2026-03-02T20:50:00", "minutes": 1}, "start"),
        ({"start": "2026-03-02T20:50:00+08:00", "minutes": -1}, "minutes"),
        ({"start": "9999-12-31T20:50:00+08:00", "minutes": 30}, "start"),
        ({"start": "9999-12-30T20:50:00+08:00", "hot": False}, "start"),
        ({"start": "0001-01-01T00:00:00+14:00", "minutes": 30}, "start"),
        ({"start": "2026-03-02T20:50:00+08:00", "minutes": 1, "calendar": {"spans": []}}, "calendar.spans"),
        (
            {"start": "2026-03-02T20:50:00+08:00", "minutes": 1, "calendar": {"spans": [["21:00", "09:00"]]}},
            "calendar.spans",
        ),
        (
            {"start": "2026-03-02T20:50:00+08:00", "minutes": 1, "calendar": {"spans": [["9", "21:00"]]}},
            "calendar.spans[0][0]",
        ),
        ({"start": "2026-03-02T20:50:00+08:00", "minutes": 1, "zone": "UTC"}, "zone"),
    ],
)
def test_an_impossible_deadline_is_refused_where_it_stands(document, path):
    with pytest.raises(BadDocument) as refused:
        sla.rehearse(document)
    assert refused.value.path == path


@pytest.mark.parametrize(
    ("room", "name"),
    [
        (identity, None),
        (identity, "phone"),
        (identity, "people"),
        (sla, None),
        (sla, "deadline"),
        (sla, "first_follow"),
    ],
)
def test_examples_can_be_played_and_schemas_printed(room, name):
    assert json.dumps(room.rehearse(parse(json.dumps(room.example(name)))))
    assert json.loads(json.dumps(room.schema()))["additionalProperties"] is False


def test_the_people_example_ends_with_two_customers_and_one_of_another_brand():
    found = identity.rehearse(identity.example("people"))["submissions"]
    assert [step["customer"] for step in found] == ["C1", "C2", "C3", "C1", "C4"]
    assert found[3]["merged"] == ["C3"]


@pytest.mark.parametrize("room", [identity, sla])
def test_an_unknown_example_is_refused(room):
    with pytest.raises(BadDocument, match="no example of that name"):
        room.example("nothing")
