"""Routing on paper: the documents in which the rules administrator tries a lead before anybody's phone rings."""

import copy
import json

import pytest

from cloudstore.kit.rehearsal import BadDocument, parse
from cloudstore.routing.rules import rehearsal

SZ, GZ, CHANGSHA = "440300", "440100", "430100"


def paper(evidence=None, source="Z1", mode="hybrid", **more):
    """A document with two dealers: Z1 of Shenzhen, G1 of Guangzhou, and a lead that came through `source`."""
    lead = {"evidence": [{"kind": kind, "adcode": adcode} for kind, adcode in (evidence or {}).items()]}
    lead |= {"source_dealer": source} | more.pop("lead", {})
    dealers = [
        {"code": "Z1", "km": 5, "territory": [SZ], "tier": "B", "arrival_rate": 0.2},
        {"code": "G1", "km": 8, "territory": [GZ], "tier": "B", "arrival_rate": 0.2},
    ]
    return {"mode": mode, "now": "2026-03-02T10:00:00+08:00", "lead": lead, "dealers": dealers} | more


def decided(*args, **more):
    found = rehearsal.rehearse(paper(*args, **more))
    return found["local"], found["outcome"], found["chosen"]


@pytest.mark.parametrize(
    ("story", "evidence", "region", "outcome"),
    [
        (
            "said Shenzhen",
            {"declared_city": SZ, "mobile_prefix": GZ, "ip": SZ},
            (SZ, "1.00", True),
            (True, "dealer", "Z1"),
        ),
        ("conflict", {"plate": SZ, "mobile_prefix": GZ, "ip": GZ}, (SZ, "0.60", False), (False, "oem_queue", None)),
        ("unsure", {"mobile_prefix": CHANGSHA, "ip": SZ}, (CHANGSHA, "0.50", False), (False, "oem_queue", None)),
        ("account only", {"account_region": SZ}, (SZ, "0.20", False), (False, "oem_queue", None)),
        ("elsewhere", {"declared_city": GZ}, (GZ, "1.00", True), (False, "oem_queue", "G1")),
        ("nothing", {}, (None, "0.00", False), (False, "oem_queue", None)),
    ],
)
def test_region_and_outcome_of_a_hybrid_lead(story, evidence, region, outcome):
    found = rehearsal.rehearse(paper(evidence))
    assert tuple(found["region"][key] for key in ("adcode", "confidence", "automatic")) == region, story
    assert decided(evidence) == outcome, story


@pytest.mark.parametrize(
    ("mode", "evidence", "level", "outcome"),
    [
        ("centralised", {"declared_city": SZ}, "B", (True, "oem_queue", None)),
        ("centralised", {"declared_city": SZ}, "A", (True, "oem_queue", "Z1")),
        ("centralised", {"declared_city": GZ}, "H", (False, "oem_queue", "G1")),
        ("decentralised", {"declared_city": SZ}, None, (True, "dealer", "Z1")),
        ("decentralised", {"declared_city": GZ}, None, (False, "dealer", "Z1")),
        ("decentralised", {"account_region": SZ}, None, (False, "dealer", "Z1")),
    ],
)
def test_the_other_modes(mode, evidence, level, outcome):
    assert decided(evidence, mode=mode, lead={"level": level}) == outcome


def test_a_decentralised_dealer_is_told_until_when_to_hand_over():
    found = rehearsal.rehearse(paper({"declared_city": GZ}, mode="decentralised"))
    assert found["transfer_by"] == "2026-03-03T10:00:00+08:00"


@pytest.mark.parametrize(
    ("mode", "flag", "local", "outcome"),
    [
        ("decentralised", True, True, "dealer"),
        ("decentralised", False, False, "dealer"),
        ("hybrid", True, False, "oem_queue"),
    ],
)
def test_the_account_alone_counts_as_local_only_where_the_policy_says_so(mode, flag, local, outcome):
    found = rehearsal.rehearse(paper({"account_region": SZ}, mode=mode, settings={"assume_local_when_unknown": flag}))
    assert (found["local"], found["outcome"]) == (local, outcome)


def test_the_worked_case_on_paper():
    found = rehearsal.rehearse(rehearsal.example())
    assert [(one["code"], one["score"]) for one in found["candidates"]] == [
        ("Z2", "0.7940"),
        ("Z1", "0.7154"),
        ("Z3", "0.6753"),
    ]
    assert found["candidates"][0]["terms"] == {
        "d": "0.7800",
        "q": "0.9000",
        "g": "1.0000",
        "f": "0.5286",
        "l": "0.6667",
    }
    assert {one["code"]: one["reason"] for one in found["filtered"]} == {
        "GZ1": "out_of_reach",
        "Z4": "series_not_authorised",
        "Z5": "capacity_open_full",
    }
    assert (found["local"], found["outcome"], found["chosen"]) == (False, "oem_queue", "Z2")
    assert [(one["dealer"], one["closed"]) for one in found["rounds"]] == [("Z2", "sla_expired"), ("Z1", None)]
    assert found["owner"] == "Z1"


def test_three_expired_rounds_end_at_the_desk():
    document = rehearsal.example() | {"expire": ["Z2", "Z1", "Z3"]}
    found = rehearsal.rehearse(document)
    assert [one["dealer"] for one in found["rounds"]] == ["Z2", "Z1", "Z3"]
    assert found["owner"] == "OEM desk"


def test_a_local_lead_that_its_dealer_lets_expire_is_dispatched():
    document = paper({"declared_city": SZ}, expire=["Z1"])
    document["dealers"].append({"code": "Z2", "km": 9, "territory": [SZ], "tier": "C"})
    found = rehearsal.rehearse(document)
    assert [(one["dealer"], one["score"] is None) for one in found["rounds"]] == [("Z1", True), ("Z2", False)]


def test_a_lead_goes_to_nobody_the_customers_consent_does_not_name():
    found = rehearsal.rehearse(paper({"declared_city": SZ}, lead={"consent": ["G1"]}))
    assert (found["outcome"], found["why"], found["chosen"]) == ("oem_queue", "source_blocked", "G1")
    assert found["filtered"] == [
        {"code": "Z1", "reason": "consent_does_not_cover", "reasons": ["consent_does_not_cover"]}
    ]


def test_a_dealer_the_search_never_came_to_still_says_what_else_is_wrong_with_it():
    document = paper({"declared_city": SZ})
    document["dealers"][1] |= {"suspended": True, "km": 500}
    found = rehearsal.rehearse(document)
    assert found["filtered"] == [
        {"code": "G1", "reason": "sla_suspended", "reasons": ["sla_suspended", "out_of_reach"]}
    ]


def test_sentences_name_place_rule_and_dealer_in_both_languages():
    remote = rehearsal.rehearse(rehearsal.example())["sentence"]
    assert all(word in remote["zh"] for word in ("广东省深圳市", "Z2", "0.7940", "11.0 公里", "Z1", "0.7154"))
    assert all(word in remote["en"] for word in ("Z2", "0.7940", "11.0 km", "Z1", "0.7154", "OEM desk"))
    local = rehearsal.rehearse(paper({"declared_city": SZ}))["sentence"]
    assert "Z1" in local["zh"]
    assert "local to Z1" in local["en"]
    unsure = rehearsal.rehearse(paper({"plate": SZ, "mobile_prefix": GZ, "ip": GZ}))["sentence"]
    assert "另有两项线索" in unsure["zh"]
    assert "two other hints agree on another city" in unsure["en"]


@pytest.mark.parametrize("mode", ["hybrid", "centralised", "decentralised"])
@pytest.mark.parametrize(
    "evidence", [{}, {"declared_city": SZ}, {"declared_city": GZ}, {"declared_city": "440000"}, {"ip": SZ}]
)
@pytest.mark.parametrize("source", ["Z1", None, "unheard-of"])
@pytest.mark.parametrize("level", ["H", None])
def test_every_decision_is_one_whole_sentence_of_each_language(mode, evidence, source, level):
    found = rehearsal.rehearse(paper(evidence, source, mode, lead={"level": level}))
    zh, en = found["sentence"]["zh"], found["sentence"]["en"]
    assert zh.endswith("。") and zh.count("。") == 1
    assert en.endswith(".") and en[0].isupper()
    assert "None" not in zh + en and "{" not in zh + en
    assert (found["outcome"] == "dealer") <= (found["chosen"] == source)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"colour": 1}, "colour"),
        ({"mode": "wild"}, "mode"),
        ({"now": "2026-03-02"}, "now"),
        ({"now": "2026-03-02T10:00:00"}, "now"),
        ({"lead": {"evidence": [{"kind": "guess", "adcode": SZ}]}}, "lead.evidence[0].kind"),
        ({"lead": {"evidence": [{"kind": "ip", "adcode": "999999"}]}}, "lead.evidence[0].adcode"),
        ({"lead": {"evidence": [{"kind": "ip", "adcode": "4403"}]}}, "lead.evidence[0].adcode"),
        ({"lead": {"point": [114.05, 22.54]}}, "lead.point[0]"),
        ({"lead": {"point": [22.54]}}, "lead.point"),
        ({"lead": {"phone": "13800138000"}}, "lead.phone"),
        ({"dealers": [{"code": "Z1"}, {"code": "Z1"}]}, "dealers[1].code"),
        ({"dealers": [{"km": 1}]}, "dealers[0].code"),
        ({"dealers": [{"code": "Z1", "km": -1}]}, "dealers[0].km"),
        ({"dealers": [{"code": "Z1", "tier": "E"}]}, "dealers[0].tier"),
        ({"dealers": [{"code": "Z1", "open": 1.5}]}, "dealers[0].open"),
        ({"dealers": [{"code": "Z1", "arrival_rate": 1.2}]}, "dealers[0].arrival_rate"),
        ({"rounds": 4}, "rounds"),
        ({"expire": ["nobody"]}, "expire[0]"),
        ({"settings": {"arrival_p99": 0.3}}, "settings.arrival_p99"),
    ],
)
def test_what_cannot_be_rehearsed_is_refused_where_it_stands(change, path):
    with pytest.raises(BadDocument) as refused:
        rehearsal.rehearse(paper() | change)
    assert refused.value.path == path
    assert "13800" not in str(refused.value)


def test_the_smallest_document_and_the_example_are_played_and_left_as_they_were():
    small = {"now": "2026-03-02T10:00:00+08:00", "lead": {}}
    assert rehearsal.rehearse(small)["outcome"] == "oem_queue"
    document = rehearsal.example()
    before = copy.deepcopy(document)
    first = json.dumps(rehearsal.rehearse(document))
    assert document == before
    assert first == json.dumps(rehearsal.rehearse(parse(json.dumps(document))))
    assert json.loads(json.dumps(rehearsal.schema()))["title"] == "rehearse routing"


def test_the_local_example_goes_to_its_dealer_and_then_to_the_best_of_the_others():
    found = rehearsal.rehearse(rehearsal.example("local") | {"expire": ["Z1"]})
    assert (found["local"], found["outcome"], found["chosen"]) == (True, "dealer", "Z1")
    assert [one["dealer"] for one in found["rounds"]] == ["Z1", "Z2"]
    with pytest.raises(BadDocument, match="remote, local"):
        rehearsal.example("nothing")
