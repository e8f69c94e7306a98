"""The decisions about tasks, without a database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules import captions, money, quota
from tasks.rules.audience import Audience, Candidate, Without, read_audience, select
from tasks.rules.rewards import AccrualState, Claim, Held, LineReason, m1_line, most_possible, must_wait, next_state
from tasks.rules.states import AssignmentState, Stop, SubmissionState, TaskState, is_done, may_submit

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
FULL = Decimal(1)


def account(number, dealer=1, path="east/", **more):
    return Candidate(account_id=number, dealer_id=dealer, region_path=path, tier=more.pop("tier", "B"), **more)


class TestAudience:
    def test_an_empty_choice_is_the_whole_brand(self):
        chosen = select([account(1), account(2, dealer=2, path="south/")], Audience()).chosen
        assert [one.account_id for one in chosen] == [1, 2]

    def test_a_region_takes_its_whole_subtree_and_no_neighbour(self):
        rows = [account(1, path="east/"), account(2, dealer=2, path="east/sh/"), account(3, dealer=3, path="eastern/")]
        selection = select(rows, Audience(region_paths=("east/",)))
        assert [one.account_id for one in selection.chosen] == [1, 2]
        assert selection.left_out == ()

    def test_regions_tiers_and_groups_narrow_together(self):
        rows = [
            account(1, tier="A", group_id=7),
            account(2, dealer=2, tier="C", group_id=7),
            account(3, dealer=3, tier="A"),
        ]
        selection = select(rows, Audience(tiers=frozenset("A"), groups=frozenset({7})))
        assert [one.account_id for one in selection.chosen] == [1]
        assert selection.reasons == {Without.TIER: 1, Without.GROUP: 1}

    def test_a_dealer_never_rated_counts_as_new(self):
        rows = [account(1, tier="")]
        assert select(rows, Audience(tiers=frozenset("N"))).chosen
        assert not select(rows, Audience(tiers=frozenset("B"))).chosen

    def test_named_dealers_come_in_addition_and_alone_when_nothing_else_is_chosen(self):
        rows = [account(1), account(2, dealer=2, path="south/", tier="D"), account(3, dealer=3, path="west/")]
        both = Audience(region_paths=("east/",), tiers=frozenset("B"), dealers=frozenset({2}))
        assert [one.dealer_id for one in select(rows, both).chosen] == [1, 2]
        assert [one.dealer_id for one in select(rows, Audience(dealers=frozenset({3}))).chosen] == [3]

    def test_without_beats_everything(self):
        choice = Audience(dealers=frozenset({1}), without=frozenset({1}))
        assert select([account(1)], choice).reasons == {Without.EXCLUDED: 1}

    @pytest.mark.parametrize(
        ("fact", "reason"),
        [
            ({"dealer_active": False}, Without.DEALER_INACTIVE),
            ({"account_active": False}, Without.ACCOUNT_INACTIVE),
            ({"authorised": False}, Without.NOT_AUTHORISED),
        ],
    )
    def test_who_cannot_take_part_is_named_with_the_reason(self, fact, reason):
        selection = select([account(1, **fact)], Audience())
        assert selection.chosen == ()
        assert selection.reasons == {reason: 1}
        assert selection.dealers_without_account == {1}

    @pytest.mark.parametrize(
        "stored", [None, [], "x", 5, {"regions": "1"}, {"tiers": ["Z"]}, {"who": [1]}, {"groups": [None, "x", 1e9]}]
    )
    def test_a_strange_choice_is_read_without_an_error(self, stored):
        read = read_audience(stored)
        assert read.as_json() in ({}, {"groups": []})
        assert bool(read.faults) is bool(stored)

    def test_what_is_stored_comes_back(self):
        choice = {"regions": [3, 1], "tiers": ["B", "S"], "without": ["9"]}
        assert read_audience(choice).as_json() == {"regions": [1, 3], "tiers": ["S", "B"], "without": [9]}


class TestQuota:
    @pytest.mark.parametrize(
        ("tier", "asked", "days", "quota_is"),
        [("S", 9, 7, 5), ("D", 3, 7, 2), ("D", 3, 8, 3), ("A", 1, 30, 1), ("U", 9, 3, 3)],
    )
    def test_nobody_is_asked_for_more_than_the_tier_allows(self, tier, asked, days, quota_is):
        assert quota.quota_for(asked, tier=tier, days=days) == quota_is


class TestSubmitting:
    def ask(self, *attempts, quota=2, task=TaskState.OPEN, assignment=AssignmentState.ACCEPTED):
        return may_submit(task, assignment, quota=quota, attempts=[SubmissionState(state) for state in attempts])

    def test_a_place_is_held_until_somebody_says_no(self):
        assert self.ask("preparing", "in_review") is Stop.QUOTA_REACHED
        assert self.ask("refused", "returned", "withdrawn", "approved") is None

    def test_no_more_than_the_quota(self):
        assert self.ask("published", "approved") is Stop.QUOTA_REACHED

    def test_not_after_the_end_nor_after_declining(self):
        assert self.ask(task=TaskState.CLOSED) is Stop.TASK_NOT_OPEN
        assert self.ask(assignment=AssignmentState.DECLINED) is Stop.DECLINED
        assert self.ask(assignment=AssignmentState.CANCELLED) is Stop.CANCELLED

    def test_done_means_approved(self):
        states = [SubmissionState.APPROVED, SubmissionState.IN_REVIEW]
        assert not is_done(quota=2, attempts=states)
        assert is_done(quota=1, attempts=states)


class TestFeePerPost:
    """Model M1. The printed example: fee ¥80, cap 5, six approved posts give ¥400.00 and a sixth line of 0."""

    def earn(self, posts, *, fee=8000, cap=5, pool=10**9, weight=FULL):
        lines, earned = [], 0
        for _ in range(posts):
            line = m1_line(fee_fen=fee, weight=weight, cap_posts=cap, earned_fen=earned, pool_fen=pool - earned)
            lines.append(line)
            earned += line.amount_fen
        return lines

    def test_six_posts_at_eighty_yuan_with_a_cap_of_five(self):
        lines = self.earn(6)
        assert sum(line.amount_fen for line in lines) == 40_000
        assert (lines[5].amount_fen, lines[5].state, lines[5].reason) == (
            0,
            AccrualState.CAPPED,
            LineReason.CAP_PER_DEALER,
        )

    def test_material_word_for_word_earns_half_and_the_cap_is_money(self):
        lines = self.earn(11, weight=Decimal("0.5"))
        assert [line.amount_fen for line in lines] == [4000] * 10 + [0]

    def test_half_of_an_odd_fee_is_rounded_half_up(self):
        assert self.earn(1, fee=8001, weight=Decimal("0.5"))[0].amount_fen == 4001

    def test_the_last_room_of_a_cap_is_given_and_said(self):
        line = m1_line(fee_fen=8000, weight=FULL, cap_posts=1, earned_fen=5000, pool_fen=10**6)
        assert (line.amount_fen, line.reason) == (3000, LineReason.CUT_TO_CAP)

    def test_a_pool_that_runs_dry_pays_what_it_has_then_nothing_visibly(self):
        lines = self.earn(3, pool=12_000)
        assert [(line.amount_fen, line.reason) for line in lines] == [
            (8000, LineReason.EFFECTIVE_POST),
            (4000, LineReason.CUT_TO_BUDGET),
            (0, LineReason.NO_BUDGET),
        ]

    @given(
        st.integers(0, 40),
        st.integers(1, 10_000),
        st.integers(1, 9),
        st.integers(0, 100_000),
        st.sampled_from(["1", "0.5"]),
    )
    def test_no_history_earns_more_than_cap_or_pool(self, posts, fee, cap, pool, weight):
        total = sum(line.amount_fen for line in self.earn(posts, fee=fee, cap=cap, pool=pool, weight=Decimal(weight)))
        assert total <= min(fee * cap, pool)

    def test_the_most_that_a_dealer_can_earn(self):
        assert most_possible(fee_fen=8000, cap_posts=5, quota_of_dealer=4) == 32_000
        assert most_possible(fee_fen=8000, cap_posts=5, quota_of_dealer=9) == 40_000


class TestFirstCome:
    def claim(self, minute, name="m", **more):
        return Claim(NOON + timedelta(minutes=minute), name, **{"decided": False, "under_way": False, **more})

    def test_the_last_place_waits_for_who_was_approved_earlier(self):
        earlier = self.claim(0, under_way=True)
        assert must_wait(self.claim(5), [earlier], places_left=1)
        assert not must_wait(self.claim(5), [earlier], places_left=2)

    def test_equal_times_are_ordered_by_submission(self):
        assert must_wait(self.claim(0, "b"), [self.claim(0, "a", under_way=True)], places_left=1)
        assert not must_wait(self.claim(0, "a"), [self.claim(0, "b", under_way=True)], places_left=1)

    def test_without_a_place_left_nobody_waits(self):
        assert not must_wait(self.claim(5), [self.claim(0, under_way=True)], places_left=0)


class TestLifeOfALine:
    def at(self, state, *, removed_after=None, hold=timedelta(days=7)):
        removed = NOON + removed_after if removed_after is not None else None
        return Held(state, NOON + hold, NOON, removed)

    def test_held_a_week_then_payable(self):
        line = self.at(AccrualState.HELD)
        assert next_state(line, now=NOON + timedelta(days=6, hours=23)) is AccrualState.HELD
        assert next_state(line, now=NOON + timedelta(days=7)) is AccrualState.PAYABLE

    @pytest.mark.parametrize(
        ("was", "becomes"), [("held", "void"), ("payable", "void"), ("paid", "clawed_back"), ("capped", "capped")]
    )
    def test_a_post_taken_down_within_thirty_days(self, was, becomes):
        line = self.at(AccrualState(was), removed_after=timedelta(days=29))
        assert next_state(line, now=NOON + timedelta(days=40)) == becomes

    def test_a_post_taken_down_later_has_earned_its_fee(self):
        line = self.at(AccrualState.PAID, removed_after=timedelta(days=30))
        assert next_state(line, now=NOON + timedelta(days=40)) is AccrualState.PAID


class TestNamesOfMoney:
    def test_each_step_knows_its_two_accounts(self):
        posted = money.entry(money.Step.ACCRUE, money.Place(campaign="7", pool="m1", dealer="SH01"), 8000)
        assert (posted.debit, posted.credit) == ("RESERVED:7:m1", "PAYABLE:SH01")

    @pytest.mark.parametrize("amount", [0, -1])
    def test_nothing_is_not_posted(self, amount):
        with pytest.raises(money.BadEntry):
            money.entry(money.Step.FUND, money.Place(campaign="7"), amount)

    def test_money_of_nobody_is_not_posted(self):
        with pytest.raises(money.BadEntry):
            money.entry(money.Step.PAY, money.Place(dealer="SH01"), 100)


class TestWords:
    def test_hashtags_are_added_once(self):
        assert captions.post_text("周末试驾 #L5", "L5, #试驾 ＃探店") == "周末试驾 #L5 #试驾 #探店"

    def test_the_platform_takes_three_hundred_characters(self):
        text = captions.post_text("长" * 299, "L5 试驾")
        assert text == "长" * 299
        assert len(captions.post_text("长" * 400, "")) == 300

    def test_a_template_knows_two_names_and_no_code(self):
        assert (
            captions.fill("{dealer}欢迎你 {city} {0} {dealer.pk}", dealer="甲店", city="上海")
            == "甲店欢迎你 上海 {0} {dealer.pk}"
        )
