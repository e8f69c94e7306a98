"""The report card: what the run said, and what would lift the store."""

from decimal import Decimal

from cloudstore.grading import queries
from cloudstore.grading.models import Grade, IndicatorValue
from dashboards.templatetags.boards import measure, sparkline
from tests.world import signed_in


def _card(world, dealer):
    return queries.report_card(queries.latest_run(world.xinghe.brand.pk), dealer)


def _of_tier(world, tier):
    run = queries.latest_run(world.xinghe.brand.pk)
    return Grade.objects.filter(run=run, tier=tier).select_related("dealer").first()


def test_contributions_add_up_to_the_score_of_the_run(world, stores):
    for dealer in stores[::5]:
        card = _card(world, dealer)
        assert len(card.lines) == 8
        parts = sum((line.contribution for line in card.lines if line.contribution), Decimal(0))
        assert abs(parts - card.grade.score) < Decimal("0.01")


def test_the_way_up_names_values_above_todays_and_reaches_what_is_needed(world, stores):
    seen = 0
    for tier in ("A", "B", "C", "D"):
        grade = _of_tier(world, tier)
        if grade is None:
            continue
        seen += 1
        card = _card(world, grade.dealer)
        ascent = queries.ascent(card)
        assert abs(ascent.today - card.grade.score) < Decimal("0.02")
        assert all(step.to > (step.now or 0) for step in ascent.plan)
        assert ascent.reached >= ascent.needed or ascent.short > 0
        assert len(ascent.singles) == 8
    assert seen >= 2


def test_nobody_is_told_a_way_above_the_top_or_without_a_tier(world, stores):
    run = queries.latest_run(world.xinghe.brand.pk)
    grade = Grade.objects.filter(run=run).first()
    for tier in ("S", "U", "N"):
        Grade.objects.filter(pk=grade.pk).update(tier=tier)
        assert queries.ascent(_card(world, grade.dealer)) is None


def test_the_card_says_it_in_words(world, stores):
    grade = _of_tier(world, "C") or _of_tier(world, "B")
    page = signed_in(world.people()["zhou"]).get(f"/board/dealers/{grade.dealer.code}/card/").content.decode()
    assert "Peers are assumed unchanged." in page
    assert "network median" in page and "The indicator with most room" in page
    assert "usually help" in page and "bad" not in page.lower().replace("cs-bad", "")


def test_left_out_indicators_say_why_and_gates_until_when(world, stores):
    run = queries.latest_run(world.xinghe.brand.pk)
    riverside = world.xinghe.dealers["riverside"]
    IndicatorValue.objects.filter(run=run, dealer=riverside, key="dm_reply_3m").update(
        status="no_base", score=None, absolute=None, relative=None, contribution=None, shrunk=None
    )
    gate = {"reason": "platform_ban", "max_tier": "C", "until": "2026-04-01", "holds_incentives": False}
    Grade.objects.filter(run=run, dealer=riverside).update(gates=[gate], partial=True)
    page = signed_in(world.people()["chen"]).get("/d/card/").content.decode()
    assert "Nobody asked in this period: left out" in page
    assert "A ban by the platform is active" in page and "until 2026-04-01" in page


def test_own_card_is_only_the_own_store(world, stores):
    chen = signed_in(world.people()["chen"])
    assert "上海嘉和汽车滨江店" in chen.get("/d/card/").content.decode()
    assert chen.get("/d/card/?dealer=SZ11").status_code == 404
    gao = signed_in(world.people()["gao"])
    assert "苏州嘉和汽车园区店" in gao.get("/d/card/?dealer=SZ01").content.decode()
    assert signed_in(world.people()["zhao"]).get("/d/card/").status_code == 404
    assert signed_in(world.people()["wang"]).get("/d/card/").status_code == 200


def test_before_the_first_run_the_card_says_when_it_comes(world):
    assert "No report card yet" in signed_in(world.people()["chen"]).get("/d/card/").content.decode()


def test_history_and_policy_tiers(world, stores):
    pk = stores[-1].pk
    weeks = queries.history(world.xinghe.brand.pk, [pk])[pk]
    assert [week.window_to.isoformat() for week in weeks] == ["2026-02-22", "2026-03-01"]
    assert queries.tier_of([pk])[pk] == weeks[-1].tier


def test_small_lines_and_units():
    assert sparkline([1.0]) == ""
    assert sparkline([0.0, 10.0]) == "2.0,22.0 64.0,2.0"
    assert measure(Decimal("0.0082"), "ratio") == "0.82%"
    assert measure(Decimal("0.924"), "ratio") == "92.4%"
    assert measure(Decimal("24"), "posts") == "24 posts"
    assert measure(None, "hours") == "–"
