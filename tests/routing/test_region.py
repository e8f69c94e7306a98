"""Which city a customer is in, how sure that is, and when a person has to ask."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.kit.calendar import SHANGHAI
from cloudstore.network.gazetteer import gazetteer
from cloudstore.routing.rules.region import (
    BASE,
    Certainty,
    Evidence,
    EvidenceKind,
    decide_region,
    evidence_from_text,
    is_local,
)

BOOK = gazetteer()
SZ, GZ, CHANGSHA, NANSHAN, GUANGDONG = "440300", "440100", "430100", "440305", "440000"


def hints(**by_kind):
    return [Evidence(EvidenceKind(kind), adcode) for kind, adcode in by_kind.items()]


@pytest.mark.parametrize(
    ("story", "evidence", "adcode", "confidence", "reason"),
    [
        ("said Shenzhen", hints(declared_city=SZ, mobile_prefix=GZ, ip=SZ), SZ, "1.00", "confident"),
        ("plate against two", hints(plate=SZ, mobile_prefix=GZ, ip=GZ), SZ, "0.60", "conflict"),
        ("number against address", hints(mobile_prefix=CHANGSHA, ip=SZ), CHANGSHA, "0.50", "low_confidence"),
        ("account only", hints(account_region=SZ), SZ, "0.20", "low_confidence"),
        ("nothing at all", [], None, "0.00", "no_evidence"),
        ("number alone", hints(mobile_prefix=SZ), SZ, "0.60", "confident"),
        ("address alone", hints(ip=SZ), SZ, "0.50", "low_confidence"),
        ("address and account agree", hints(ip=SZ, account_region=SZ), SZ, "0.60", "confident"),
        (
            "said, against everything",
            hints(declared_city=SZ, plate=GZ, mobile_prefix=GZ, ip=GZ),
            SZ,
            "0.70",
            "confident",
        ),
        ("plate against three", hints(plate=SZ, mobile_prefix=GZ, ip=GZ, account_region=SZ), SZ, "0.70", "conflict"),
        ("plate, the others differ", hints(plate=SZ, mobile_prefix=GZ, ip=CHANGSHA), SZ, "0.60", "confident"),
        ("everything agrees", hints(plate=SZ, mobile_prefix=SZ, ip=SZ, account_region=SZ), SZ, "1.00", "confident"),
        ("a district agrees with its city", hints(mobile_prefix=NANSHAN, ip=SZ), NANSHAN, "0.70", "confident"),
        ("districts of one municipality", hints(plate="110105", ip="110000"), "110105", "0.90", "confident"),
        ("counties of Chongqing", hints(plate="500235", ip="500101"), "500235", "0.90", "confident"),
        ("said a province", hints(declared_city=GUANGDONG, ip=SZ), GUANGDONG, "1.00", "province_only"),
        ("address knows the province", hints(mobile_prefix=SZ, ip=GUANGDONG), SZ, "0.60", "confident"),
        ("address in another province", hints(mobile_prefix=SZ, ip="430000"), SZ, "0.50", "low_confidence"),
        ("a code nobody knows", hints(declared_city="999999", mobile_prefix=SZ), SZ, "0.60", "confident"),
    ],
)
def test_region_confidence_and_whether_somebody_has_to_ask(story, evidence, adcode, confidence, reason):
    region = decide_region(evidence, BOOK)
    assert (region.adcode, str(region.confidence), region.reason) == (adcode, confidence, reason), story
    assert region.automatic is (reason == "confident")


def test_a_weak_region_known_from_the_account_alone_says_so():
    assert decide_region(hints(account_region=SZ), BOOK).only_account
    assert not decide_region(hints(account_region=SZ, ip=SZ), BOOK).only_account


def test_of_two_hints_of_a_kind_the_later_one_counts():
    morning, evening = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI), datetime(2026, 3, 2, 20, tzinfo=SHANGHAI)
    moved = [Evidence(EvidenceKind.IP, GZ, at=evening), Evidence(EvidenceKind.IP, SZ, at=morning)]
    assert decide_region(moved, BOOK).adcode == GZ
    assert decide_region(hints(declared_city=SZ) + hints(declared_city=GZ), BOOK).adcode == GZ


@pytest.mark.parametrize(
    ("text", "within", "adcode"),
    [
        ("江苏省苏州市", "", "320500"),
        ("苏州昆山", "", "320583"),
        ("朝阳", "", None),
        ("朝阳", "110000", "110105"),
        ("昆山", "", None),
        ("广东", "", None),
        ("不知道", "", None),
    ],
)
def test_typed_text_is_declared_only_when_it_names_one_city(text, within, adcode):
    found = evidence_from_text(text, BOOK, within=within, source="form")
    assert (found and found.adcode) == adcode
    assert found is None or found.kind is EvidenceKind.DECLARED_CITY


@pytest.mark.parametrize(
    ("story", "adcode", "territory", "own_city", "local"),
    [
        ("its city", SZ, {SZ}, "", True),
        ("its district", NANSHAN, {NANSHAN}, "", True),
        ("a district of its city", NANSHAN, {SZ}, "", True),
        ("another district", "440304", {NANSHAN}, SZ, False),
        ("only the city known, the territory is a district", SZ, {NANSHAN}, SZ, False),
        ("a county-level city belongs to its prefecture", "320583", {"320500"}, "", True),
        ("another city", GZ, {SZ, "441900"}, "", False),
        ("no territory row: its own city", SZ, set(), SZ, True),
        ("no territory row: the city of its district", SZ, set(), NANSHAN, True),
        ("no territory row: another city", GZ, set(), SZ, False),
        ("no territory row, no city", GZ, set(), "", False),
        ("a territory row replaces the own city", SZ, {GZ}, SZ, False),
        ("a municipality however written", "110000", {"110100"}, "", True),
        ("a district of a municipality", "110105", {"110000"}, "", True),
        ("a county of Chongqing", "500235", {"500100"}, "", True),
        ("a whole province", NANSHAN, {GUANGDONG}, "", True),
        ("a city below the province", "429004", set(), "429004", True),
        ("its neighbour below the same province", "429005", set(), "429004", False),
    ],
)
def test_local_is_the_territory_by_district_then_by_city(story, adcode, territory, own_city, local):
    assert is_local(adcode, territory, own_city, BOOK) is local, story


cities = st.sampled_from(
    [SZ, GZ, CHANGSHA, NANSHAN, "320500", "320583", "110105", "110000", "500235", "429004", GUANGDONG]
)
evidence_lists = st.lists(st.builds(Evidence, st.sampled_from(EvidenceKind), cities), max_size=6)


@given(evidence_lists)
def test_the_region_is_that_of_the_strongest_hint_and_confidence_stays_in_bounds(evidence):
    region = decide_region(evidence, BOOK)
    assert Decimal(0) <= region.confidence <= Decimal(1)
    if evidence:
        strongest = min((one.kind for one in evidence), key=list(EvidenceKind).index)
        assert region.kind is strongest
        assert region.adcode == [one.adcode for one in evidence if one.kind is strongest][-1]
        kinds = len({one.kind for one in evidence})
        assert abs(region.confidence - BASE[strongest]) <= Decimal("0.1") * (kinds - 1)


@given(evidence_lists)
def test_nothing_is_automatic_below_sixty_percent_or_without_a_city(evidence):
    region = decide_region(evidence, BOOK)
    assert region.automatic is (region.reason is Certainty.CONFIDENT)
    if region.automatic:
        assert region.confidence >= Decimal("0.6")
        assert BOOK.city_of(region.adcode)


@given(evidence_lists, st.sampled_from(EvidenceKind))
def test_one_more_hint_that_agrees_never_makes_it_less_sure(evidence, kind):
    before = decide_region(evidence, BOOK)
    if before.adcode is None or kind in {one.kind for one in evidence} or BOOK.city_of(before.adcode) is None:
        return
    if list(EvidenceKind).index(kind) > list(EvidenceKind).index(before.kind):
        after = decide_region([*evidence, Evidence(kind, before.adcode)], BOOK)
        assert after.confidence >= before.confidence
        assert after.adcode == before.adcode


@given(
    st.lists(st.tuples(st.sampled_from(EvidenceKind), cities), unique_by=lambda pair: pair[0], max_size=5), st.randoms()
)
def test_the_order_in_which_hints_arrive_does_not_matter(pairs, dice):
    evidence = [Evidence(*pair) for pair in pairs]
    shuffled = evidence[:]
    dice.shuffle(shuffled)
    assert decide_region(shuffled, BOOK) == decide_region(evidence, BOOK)
