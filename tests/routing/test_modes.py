"""The three modes: who gets a new lead first, and which policy says so."""

from datetime import datetime, timedelta

import pytest

from cloudstore.kit.calendar import SHANGHAI
from cloudstore.leads.rules.levels import Level
from cloudstore.routing.rules.modes import Locality, Mode, Policy, place, policy_for

NOW = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)


def placed(mode, locality, *, source_open=True, level="N", region_known=None):
    known = locality != "unknown" if region_known is None else region_known
    return place(
        Mode(mode), Locality(locality), source_open=source_open, level=Level(level), region_known=known, now=NOW
    )


@pytest.mark.parametrize(
    ("mode", "locality", "outcome", "why", "match"),
    [
        ("hybrid", "local", "dealer", "local", False),
        ("hybrid", "remote", "oem_queue", "remote", True),
        ("hybrid", "unknown", "oem_queue", "unknown_region", False),
        ("centralised", "local", "oem_queue", "nurture", False),
        ("centralised", "remote", "oem_queue", "nurture", False),
        ("centralised", "unknown", "oem_queue", "nurture", False),
        ("decentralised", "local", "dealer", "local", False),
        ("decentralised", "remote", "dealer", "to_transfer", False),
        ("decentralised", "unknown", "dealer", "kept_by_source", False),
    ],
)
def test_where_a_lead_goes_in_each_mode(mode, locality, outcome, why, match):
    found = placed(mode, locality)
    assert (found.outcome, found.why, found.match) == (outcome, why, match)


@pytest.mark.parametrize(
    ("level", "match"), [("H", True), ("A", True), ("B", False), ("C", False), ("N", False), ("O", False)]
)
def test_the_central_desk_dispatches_from_level_a_on(level, match):
    assert placed("centralised", "local", level=level).match is match


def test_the_central_desk_does_not_dispatch_to_nowhere():
    assert placed("centralised", "unknown", level="H").match is False


def test_a_decentralised_dealer_has_a_day_to_hand_over_what_is_not_local():
    assert placed("decentralised", "remote").transfer_by == NOW + timedelta(hours=24)
    assert placed("decentralised", "unknown").transfer_by is None


@pytest.mark.parametrize("mode", ["hybrid", "decentralised"])
def test_a_source_dealer_that_may_not_receive_sends_its_local_lead_to_the_desk(mode):
    found = placed(mode, "local", source_open=False)
    assert (found.outcome, found.why, found.match) == ("oem_queue", "source_blocked", True)


@pytest.mark.parametrize("mode", ["hybrid", "decentralised"])
@pytest.mark.parametrize(("known", "why"), [(True, "no_source"), (False, "unknown_region")])
def test_a_lead_of_the_car_makers_own_account_goes_to_the_desk(mode, known, why):
    found = placed(mode, "remote" if known else "unknown", source_open=None)
    assert (found.outcome, found.why, found.match) == ("oem_queue", why, known)


POLICIES = [
    Policy("brand"),
    Policy("wechat anywhere", channel="wechat"),
    Policy("east", region="east"),
    Policy("jiangsu", region="east/jiangsu"),
    Policy("jiangsu douyin", region="east/jiangsu", channel="douyin"),
]


@pytest.mark.parametrize(
    ("regions", "channel", "policy"),
    [
        (["east/jiangsu", "east"], "douyin", "jiangsu douyin"),
        (["east/jiangsu", "east"], "wechat", "jiangsu"),
        (["east/zhejiang", "east"], "douyin", "east"),
        (["north"], "wechat", "wechat anywhere"),
        (["north"], "douyin", "brand"),
        ([], "douyin", "brand"),
    ],
)
def test_the_most_specific_policy_counts(regions, channel, policy):
    assert policy_for(POLICIES, regions=regions, channel=channel) == policy
    assert policy_for(POLICIES[::-1], regions=regions, channel=channel) == policy


def test_without_a_fitting_policy_there_is_none():
    assert policy_for([Policy("east", region="east")], regions=["north"], channel="douyin") is None
