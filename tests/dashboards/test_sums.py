"""The same number, asked at every level, is the same number."""

from datetime import timedelta

from cloudstore.grading import services as grading
from cloudstore.network.scope import of_staff
from cloudstore.queue.services import pulse
from dashboards.queries.board import read_board, trend
from dashboards.queries.numbers import RULED_OUT, period_at, total
from dashboards.queries.rows import RowFilter, by_account, by_scene, lead_rows
from dashboards.queries.stores import read_stores
from tests.dashboards.network import make_lead
from tests.world import NOON, signed_in


def _zhou(world):
    return of_staff(world.xinghe.people["zhou"])


def _asked(**more):
    period = period_at(NOON)
    return RowFilter(period.first, period.last, **more)


def test_network_is_its_regions_and_its_dealers_and_its_rows(world, stores):
    make_lead(world.xinghe, None, 0, NOON - timedelta(days=2), state="oem_queue")
    scope = _zhou(world)
    board = read_board(scope, now=NOON)
    by_place = total([*(place.pair for place in board.places), board.stores.desk])
    by_store = total([*(store.pair for store in board.stores.rows), board.stores.desk])
    assert board.whole == by_place == by_store
    assert board.whole.now.leads == lead_rows(scope, _asked()).count() > 90
    for word, n in (("natural", board.whole.now.natural), ("paid", board.whole.now.paid)):
        assert lead_rows(scope, _asked(source=word)).count() == n > 0
    assert lead_rows(scope, _asked(place="away")).count() == board.whole.now.away > 0


def test_a_region_holds_its_children_and_every_store_in_it(world, stores):
    scope, east = _zhou(world), world.xinghe.regions["east"]
    network, board = read_board(scope, now=NOON), read_board(scope, now=NOON, region=east)
    (line,) = [place for place in network.places if place.code == "east"]
    assert {place.code for place in board.places} == {"jiangsu", "east"}
    assert board.whole == line.pair == total(place.pair for place in board.places)
    assert board.whole.now.leads == lead_rows(scope, _asked(region=east)).count()
    assert len(board.stores.rows) == line.dealers == sum(place.dealers for place in board.places)


def test_a_store_is_its_scenes_and_its_accounts(world, stores):
    scope, riverside = _zhou(world), world.xinghe.dealers["riverside"]
    make_lead(world.xinghe, riverside, 1, NOON - timedelta(days=3), source_account=world.xinghe.accounts["SH01"])
    store = next(one for one in read_stores(scope, now=NOON).rows if one.pk == riverside.pk)
    asked = _asked(dealer=riverside)
    assert sum(one.leads for one in by_scene(scope, asked)) == store.pair.now.leads
    assert sum(one.leads for one in by_account(scope, asked)) == store.pair.now.leads


def test_only_a_rule_or_the_oem_makes_a_lead_invalid(world, stores):
    scope, before = _zhou(world), read_board(_zhou(world), now=NOON).whole.now
    when, dealer = NOON - timedelta(days=2), world.xinghe.dealers["nanshan"]
    make_lead(world.xinghe, dealer, 0, when, state="invalid", invalid_by="dealer")
    make_lead(world.xinghe, dealer, 0, when, state="invalid", invalid_by="oem")
    pulse(f"brand:{world.xinghe.brand.pk}")  # as the service that writes a lead does
    after = read_board(scope, now=NOON).whole.now
    assert (after.leads - before.leads, after.valid - before.valid) == (2, 1)
    assert lead_rows(scope, _asked(valid="invalid")).filter(RULED_OUT).count() == 1


def test_merged_leads_and_days_outside_the_period_are_not_counted(world, stores):
    before = read_board(_zhou(world), now=NOON).whole
    make_lead(world.xinghe, stores[0], 0, NOON - timedelta(days=2), state="merged")
    make_lead(world.xinghe, stores[0], 0, NOON)
    make_lead(world.xinghe, stores[0], 0, NOON - timedelta(days=29))
    pulse(f"brand:{world.xinghe.brand.pk}")  # as the service that writes a lead does
    after = read_board(_zhou(world), now=NOON).whole
    assert after.now == before.now
    assert after.before.leads == before.before.leads + 1


def test_the_trend_knows_no_zero_before_the_first_lead_and_ends_today(world, stores):
    days = trend(_zhou(world), now=NOON)
    assert len(days) == 61
    assert days[-1].day == NOON.date()
    assert days[0].natural is None
    known = [day for day in days if day.natural is not None]
    assert sum(day.natural + day.paid for day in known) == lead_rows(_zhou(world), _asked()).count()


def test_live_hours_count_at_most_eight_a_day(world, stores):
    board = read_board(_zhou(world), now=NOON)
    strongest = max(board.stores.rows, key=lambda one: one.pair.now.minutes)
    period = board.period
    long_days = sum((period.first + timedelta(days=n)).day % 4 == 0 for n in range(28))
    assert strongest.pair.now.minutes <= long_days * 480 + (28 - long_days) * 150


def test_dealers_by_tier_and_those_that_need_help(world, stores):
    board = read_board(_zhou(world), now=NOON)
    assert sum(line.dealers for line in board.tiers) + board.unranked == 24
    assert sum(line.change for line in board.tiers) == 0
    assert {row.store.tier for row in board.help} <= {"C", "D"}
    scores = [row.store.score for row in board.help]
    assert scores == sorted(scores)
    assert all(row.key and len(row.scores) == 2 for row in board.help)


def test_a_network_without_any_run_still_has_a_board(world):
    board = read_board(_zhou(world), now=NOON)
    assert board.stores.run is None and board.unranked == 3 and board.kpis[0].value is None
    assert signed_in(world.xinghe.people["zhou"]).get("/board/").status_code == 200
    run = grading.run(brand_id=world.xinghe.brand.pk, kind="official", now=NOON)
    assert run.grades.exclude(tier="U").count() == 0  # nobody has facts: unrated, not bad
