"""Eight indicators of one shape, each with its facts, its anchors and its weight."""

from decimal import Decimal
from fractions import Fraction

import pytest

from cloudstore.grading.indicators.registry import INDICATORS, SOURCES, WINDOW_KEYS
from cloudstore.grading.indicators.shape import Family, Unit

FACTS = {
    "posts_effective": Decimal("16.5"),
    "comp_clicks": 6,
    "comp_impr": 100,
    "live_days": 16,
    "live_minutes_capped": 2160,
    "live_widget_leads_valid": 9,
    "live_viewers_u": 1500,
    "dm_reply_ok": 3,
    "dm_sessions": 6,
    "leads_followed_in_sla": 21,
    "leads_assigned_due": 25,
    "leads_valid": 73,
    "leads_matured": 100,
}


@pytest.mark.parametrize(
    ("key", "family", "unit", "anchors", "weight", "shrink", "value"),
    [
        ("effective_posts", "content", "posts", "0 12 20 28", 12, 0, Fraction(33, 2)),
        ("video_ctr", "content", "ratio", "0.002 0.008 0.015 0.025", 10, 1000, Fraction(6, 100)),
        ("live_days", "account", "days", "0 12 18 24", 12, 0, 16),
        ("live_hours", "account", "hours", "0 24 45 72", 13, 0, 36),
        ("live_lead_rate", "account", "ratio", "0 0.003 0.008 0.015", 15, 500, Fraction(6, 1000)),
        ("dm_reply_3m", "operation", "ratio", "0.30 0.70 0.85 0.95", 12, 20, Fraction(1, 2)),
        ("followup_sla", "operation", "ratio", "0.40 0.75 0.90 0.98", 14, 20, Fraction(84, 100)),
        ("valid_lead_rate", "operation", "ratio", "0.30 0.60 0.75 0.90", 12, 20, Fraction(73, 100)),
    ],
)
def test_each_indicator_reads_its_own_facts(key, family, unit, anchors, weight, shrink, value) -> None:
    one = INDICATORS[key]
    assert (one.family, one.unit, one.shrink) == (Family(family), Unit(unit), shrink)
    assert one.anchors == tuple(map(Decimal, anchors.split()))
    assert one.weight == weight
    assert one.value(FACTS) == value
    assert one.label == f"indicator.{key}"


def test_there_are_eight_and_they_weigh_a_hundred() -> None:
    assert len(INDICATORS) == 8
    assert sum(one.weight for one in INDICATORS.values()) == 100


@pytest.mark.parametrize("key", [key for key, one in INDICATORS.items() if one.is_rate])
def test_a_rate_without_base_has_no_value(key) -> None:
    one = INDICATORS[key]
    assert one.value({**FACTS, one.denominator: 0, one.numerator: 0}) is None


def test_the_facts_an_indicator_reads_are_all_listed() -> None:
    assert set(WINDOW_KEYS) == set(FACTS)
    assert SOURCES == ("dm", "leads", "live", "posts")


def test_the_source_of_each_indicator_stands_in_its_docstring() -> None:
    for one in INDICATORS.values():
        assert "default" in (__import__(one.value.__module__, fromlist=["x"]).__doc__ or "") or "Anchors" in (
            __import__(one.value.__module__, fromlist=["x"]).__doc__ or ""
        )
