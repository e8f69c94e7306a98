"""What follows when nobody calls: the next dealer, at most three, then the OEM desk."""

from decimal import Decimal

import pytest

from cloudstore.network.gazetteer import gazetteer
from cloudstore.routing.rules.book import DealerBook
from cloudstore.routing.rules.dealers import Dealer
from cloudstore.routing.rules.matching import Lead
from cloudstore.routing.rules.rounds import CloseReason, Next, after_round, play_rounds

SZ = "440300"
LEAD = Lead(SZ, km={f"Z{number}": Decimal(number) for number in range(1, 6)})


def dealers(count, **more):
    return [Dealer(f"Z{number}", territory=frozenset({SZ}), **more) for number in range(1, count + 1)]


def played(count, expire, **more):
    shelf = DealerBook(dealers(count), gazetteer())
    return [(one.number, one.dealer, one.closed) for one in play_rounds(LEAD, shelf, expire=expire, **more)]


@pytest.mark.parametrize(
    ("number", "closed", "then"),
    [
        (1, CloseReason.SLA_EXPIRED, Next.DISPATCH),
        (2, CloseReason.DECLINED, Next.DISPATCH),
        (1, CloseReason.LOST, Next.OEM_CHECK),
        (2, CloseReason.TRANSFERRED, Next.OEM_CHECK),
        (3, CloseReason.SLA_EXPIRED, Next.POOL),
        (3, CloseReason.LOST, Next.POOL),
    ],
)
def test_what_follows_a_round(number, closed, then):
    assert after_round(number, closed) is then


def test_an_expired_round_goes_to_the_next_best_and_never_back():
    assert played(3, {"Z1"}) == [(1, "Z1", "sla_expired"), (2, "Z2", None)]
    assert played(3, {"Z1", "Z2"}) == [(1, "Z1", "sla_expired"), (2, "Z2", "sla_expired"), (3, "Z3", None)]


def test_after_three_rounds_nobody_else_is_asked():
    assert [number for number, _, _ in played(5, {"Z1", "Z2", "Z3", "Z4", "Z5"})] == [1, 2, 3]
    assert len(played(5, {"Z1", "Z2", "Z3"}, max_rounds=2)) == 2


def test_rounds_end_early_when_no_dealer_is_left():
    assert played(1, {"Z1"}) == [(1, "Z1", "sla_expired")]
    assert played(0, set()) == []


def test_a_local_lead_starts_with_its_source_dealer_without_a_score():
    shelf = DealerBook(dealers(3), gazetteer())
    found = list(play_rounds(LEAD, shelf, expire={"Z3"}, first_dealer="Z3"))
    assert [(one.dealer, one.score is None) for one in found] == [("Z3", True), ("Z1", False)]


def test_a_dealer_of_the_lowest_grade_waits_for_the_second_round():
    weak = [Dealer("Z1", territory=frozenset({SZ}), tier="D"), Dealer("Z2", territory=frozenset({SZ}), tier="C")]
    found = play_rounds(LEAD, DealerBook(weak, gazetteer()), expire={"Z2"})
    assert [one.dealer for one in found] == ["Z2", "Z1"]
