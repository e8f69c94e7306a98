"""Grading on paper: documents are graded by the rules of the product, or refused by name."""

import copy
import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudstore.grading.indicators.scheme import default_scheme
from cloudstore.grading.rules.rehearsal import example, rehearse, schema
from cloudstore.kit.rehearsal import BadDocument
from tests.grading.cast import KEYS, document, graded, values_of


@pytest.mark.parametrize("name", [None, "dealers", "facts", "sequence"])
def test_every_example_can_be_rehearsed_as_it_stands(name) -> None:
    paper = json.loads(json.dumps(example(name)))
    answer = rehearse(paper)
    assert set(answer) == ({"tiers"} if name == "sequence" else {"dealers"})
    json.dumps(answer)


def test_the_default_example_is_the_worked_grade() -> None:
    by_name = {dealer["id"]: dealer for dealer in rehearse(example())["dealers"]}
    assert by_name["D01"]["score"] == "95.35"
    assert by_name["D05"]["smoothed"] == "69.25"


def test_floats_and_decimals_are_read_alike() -> None:
    floats = json.loads(json.dumps(document(), default=float))
    assert rehearse(floats) == rehearse(document())


def test_the_same_document_gives_the_same_answer_and_is_not_changed() -> None:
    paper = document()
    before = copy.deepcopy(paper)
    assert json.dumps(rehearse(paper)) == json.dumps(rehearse(paper))
    assert paper == before


def test_the_answer_has_the_shape_of_the_handbook() -> None:
    dealer = graded({"D05": {"target": "A"}})["D05"]
    assert list(dealer) == ["id", "score", "smoothed", "raw_tier", "tier", "gates", "indicators", "families", "way_up"]
    assert list(dealer["indicators"]) == list(KEYS)
    assert list(dealer["indicators"]["live_days"]) == ["absolute", "relative", "score", "contribution", "status"]
    assert {"target", "needed_score", "single", "plan", "plan_score"} <= set(dealer["way_up"])


def test_the_sequence_of_the_handbook() -> None:
    played = {"sequence": {"start": "B", "scores": [74.0, 75.5, 75.2, 74.1, 73.4, 72.8, 72.6, 76.0, 77.3]}}
    assert rehearse(played) == {"tiers": ["B", "B", "A", "A", "A", "A", "B", "B", "A"]}
    assert rehearse({"sequence": {"start": "D", "scores": []}}) == {"tiers": []}


def small(**fields) -> dict:
    """One dealer judged by absolute points, with the fifth dealer's values."""
    dealer = {"id": "D05", "values": values_of("D05"), **fields}
    return {"absolute_only": True, "dealers": [dealer]}


def with_facts(facts: dict, **top) -> dict:
    values = {key: value for key, value in values_of("D05").items() if key not in facts}
    return {**small(values=values, facts=facts), **top}


def cell(paper: dict, key: str) -> dict:
    return rehearse(paper)["dealers"][0]["indicators"][key]


def test_facts_are_shrunk_towards_the_given_peer_rate_first() -> None:
    """3 of 6 with .72 becomes .6692, which earns 55.38 points; 6 of 100 with .010 becomes .01455, 83.38 points."""
    paper = with_facts(
        {"dm_reply_3m": [3, 6], "video_ctr": [6, 100]}, peer_rates={"dm_reply_3m": 0.72, "video_ctr": 0.01}
    )
    assert cell(paper, "dm_reply_3m")["absolute"] == "55.38"
    assert cell(paper, "video_ctr")["absolute"] == "83.38"


def test_a_dealers_own_peer_rate_comes_before_the_documents() -> None:
    paper = with_facts({"dm_reply_3m": [3, 6]}, peer_rates={"dm_reply_3m": 0.10})
    paper["dealers"][0]["peer_rates"] = {"dm_reply_3m": 0.72}
    assert cell(paper, "dm_reply_3m")["absolute"] == "55.38"


def test_without_a_peer_rate_the_facts_of_the_document_are_pooled() -> None:
    paper = document()
    for dealer in paper["dealers"]:
        del dealer["values"]["dm_reply_3m"]
        dealer["facts"] = {"dm_reply_3m": [80, 100]}
    paper["dealers"][0]["facts"]["dm_reply_3m"] = [3, 6]
    pool = Decimal(3 + 11 * 80) / Decimal(6 + 11 * 100)
    value = (3 + 20 * pool) / 26
    points = 60 + 25 * (value - Decimal("0.70")) / Decimal("0.15")
    assert rehearse(paper)["dealers"][0]["indicators"]["dm_reply_3m"]["absolute"] == f"{points:.2f}"


def test_counts_as_facts_are_quotients_and_never_shrunk() -> None:
    paper = with_facts({"live_hours": [2160, 60], "effective_posts": [16, 1]})
    assert cell(paper, "live_hours")["absolute"] == "74.29"
    assert cell(paper, "effective_posts")["absolute"] == "72.50"


@pytest.mark.parametrize(
    ("facts", "key", "status"),
    [
        ({"dm_reply_3m": [0, 0]}, "dm_reply_3m", "no_base"),
        ({"followup_sla": [0, 0]}, "followup_sla", "no_base"),
        ({"valid_lead_rate": [0, 0]}, "valid_lead_rate", "no_base"),
        ({"video_ctr": [0, 0], "effective_posts": [0, 1]}, "video_ctr", "inactive"),
        ({"video_ctr": [0, 0]}, "video_ctr", "no_base"),
        ({"live_lead_rate": [0, 0], "live_days": [0, 1], "live_hours": [0, 1]}, "live_lead_rate", "inactive"),
        ({"live_lead_rate": [0, 0], "live_days": [0, 1], "live_hours": [0, 1]}, "live_hours", "inactive"),
        ({"live_lead_rate": [0, 0]}, "live_lead_rate", "no_base"),
        ({"live_days": [0, 1]}, "live_days", "ok"),
        ({"live_lead_rate": [0, 500]}, "live_lead_rate", "ok"),
    ],
)
def test_facts_without_base_follow_the_table_of_zero_or_missing(facts, key, status) -> None:
    assert cell(with_facts(facts), key)["status"] == status


@pytest.mark.parametrize(
    ("excluded", "tier"),
    [
        ({"dm_reply_3m": "no_base"}, "B"),
        ({"dm_reply_3m": "no_base", "valid_lead_rate": "no_data"}, "B"),  # 24 of 100
        ({"dm_reply_3m": "no_base", "followup_sla": "no_base"}, "U"),  # 26 of 100
    ],
)
def test_beyond_a_quarter_of_the_weight_the_tier_is_not_published(excluded, tier) -> None:
    assert graded({"D05": {"excluded": excluded}})["D05"]["tier"] == tier


def test_one_unrated_dealer_does_not_turn_the_others_to_absolute_points() -> None:
    found = graded({"D12": {"excluded": {"dm_reply_3m": "no_base", "followup_sla": "no_base"}}})
    assert found["D12"]["tier"] == "U"
    assert found["D05"]["indicators"]["live_days"]["relative"] == "62.50"


def test_gates_cap_the_tier_and_say_why() -> None:
    found = graded({"D01": {"flags": 3}, "D02": {"flags": 2}, "D03": {"platform_ban": True}})
    assert (found["D01"]["raw_tier"], found["D01"]["tier"]) == ("S", "C")
    assert [gate["reason"] for gate in found["D01"]["gates"]] == ["risk_flags"]
    assert (found["D02"]["tier"], found["D02"]["gates"]) == ("S", [])
    assert (found["D03"]["tier"], found["D03"]["gates"][0]["reason"]) == ("C", "platform_ban")


def test_a_follow_up_below_half_caps_at_b_by_the_unshrunk_share() -> None:
    low = graded({"D01": {"values": values_of("D01", followup_sla="0.49")}})["D01"]
    assert (low["raw_tier"], low["tier"], low["gates"][0]["reason"]) == ("A", "B", "followup_sla")
    paper = with_facts({"followup_sla": [2, 5]}, peer_rates={"followup_sla": 0.9})
    assert Decimal(cell(paper, "followup_sla")["absolute"]) > 60
    assert rehearse(paper)["dealers"][0]["gates"][0]["reason"] == "followup_sla"


def test_streaks_of_the_past_confirm_a_rise_and_a_fall() -> None:
    rising = {"previous": {"score": 75.0, "tier": "B", "streak_up": 1}}
    assert graded({"D04": rising})["D04"]["tier"] == "A"
    assert graded({"D04": {"previous": {"score": 75.0, "tier": "B"}}})["D04"]["tier"] == "B"
    falling = {"previous": {"score": 72.0, "tier": "A", "streak_down": 1}}
    assert graded({"D05": falling})["D05"]["tier"] == "B"


def test_a_scheme_of_ones_own_can_be_tried() -> None:
    draft = default_scheme().to_document()
    draft["version"] = "draft/v2"
    draft["indicators"][0]["weight"], draft["indicators"][4]["weight"] = 7, 20
    assert graded(scheme=draft)["D05"]["score"] == "70.71"


def paper_with(change) -> dict:
    paper = document()
    change(paper)
    return paper


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda p: p.update(colour=1), "colour: unknown key"),
        (lambda p: p.pop("dealers"), "document: holds not exactly one of dealers and sequence"),
        (lambda p: p.update(sequence={"start": "B", "scores": []}), "document: holds not exactly one"),
        (lambda p: p.update(dealers=[]), "dealers: has 0 items; allowed: at least 1"),
        (lambda p: p.update(scheme="default-9/v1"), "scheme: no scheme of that version; allowed: default-8/v1"),
        (lambda p: p.update(scheme={"version": "x"}), "scheme.indicators: missing"),
        (lambda p: p.update(absolute_only="yes"), "absolute_only: not true or false"),
        (lambda p: p["dealers"][3].update(id="D01"), "dealers[3].id: stands twice"),
        (lambda p: p["dealers"][0].pop("id"), "dealers[0].id: missing"),
        (
            lambda p: p["dealers"][0]["values"].update(posts=1),
            "dealers[0].values.posts: unknown key; allowed: effective_posts",
        ),
        (
            lambda p: p["dealers"][0]["values"].pop("live_days"),
            "dealers[0].values.live_days: missing; allowed: a value, facts",
        ),
        (
            lambda p: p["dealers"][0]["values"].update(dm_reply_3m=1.2),
            "dealers[0].values.dm_reply_3m: out of range; allowed: a number from 0 up to 1",
        ),
        (
            lambda p: p["dealers"][0]["values"].update(effective_posts=-1),
            "dealers[0].values.effective_posts: out of range",
        ),
        (lambda p: p["dealers"][0]["values"].update(live_days=29), "dealers[0].values.live_days: out of range"),
        (lambda p: p["dealers"][0]["values"].update(live_days="16"), "dealers[0].values.live_days: not a number"),
        (
            lambda p: p["dealers"][0].update(facts={"live_days": [1, 1]}),
            "dealers[0].facts.live_days: also given as a value",
        ),
        (
            lambda p: p["dealers"][0].update(facts={"dm_reply_3m": [1]}),
            "dealers[0].facts.dm_reply_3m: has 1 items; allowed: exactly 2",
        ),
        (
            lambda p: p["dealers"][0].update(excluded={"dm_reply_3m": "lazy"}),
            "dealers[0].excluded.dm_reply_3m: not one of the known values; allowed: no_base, no_data",
        ),
        (lambda p: p["dealers"][0].update(inactive=["karma"]), "dealers[0].inactive[0]: not one of the known values"),
        (
            lambda p: p["dealers"][0].update(inactive=["live_days"], excluded={"live_days": "no_data"}),
            "dealers[0].excluded.live_days: also given as zero",
        ),
        (
            lambda p: p["dealers"][0].update(previous={"score": 66}),
            "dealers[0].previous.tier: missing; allowed: S, A, B, C, D",
        ),
        (
            lambda p: p["dealers"][0].update(previous={"score": 101, "tier": "B"}),
            "dealers[0].previous.score: out of range",
        ),
        (lambda p: p["dealers"][0].update(flags=-1), "dealers[0].flags: out of range"),
        (
            lambda p: p["dealers"][0].update(target="D"),
            "dealers[0].target: not one of the known values; allowed: S, A, B, C",
        ),
        (
            lambda p: p["dealers"][0].update(by="soon"),
            "dealers[0].by: not one of the known values; allowed: at_once, two_runs",
        ),
    ],
)
def test_what_cannot_be_graded_is_refused_with_its_path(change, sentence) -> None:
    with pytest.raises(BadDocument) as refused:
        rehearse(paper_with(change))
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"dm_reply_3m": [7, 6]}, "dealers[0].facts.dm_reply_3m: numerator above denominator"),
        ({"live_days": [7, 0]}, "dealers[0].facts.live_days[1]: a count divided by nothing"),
        ({"effective_posts": [Decimal("1e9"), Decimal("1e-20")]}, "dealers[0].facts.effective_posts: out of range"),
        ({"live_days": [29, 1]}, "dealers[0].facts.live_days: out of range; allowed: a number from 0 up to 28"),
        ({"live_hours": [-1, 60]}, "dealers[0].facts.live_hours[0]: out of range"),
    ],
)
def test_facts_that_are_no_quotient_are_refused(facts, sentence) -> None:
    with pytest.raises(BadDocument) as refused:
        rehearse(with_facts(facts))
    assert str(refused.value).startswith(sentence)


def test_an_unknown_example_is_refused_by_name() -> None:
    with pytest.raises(BadDocument, match="allowed: dealers, facts, sequence"):
        example("M4")


def every_object(part) -> list[dict]:
    found = [part] if isinstance(part, dict) and ("properties" in part or part.get("type") == "object") else []
    children = part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    return found + [one for child in children for one in every_object(child)]


def test_the_schema_says_that_unknown_keys_are_refused() -> None:
    printed = json.loads(json.dumps(schema()))
    objects = [part for part in every_object(printed) if "type" in part]
    assert len(objects) >= 9
    assert all("additionalProperties" in part for part in objects)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["S", "B", "no_base", *KEYS]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "score", *KEYS]) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def places_in(part, path=()) -> list[tuple]:
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [path, *(place for key, child in inner for place in places_in(child, (*path, key)))]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), name=st.sampled_from(["dealers", "facts", "sequence"]))
def test_whatever_is_written_into_a_document_is_graded_or_refused(data, name) -> None:
    paper = json.loads(json.dumps(example(name)))
    *before, last = data.draw(st.sampled_from(places_in(paper)[1:]))
    holder = paper
    for key in before:
        holder = holder[key]
    holder[last] = data.draw(json_values)
    try:
        json.dumps(rehearse(paper), allow_nan=False)
    except BadDocument as refused:
        assert "\n" not in str(refused)
