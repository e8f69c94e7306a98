"""Facts of the live room: the worked example of the rules, through real rows; and figures that are still missing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cloudstore.live.models import LiveSession
from cloudstore.live.queries import fact_rows, summary
from cloudstore.network.scope import of_staff
from tests.world import build, signed_in

SHANGHAI = timedelta(hours=8)


@pytest.fixture
def world(db):
    return build()


@pytest.fixture
def on_air(world):
    """A session of riverside's account, by local times of October 2026."""

    def make(start: str, end: str, *, account: str = "SH01", **fields) -> LiveSession:
        begin, over = (
            datetime.strptime(f"2026-10-{at}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC) - SHANGHAI for at in (start, end)
        )
        mine = world.xinghe.accounts[account]
        return LiveSession.objects.create(
            brand=mine.brand,
            dealer=mine.dealer,
            account=mine,
            room_id=f"{account} {start}",
            started_at=begin,
            ended_at=over,
            intervals=[[begin.isoformat(), over.isoformat()]],
            **fields,
        )

    return make


@pytest.fixture
def example(on_air):
    """The example of the event definitions."""
    on_air("06 19:58", "06 20:20")
    on_air("06 20:26", "06 21:40")
    on_air("07 23:20", "08 00:50")
    on_air("08 14:00", "08 14:20")
    on_air("08 20:00", "08 20:30")


def rows_of(world, first=6, last=8):
    rows = fact_rows(world.xinghe.brand.pk, date(2026, 10, first), date(2026, 10, last))
    return {row.day.day: row for row in rows}


def test_the_worked_example_96_40_80(world, example):
    rows = rows_of(world)
    assert {day: row.values["live_minutes_effective"] for day, row in rows.items()} == {6: 96, 7: 40, 8: 80}
    assert sum(row.values["live_sessions_effective"] for row in rows.values()) == 3


def test_a_window_that_begins_after_midnight_still_counts_the_night_before(world, example):
    assert rows_of(world, first=8)[8].values["live_minutes_effective"] == 80


def test_two_days_and_3_60_hours_on_the_phone_of_the_store(world, example):
    found = summary(of_staff(world.xinghe.people["chen"]), now=datetime(2026, 10, 9, 4, tzinfo=UTC))
    assert (found.days, round(found.hours, 2)) == (2, 3.6)


def test_the_cap_of_eight_hours_is_each_dealers_own(world, on_air):
    on_air("06 08:00", "06 18:00")
    on_air("06 08:00", "06 18:00", account="SZ01")
    found = summary(of_staff(world.xinghe.people["gao"]), now=datetime(2026, 10, 9, 4, tzinfo=UTC))
    assert (found.days, found.hours) == (2, 16.0)


def test_missing_figures_are_no_zero(world, on_air):
    on_air("06 10:00", "06 11:00")
    row = rows_of(world)[6]
    assert "live_viewers_u" not in row.values
    assert "live_exposure" not in row.values
    assert row.quality == {"live": "stale"}


def test_known_figures_of_a_day_add_up_and_one_missing_makes_the_day_stale(world, on_air):
    on_air("06 10:00", "06 11:00", viewers_unique=300, exposure=900)
    assert rows_of(world)[6].quality == {"live": "ok"}
    on_air("06 14:00", "06 15:00", viewers_unique=200, exposure=0)
    on_air("06 18:00", "06 19:00")
    row = rows_of(world)[6]
    assert (row.values["live_viewers_u"], row.values["live_exposure"]) == (500, 900)
    assert row.quality == {"live": "stale"}


@pytest.mark.parametrize("fault", ["replay", "banned"])
def test_a_recording_or_a_punished_room_is_no_airtime(world, on_air, fault):
    on_air("06 10:00", "06 12:00", viewers_unique=9, exposure=9, **{fault: True})
    assert rows_of(world)[6].values.get("live_minutes_effective", 0) == 0


def test_a_room_still_on_air_counts_when_it_is_over(world, on_air):
    LiveSession.objects.filter(pk=on_air("06 10:00", "06 12:00").pk).update(ended_at=None, intervals=[])
    assert "live_minutes_effective" not in rows_of(world)[6].values


def test_another_brand_has_none_of_it(world, example):
    assert list(fact_rows(world.beichen.brand.pk, date(2026, 10, 6), date(2026, 10, 8))) == []


def test_the_page_says_minutes_viewers_and_what_is_not_known(world, on_air):
    on_air("06 10:00", "06 11:00", viewers_unique=1, exposure=4, title="周末专场")
    on_air("06 14:00", "06 15:30")
    page = signed_in(world.xinghe.people["wang"]).get("/d/live/").content.decode()
    assert "周末专场" in page
    assert "60 minutes" in page
    assert "1 viewer" in page
    assert "viewers not known yet" in page
    assert "周末专场" not in signed_in(world.xinghe.people["sun"]).get("/d/live/").content.decode()
