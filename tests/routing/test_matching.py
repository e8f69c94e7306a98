"""Which dealer gets a dispatched lead: the worked case, every filter, the widening search, fairness, ties."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import asin, cos, dist, radians, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudstore.kit.calendar import SHANGHAI
from cloudstore.network.gazetteer import gazetteer
from cloudstore.routing.rules.book import DealerBook
from cloudstore.routing.rules.dealers import Dealer, fair_shares, haversine_km
from cloudstore.routing.rules.matching import Lead, Reach, failed_filters, match, may_receive
from cloudstore.routing.rules.scoring import WEIGHTS, terms_of

GEO = gazetteer()
SZ, GZ, DG = "440300", "440100", "441900"
P90 = Decimal("0.30")
NOW = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)


def dealer(code, rate="0.24", tier="B", target="0.40", actual="0.40", open=10, **more):
    given = {"territory": frozenset({SZ}), "series": frozenset({"X7"})} | more
    return Dealer(
        code,
        arrival_rate=Decimal(rate),
        tier=tier,
        target_share=Decimal(target),
        actual_share=Decimal(actual),
        open=open,
        **given,
    )


def book(*dealers):
    return DealerBook(dealers, GEO, P90)


def lead(**more):
    km = {code: Decimal(km) for code, km in more.pop("km", {}).items()}
    return Lead(**({"adcode": SZ, "series": "X7", "km": km} | more))


WORKED = [
    dealer("Z1", "0.24", "A", "0.40", "0.46", 45),
    dealer("Z2", "0.27", "S", "0.35", "0.33", 20),
    dealer("Z3", "0.15", "C", "0.25", "0.21", 10, capacity_open=40),
    dealer("Z4", "0.30", "S", "0.30", "0.10", 5, series=frozenset({"X5"})),
    dealer("Z5", "0.30", "S", "0.30", "0.10", 60),
]
WAYS = {"Z1": "6.2", "Z2": "11.0", "Z3": "3.1", "Z4": "2", "Z5": "4"}


def test_the_worked_case():
    found = match(lead(km=WAYS), book(*WORKED))
    assert [(one.code, str(one.score)) for one in found.candidates] == [
        ("Z2", "0.7940"),
        ("Z1", "0.7154"),
        ("Z3", "0.6753"),
    ]
    assert [(one.code, one.failed) for one in found.filtered] == [
        ("Z4", ("series_not_authorised",)),
        ("Z5", ("capacity_open_full",)),
    ]
    assert (found.reach, found.round_no, found.chosen.code) == (Reach.TERRITORY, 1, "Z2")


@pytest.mark.parametrize(
    ("code", "terms"),
    [
        ("Z1", "0.8760 0.8000 0.8000 0.4250 0.2500"),
        ("Z2", "0.7800 0.9000 1.0000 0.5286 0.6667"),
        ("Z3", "0.9380 0.5000 0.4000 0.5800 0.7500"),
    ],
)
def test_the_terms_of_the_worked_case(code, terms):
    found = match(lead(km=WAYS), book(*WORKED))
    of = next(one.terms for one in found.candidates if one.code == code)
    assert " ".join(f"{term:.4f}" for term in of) == terms


@pytest.mark.parametrize(
    ("more", "km", "terms"),
    [
        ({}, "60", (0, "0.8", "0.6", "0.5", "0.8333")),
        ({"rate": "0.90"}, "50", (0, 1, "0.6", "0.5", "0.8333")),
        ({"target": "0.10", "actual": "0.90"}, "0", (1, "0.8", "0.6", 0, "0.8333")),
        ({"actual": "0"}, "0", (1, "0.8", "0.6", 1, "0.8333")),
        ({"target": "0"}, "0", (1, "0.8", "0.6", 0, "0.8333")),
        ({"tier": "N"}, "0", (1, "0.8", "0.6", "0.5", "0.8333")),
        ({"tier": "D", "open": 60}, "25", ("0.5", "0.8", "0.2", "0.5", 0)),
    ],
)
def test_each_term_stays_between_nothing_and_one(more, km, terms):
    found = terms_of(dealer("Z1", **more), Decimal(km), P90)
    assert [round(term, 4) for term in found] == [Decimal(term) for term in terms]


def test_without_a_brand_percentile_or_a_distance_these_terms_are_nothing():
    assert terms_of(dealer("Z1"), None, Decimal(0))[:2] == (0, 0)
    assert sum(WEIGHTS.values()) == 1


@pytest.mark.parametrize(
    ("change", "wanted", "reason"),
    [
        ({}, {"recipients": {"dealer:Z9", "oem"}}, "consent_does_not_cover"),
        ({"active": False}, {}, "inactive"),
        ({"brand": "qingtian"}, {"brand": "xinghe"}, "brand_not_authorised"),
        ({"series": frozenset()}, {}, "series_not_authorised"),
        ({"open": 60}, {}, "capacity_open_full"),
        ({"open": 0, "capacity_open": 0}, {}, "capacity_open_full"),
        ({"today": 20}, {}, "capacity_day_full"),
        ({}, {"former": ("Z1",)}, "former_round"),
        ({}, {"refused": frozenset({"Z1"})}, "refused_by_customer"),
        ({"suspended": True}, {}, "sla_suspended"),
        ({"tier": "D"}, {}, "tier_d_in_round_1"),
    ],
)
def test_each_filter_says_why(change, wanted, reason):
    found = match(lead(**wanted), book(dealer("Z1", **change)))
    assert [(one.code, one.failed) for one in found.filtered] == [("Z1", (reason,))]
    assert found.chosen is None


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, {"recipients": {"network"}}),
        ({}, {"recipients": {"dealer:Z1"}}),
        ({"series": None}, {}),
        ({}, {"series": ""}),
        ({"open": 59}, {}),
        ({"today": 19}, {}),
        ({"tier": "D"}, {"former": ("Z9",)}),
        ({"brand": "xinghe"}, {"brand": "xinghe"}),
    ],
)
def test_what_a_filter_lets_through(change, wanted):
    assert match(lead(**wanted), book(dealer("Z1", **change))).chosen.code == "Z1"


def test_a_receipt_names_every_filter_a_dealer_failed():
    busy = dealer("Z1", tier="D", open=60, active=False)
    assert failed_filters(busy, lead(recipients=())) == (
        "consent_does_not_cover",
        "inactive",
        "capacity_open_full",
        "tier_d_in_round_1",
    )


def test_the_source_dealer_keeps_its_local_lead_however_busy_but_not_against_the_customer():
    busy = dealer("Z1", tier="D", open=60, today=20, suspended=True)
    assert may_receive(busy, lead())
    for barred in (lead(recipients={"oem"}), lead(series="X9"), lead(refused=frozenset({"Z1"}))):
        assert not may_receive(busy, barred)


def test_the_search_widens_only_when_nobody_nearer_can_take_the_lead():
    home = dealer("home")
    ring = {"at40": "40", "at50": "50", "at90": "90", "at199": "199", "at201": "201"}
    others = [dealer(code, territory=frozenset({GZ}), city=GZ) for code in ring]
    asked, everyone = lead(km={"home": "5"} | ring), [home, *others]
    seen = []
    for gone in (set(), {"home"}, {"home", "at40", "at50"}, {"home", "at40", "at50", "at90"}):
        closed = [replace(one, active=one.code not in gone) for one in everyone]
        found = match(asked, book(*closed))
        seen.append((found.reach, {one.code for one in found.candidates}))
    assert seen == [
        ("territory", {"home"}),
        ("within_50_km", {"at40", "at50"}),
        ("within_100_km", {"at90"}),
        ("within_200_km", {"at199"}),
    ]


def test_at_last_the_nearest_of_the_province_gets_it_and_nobody_beyond():
    far = [
        dealer("GD2", territory=frozenset({GZ}), tier="S"),
        dealer("GD1", territory=frozenset({DG})),
        dealer("HN1", territory=frozenset({"430100"})),
    ]
    found = match(lead(km={"GD1": "250", "GD2": "300", "HN1": "210"}), book(*far))
    assert (found.reach, [one.code for one in found.candidates]) == ("nearest_in_province", ["GD1"])
    assert [(one.code, one.failed) for one in found.filtered] == [("GD2", ("out_of_reach",))]
    nobody = match(lead(km={"HN1": "210"}), book(far[2]))
    assert (nobody.reach, nobody.candidates, nobody.filtered) == (None, (), ())


def test_a_dealer_without_territory_serves_its_own_city():
    own = dealer("Z1", territory=frozenset(), city="440305")
    assert match(lead(), book(own)).reach is Reach.TERRITORY
    assert match(lead(adcode=GZ), book(own)).reach is not Reach.TERRITORY


def test_the_store_the_customer_asked_for_gets_the_lead_if_it_passes():
    wished = dealer("far", territory=frozenset({GZ}))
    others = book(dealer("Z1", tier="S"), wished)
    found = match(lead(wish="far", km={"far": "120", "Z1": "1"}), others)
    assert (found.chosen.code, found.reach) == ("far", Reach.WISH)
    blocked = match(lead(wish="far", refused=frozenset({"far"})), others)
    assert (blocked.chosen.code, blocked.reach) == ("Z1", Reach.TERRITORY)
    assert match(lead(wish="nobody"), others).chosen.code == "Z1"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"assigned_24h": 2}, {"assigned_24h": 1}),
        ({"last_assigned_at": NOW}, {"last_assigned_at": NOW - timedelta(hours=1)}),
        ({"last_assigned_at": NOW}, {"last_assigned_at": None}),
        ({"assigned_24h": 0, "last_assigned_at": None, "code": "Z9"}, {}),
    ],
)
def test_equal_scores_are_settled_by_fewer_leads_then_longer_waiting_then_code(first, second):
    loser, winner = dealer(first.pop("code", "A1"), **first), dealer("Z1", **second)
    for order in ([loser, winner], [winner, loser]):
        found = match(lead(), book(*order))
        assert [one.code for one in found.candidates] == ["Z1", loser.code]
        assert found.candidates[0].score == found.candidates[1].score


def test_fairness_alone_deals_the_leads_out_by_target():
    capacity = {"P": 50, "Q": 30, "R": 20}
    recent, order = dict.fromkeys(capacity, 0), ""
    dealers = {code: dealer(code) for code in capacity}
    for _ in range(20):
        for code, (target, actual) in fair_shares(capacity, recent).items():
            dealers[code] = replace(dealers[code], target_share=target, actual_share=actual, assigned_24h=recent[code])
        code = match(lead(), book(*dealers.values())).chosen.code
        recent[code] += 1
        order += code
    assert order[:10] == "PQRPQPRPQP"
    assert recent == {"P": 10, "Q": 6, "R": 4}


def test_shares_of_nobody_and_of_nothing():
    assert fair_shares({}, {}) == {}
    assert fair_shares({"P": 0}, {}) == {"P": (0, 0)}
    assert fair_shares({"P": 1, "Q": 3}, {"P": 3, "Z": 9}) == {
        "P": (Decimal("0.25"), Decimal(1)),
        "Q": (Decimal("0.75"), Decimal(0)),
    }


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ((0.0, 0.0), (1.0, 0.0), 111.195),  # a degree of latitude on a sphere of 6,371.0088 km
        ((0.0, 0.0), (90.0, 0.0), 10007.557),
        ((0.0, 0.0), (0.0, 180.0), 20015.115),
        ((60.0, 10.0), (60.0, 11.0), 55.597),
        ((22.5, 114.0), (22.5, 114.0), 0.0),
    ],
)
def test_distances_along_the_earth(one, other, km):
    assert haversine_km(one, other) == pytest.approx(km, abs=0.01)


points = st.tuples(st.floats(18, 54), st.floats(73, 135))


@given(points, points)
def test_the_distance_is_the_angle_between_two_directions(one, other):
    def direction(point):
        lat, lon = map(radians, point)
        return cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)

    chord = dist(direction(one), direction(other))
    assert haversine_km(one, other) == pytest.approx(2 * 6371.0088 * asin(chord / 2), abs=0.001)
    assert haversine_km(one, other) == pytest.approx(haversine_km(other, one))


def test_distances_are_measured_from_the_point_of_the_region_when_none_is_given():
    near = dealer("near", territory=frozenset({GZ}), point=(22.60, 114.10))
    far = dealer("far", territory=frozenset({GZ}), point=(23.13, 113.26))
    found = match(lead(), book(far, near))
    assert (found.reach, found.chosen.code) == ("within_50_km", "near")
    assert Decimal(5) < found.chosen.km < Decimal(15)
    other_end = match(lead(point=(23.0, 113.3)), book(far, near))
    assert other_end.chosen.code == "far"


def test_a_book_sees_a_newer_view_of_a_dealer():
    shelf = book(dealer("Z1", tier="S"), dealer("Z2"))
    assert match(lead(), shelf).chosen.code == "Z1"
    shelf.replace(dealer("Z1", tier="S", open=60))
    assert match(lead(), shelf).chosen.code == "Z2"
    shelf.replace(dealer("Z1", tier="C"))
    assert match(lead(), shelf).chosen.code == "Z2"


shares = st.integers(0, 100).map(lambda percent: Decimal(percent) / 100)
networks = st.lists(
    st.builds(
        Dealer,
        code=st.sampled_from([f"D{number}" for number in range(12)]),
        territory=st.sampled_from([frozenset({SZ}), frozenset({GZ}), frozenset({DG, SZ}), frozenset()]),
        city=st.sampled_from([SZ, GZ, "430100", ""]),
        point=st.none() | st.tuples(st.floats(22, 24), st.floats(113, 115)),
        active=st.booleans(),
        tier=st.sampled_from("SABCDN"),
        arrival_rate=shares,
        target_share=shares,
        actual_share=shares,
        open=st.integers(0, 70),
        today=st.integers(0, 25),
    ),
    max_size=8,
    unique_by=lambda one: one.code,
)


@settings(max_examples=200)
@given(networks, st.sampled_from([SZ, GZ, "440305", "430100"]), st.randoms(use_true_random=False))
def test_whatever_the_network_the_winner_passed_and_nobody_passed_had_more(dealers, adcode, dice):
    asked = Lead(adcode)
    found = match(asked, book(*dealers))
    by_code = {one.code: one for one in dealers}
    for candidate in found.candidates:
        assert failed_filters(by_code[candidate.code], asked) == ()
        assert Decimal(0) <= candidate.score <= Decimal(1)
        assert found.chosen.score >= candidate.score
    for out in found.filtered:
        assert out.failed
    assert {one.code for one in found.candidates}.isdisjoint(one.code for one in found.filtered)
    dice.shuffle(dealers)
    assert match(asked, book(*dealers)) == found


@given(networks, st.sampled_from([SZ, GZ]))
def test_somebody_of_the_territory_who_passes_is_never_passed_over(dealers, adcode):
    shelf = book(*dealers)
    passing = {one.code for one in shelf.serving(adcode) if not failed_filters(one, Lead(adcode))}
    found = match(Lead(adcode), shelf)
    if passing:
        assert {one.code for one in found.candidates} == passing
    else:
        assert found.reach is not Reach.TERRITORY
