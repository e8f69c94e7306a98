"""Money moves between two places at once, never twice, never below the floor."""

import threading

import pytest
from django.db import connection
from django.db.models import F, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tasks.models import LedgerAccount, LedgerTransfer
from tasks.queries.ledger import balance_fen
from tasks.rules.money import Place, Step
from tasks.services import NotCovered, post
from tests.tasks.conftest import NOW, make_world


def whole(brand_id):
    """The auditor's sum: always 0."""
    return LedgerAccount.objects.filter(brand=brand_id).aggregate(sum=Sum("balance_fen"))["sum"] or 0


def recomputed(brand_id):
    """Balances from the transfers alone."""
    rows = LedgerAccount.objects.filter(brand=brand_id)
    credits = {row.pk: row.n or 0 for row in rows.annotate(n=Sum("credits__amount_fen"))}
    debits = {row.pk: row.n or 0 for row in rows.annotate(n=Sum("debits__amount_fen"))}
    return {row.name: credits[row.pk] - debits[row.pk] for row in rows}


class Book:
    """Short words for one brand's postings, in yuan."""

    def __init__(self, brand):
        self.brand = brand

    def post(self, step, yuan, key, **place):
        place.setdefault("campaign", "spring")
        return post(brand_id=self.brand.pk, step=step, place=Place(**place), amount_fen=yuan * 100, key=key, at=NOW)

    def yuan(self, name):
        return balance_fen(self.brand.pk, name) / 100


def test_the_worked_run(world):
    """The printed example of the rules, step by step, with the one payment posted twice."""
    book = Book(world.brand)
    book.post(Step.FUND, 100_000, "fund")
    for pool, yuan in (("m1", 40_000), ("merit", 20_000), ("milestone", 15_000), ("boost", 25_000)):
        book.post(Step.RESERVE, yuan, f"reserve {pool}", pool=pool)
    for key, pool, dealer, yuan in (
        ("p1", "m1", "D01", 400),
        ("p2", "m1", "D02", 240),
        ("m1", "merit", "D01", 3000),
        ("m2", "merit", "D02", 1750),
        ("m3", "merit", "D03", 1750),
        ("s1", "milestone", "D01", 500),
        ("s1", "milestone", "D01", 500),
    ):
        book.post(Step.ACCRUE, yuan, key, pool=pool, dealer=dealer)
    book.post(Step.VOID, 80, "void", dealer="D02")
    for dealer, yuan in (("D01", 3900), ("D02", 1910), ("D03", 1750)):
        book.post(Step.PAY, yuan, f"pay {dealer}", dealer=dealer, period="2026-03")
    book.post(Step.PROMO_SPENT, 540, "spent", pool="boost", period="promo")
    book.post(Step.PROMO_RELEASED, 790, "released", pool="boost")
    book.post(Step.CLAW_BACK, 80, "claw", dealer="D01")
    book.post(Step.ACCRUE, 160, "p3", pool="m1", dealer="D01")
    book.post(Step.NET_RECEIVABLE, 80, "net 1", dealer="D01")
    book.post(Step.NET_CLAWBACK, 80, "net 2")
    assert book.yuan("FUNDING:brand") == -100_000
    assert book.yuan("AVAILABLE:spring") == 950
    assert book.yuan("PAID:promo") == 540
    assert book.yuan("PAYABLE:D01") == 80
    assert book.yuan("RECEIVABLE:D01") == book.yuan("CLAWBACK_PENDING:spring") == 0
    assert whole(world.brand.pk) == 0


def test_an_accrual_larger_than_the_pool_raises_and_posts_nothing(world):
    book = Book(world.brand)
    book.post(Step.FUND, 100, "fund")
    book.post(Step.RESERVE, 50, "reserve", pool="m1")
    with pytest.raises(NotCovered):
        book.post(Step.ACCRUE, 51, "accrue", pool="m1", dealer="D01")
    assert LedgerTransfer.objects.filter(key="accrue").count() == 0
    assert (book.yuan("RESERVED:spring:m1"), book.yuan("PAYABLE:D01")) == (50, 0)


def test_the_same_key_is_the_same_transfer_even_with_another_amount(world):
    book = Book(world.brand)
    assert book.post(Step.FUND, 100, "fund")
    assert not book.post(Step.FUND, 900, "fund")
    assert book.yuan("AVAILABLE:spring") == 100


def test_keys_of_two_brands_do_not_meet(world):
    other = make_world("yunfan", "云帆")
    assert Book(world.brand).post(Step.FUND, 1, "fund")
    assert Book(other.brand).post(Step.FUND, 2, "fund")


def test_the_database_itself_holds_the_floor(world):
    book = Book(world.brand)
    book.post(Step.FUND, 1, "fund")
    with pytest.raises(Exception, match=r"tasks_ledger_floor|CHECK"):
        LedgerAccount.objects.filter(name="AVAILABLE:spring").update(balance_fen=F("balance_fen") - 101)


class Histories(RuleBasedStateMachine):
    """Random postings in any order: whatever happens, the books are right."""

    brand_id = 0
    turn = 0

    def __init__(self):
        super().__init__()
        Histories.turn += 1
        self.campaign = f"c{Histories.turn}"
        self.keys = {}

    @rule(
        step=st.sampled_from(list(Step)),
        dealer=st.sampled_from(["D1", "D2"]),
        amount=st.integers(1, 5000),
        key=st.integers(0, 30),
    )
    def posting(self, step, dealer, amount, key):
        place = Place(campaign=self.campaign, pool="m1", dealer=f"{self.campaign}{dealer}", period=self.campaign)
        name = f"{self.campaign}:{key}"
        try:
            fresh = post(brand_id=self.brand_id, step=step, place=place, amount_fen=amount, key=name, at=NOW)
        except NotCovered:
            assert name not in self.keys
            return
        assert fresh is (name not in self.keys)
        self.keys.setdefault(name, amount)

    @invariant()
    def the_books_are_right(self):
        assert whole(self.brand_id) == 0
        rows = LedgerAccount.objects.filter(brand=self.brand_id)
        assert not rows.filter(may_go_below_zero=False, balance_fen__lt=0).exists()
        assert recomputed(self.brand_id) == dict(rows.values_list("name", "balance_fen"))
        mine = LedgerTransfer.objects.filter(brand=self.brand_id, key__startswith=f"{self.campaign}:")
        assert dict(mine.values_list("key", "amount_fen")) == self.keys


def test_no_history_breaks_the_books(world):
    Histories.brand_id = world.brand.pk
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.django_db(transaction=True)
def test_many_at_once_spend_a_pool_exactly():
    """Twelve threads draw 30 each from a pool of 200: six win, nobody overdraws, and each key counts once."""
    world = make_world()
    book = Book(world.brand)
    book.post(Step.FUND, 2, "fund")
    book.post(Step.RESERVE, 2, "reserve", pool="m1")
    won = []

    def draw(number):
        place = Place(campaign="spring", pool="m1", dealer=f"D{number}")
        try:
            post(brand_id=world.brand.pk, step=Step.ACCRUE, place=place, amount_fen=30, key=f"a{number}", at=NOW)
            won.append(number)
        except NotCovered:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 6
    assert balance_fen(world.brand.pk, "RESERVED:spring:m1") == 20
    assert whole(world.brand.pk) == 0
