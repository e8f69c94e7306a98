"""The table of aims: floors measured in the same run, missed aims shown and not hidden, results kept as JSON."""

import json

import pytest

from benchmarks import render as render_benchmark
from benchmarks.__main__ import discover, main, run
from benchmarks.report import Row, meets, row, side_by_side, table, write


@pytest.mark.parametrize(
    ("ratio", "aim", "met"),
    [
        (1.05, "<= 1.05", True),
        (1.06, "<= 1.05", False),
        (0.4, ">= 0.4", True),
        (0.39, ">= 0.4", False),
        (2, "<=2", True),
    ],
)
def test_an_aim_is_met_or_missed(ratio, aim, met):
    assert meets(ratio, aim) is met


@pytest.mark.parametrize("aim", ["", "1.05", "< 1", "about 1", "<= one"])
def test_a_vague_aim_is_an_error(aim):
    with pytest.raises(ValueError, match="an aim reads"):
        meets(1.0, aim)


def test_nothing_is_compared_with_a_floor_that_was_not_measured():
    with pytest.raises(ValueError, match="no floor"):
        row("x", "small", floor=0.0, ours=1.0, aim="<= 1")


def test_rounds_are_interleaved_and_the_median_counts():
    order = []
    values = {"a": iter([1.0, 9.0, 2.0]), "b": iter([5.0, 4.0, 50.0])}

    def work(name):
        order.append(name)
        return next(values[name])

    assert side_by_side(3, lambda: work("a"), lambda: work("b")) == (2.0, 5.0)
    assert order == ["a", "b", "b", "a", "a", "b"]


def test_a_missed_aim_stands_in_the_table():
    missed = row("overlay", "6 s", floor=2.0, ours=3.0, aim="<= 1.05")
    met = row("door", "1,000", floor=100.0, ours=150.0, aim=">= 1.2", unit="/s")
    lines = table([missed, met]).splitlines()
    assert lines[0].split() == ["work", "size", "floor", "ours", "ratio", "aim"]
    assert lines[1].endswith("MISSED") and "1.50" in lines[1]
    assert lines[2].rstrip().endswith("ok") and "150 /s" in lines[2]


def test_a_run_is_written_with_machine_and_versions(tmp_path):
    path = write(
        [row("a", "b", floor=1.0, ours=2.0, aim="<= 1.5")], tmp_path / "deep", size="small", stamp="20260101T000000Z"
    )
    whole = json.loads(path.read_text())
    assert whole["rows"] == [
        {
            "work": "a",
            "size": "b",
            "floor": 1.0,
            "ours": 2.0,
            "ratio": 2.0,
            "aim": "<= 1.5",
            "unit": "s",
            "note": "",
            "met": False,
        }
    ]
    assert whole["machine"]["cores"] >= 1
    assert {"python", "pillow", "django"} <= set(whole["versions"])


def test_every_module_with_rows_is_found_by_itself():
    names = discover()
    assert "render" in names
    assert not {"report", "__main__"} & set(names)
    assert discover(frozenset({"render"})) == ["render"]


def test_a_benchmark_that_breaks_is_named_and_stops_no_other(monkeypatch, capsys):
    monkeypatch.setattr(render_benchmark, "rows", lambda size: [Row("w", size, 1.0, 1.0, 1.0, "<= 1")])
    rows, broken = run(["no_such_benchmark", "render"], "small")
    assert [line.work for line in rows] == ["w"]
    assert broken == ["no_such_benchmark"]
    assert "no_such_benchmark" in capsys.readouterr().err


def test_the_command_prints_the_table_and_keeps_the_figures(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("CCS_VAR", str(tmp_path))
    monkeypatch.setattr(render_benchmark, "rows", lambda size: [Row("pass", size, 1.0, 2.0, 2.0, "<= 1.05")])
    assert main(["--only", "render", "--size", "full"]) == 0
    assert "MISSED" in capsys.readouterr().out
    (kept,) = (tmp_path / "benchmarks").glob("*-full.json")
    assert json.loads(kept.read_text())["rows"][0]["work"] == "pass"


def test_the_render_benchmark_measures_what_it_says(tmp_path):
    """The real work at a very small size: both ways write a clip of the same length."""
    wanted = render_benchmark._Size(clip_seconds=1, rounds=1, probed_seconds=2, photos=3)
    overhead = render_benchmark._pass(tmp_path, wanted)
    assert overhead.floor > 0.1 and overhead.ours > 0.1
    by_hand = next(tmp_path.glob("hand-*.mp4"))
    ours = next(tmp_path.glob("ours-*/*.mp4"))
    assert by_hand.stat().st_size == pytest.approx(ours.stat().st_size, rel=0.02)
    looked = render_benchmark._cover_and_probe(tmp_path, wanted)
    assert looked.floor == 2.0 and 0 < looked.ours < 60
