"""A scheme is data: it survives the way through JSON, and what cannot be graded is refused by name."""

import copy
import json

import pytest

from cloudstore.grading.indicators.scheme import SchemeError, default_scheme, read_scheme


@pytest.fixture
def draft() -> dict:
    return default_scheme().to_document()


def test_the_default_comes_back_from_json_unchanged(draft) -> None:
    again = read_scheme(json.loads(json.dumps(draft)))
    assert again == default_scheme()
    assert again.fingerprint == default_scheme().fingerprint


def test_another_weight_is_another_fingerprint(draft) -> None:
    draft["indicators"][0]["weight"], draft["indicators"][1]["weight"] = 11, 11
    assert read_scheme(draft).fingerprint != default_scheme().fingerprint


def test_a_short_draft_takes_the_method_from_the_default(draft) -> None:
    short = {
        "version": "ours/v1",
        "indicators": [{name: entry[name] for name in ("key", "anchors", "weight")} for entry in draft["indicators"]],
    }
    assert read_scheme(short).cuts == default_scheme().cuts
    assert read_scheme(short).weighted == default_scheme().weighted


def seven(draft):
    del draft["indicators"][7]


def nine(draft):
    draft["indicators"].append(copy.deepcopy(draft["indicators"][0]))


def ninety_nine(draft):
    draft["indicators"][0]["weight"] = 11


def twins(draft):
    draft["indicators"][3]["key"] = "effective_posts"


def strange_key(draft):
    draft["indicators"][3]["key"] = "karma"


def anchors_of(at, values):
    def change(draft):
        draft["indicators"][at]["anchors"] = values

    return change


def field(name, value):
    def change(draft):
        draft[name] = value

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (seven, "indicators: has 7 items; allowed: exactly 8 items"),
        (nine, "indicators: has 9 items; allowed: exactly 8 items"),
        (ninety_nine, "indicators: the weights add up to 99; allowed: weights that add up to 100"),
        (twins, "indicators[3].key: effective_posts stands twice"),
        (strange_key, "indicators[3].key: not one of the known values; allowed: effective_posts, video_ctr"),
        (anchors_of(0, [0, 12, 20]), "indicators[0].anchors: has 3 items; allowed: exactly 4 items"),
        (anchors_of(0, [0, 20, 12, 28]), "indicators[0].anchors: not four rising values"),
        (anchors_of(0, [0, 12, 12, 28]), "indicators[0].anchors: not four rising values"),
        (anchors_of(0, [-1, 12, 20, 28]), "indicators[0].anchors: not four rising values"),
        (anchors_of(5, [0.3, 0.7, 0.85, 1.1]), "indicators[5].anchors: not four rising values"),
        (anchors_of(2, [0, 12, 18, 29]), "indicators[2].anchors: not four rising values"),
        (anchors_of(2, [0, "12", 18, 24]), "indicators[2].anchors[1]: not a number"),
        (field("cuts", {"S": 85, "A": 60, "B": 75, "C": 45}), "cuts: do not fall from S to C"),
        (field("cuts", {"S": 85, "A": 75, "B": 60}), "cuts.C: missing"),
        (field("fall", 1), "fall: smaller than the grace"),
        (field("absolute_share", 1.2), "absolute_share: out of range"),
        (field("colour", "red"), "colour: unknown key"),
        (field("version", ""), "version: too short or too long"),
        (field("indicators", {}), "indicators: not a list"),
    ],
)
def test_a_bad_scheme_is_refused_with_the_field(draft, change, sentence) -> None:
    change(draft)
    with pytest.raises(SchemeError) as refused:
        read_scheme(draft)
    assert str(refused.value).startswith(sentence)


def test_weight_zero_and_a_shrunk_count_are_refused(draft) -> None:
    draft["indicators"][0]["weight"] = 0
    with pytest.raises(SchemeError, match=r"indicators\[0\].weight"):
        read_scheme(draft)
    draft["indicators"][0].update(weight=12, shrink=5)
    with pytest.raises(SchemeError, match=r"indicators\[0\].shrink: a count is never shrunk"):
        read_scheme(draft)
