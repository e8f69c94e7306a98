"""`make run`: parts that die come back, what is stuck is started again, Ctrl-C ends everything, nothing stays behind."""

import os
import signal
import sqlite3

import pytest

from cloudstore import supervisor
from tests.operations.conftest import Installation, eventually, lives

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("operations")]


def jobs(installation, state="done"):
    with sqlite3.connect(installation.var / "db.sqlite3") as plain:
        return plain.execute("SELECT count(*) FROM queue_job WHERE state = ?", [state]).fetchone()[0]


def test_each_part_comes_back_when_it_is_killed_and_ctrl_c_ends_them_all(installation):
    installation.start().ready()
    assert installation.page() == 200
    eventually(lambda: jobs(installation) > 0, why="the worker and its clock do nothing")
    for part in ("web", "worker", "simulator"):
        old = installation.pids()[part]
        os.kill(old, signal.SIGKILL)
        eventually(lambda part=part, old=old: installation.pids()[part] != old, why=installation.said)
    eventually(lambda: installation.page() == 200)
    parts = [pid for name, pid in installation.pids().items() if name != "port"]
    assert installation.end() == 0
    assert installation.said().rstrip().endswith("stopped; all data is kept")
    assert "Traceback" not in installation.said()
    assert [pid for pid in parts if lives(pid)] == []
    done = jobs(installation)
    installation.start().ready()
    assert jobs(installation) >= done, "a second start keeps everything"
    assert installation.end(signal.SIGTERM) == 0


def test_when_the_supervisor_is_killed_its_parts_end_and_the_next_start_waits_for_that(installation):
    installation.start().ready()
    parts = [pid for name, pid in installation.pids().items() if name not in ("port", "supervisor")]
    installation.process.kill()
    installation.process.wait()
    installation.start().ready()
    assert [pid for pid in parts if lives(pid)] == []
    assert installation.page() == 200
    assert installation.end() == 0


def test_ctrl_c_in_the_middle_of_the_start_leaves_nothing_half_done(installation):
    (installation.var / "db.sqlite3").unlink()
    installation.start()
    eventually(lambda: "database: making tables" in installation.said())
    eventually(lambda: (installation.var / "db.sqlite3").exists() or installation.process.poll() is not None)
    assert installation.end() == 0
    assert "Traceback" not in installation.said()
    assert not (installation.var / "run" / "migrated").exists()
    assert installation.page() is None


def test_a_busy_port_is_one_clear_sentence(installation, tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", installation.port))
        taken.listen()
        code, said = installation.refuse()
    assert code == 1
    assert f"port {installation.port} (PORT) is in use by another program" in said
    assert len(said.strip().splitlines()) == 1


def test_a_second_start_on_the_same_folder_is_told_so(installation, tmp_path):
    installation.start().ready()
    (tmp_path / "second").mkdir()
    second = Installation(tmp_path / "second")
    second.var = installation.var
    code, said = second.refuse(CCS_VAR=str(installation.var))
    assert (code, "it runs already on the data folder" in said) == (1, True)
    assert installation.page() == 200
    assert installation.end() == 0


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ({"CCS_VAR": "/dev/null/var"}, "cannot be written to"),
        ({"PORT": "eighty"}, "PORT is 'eighty'; it must be a number"),
        ({"PORT": "99999"}, "PORT is '99999'"),
    ],
    ids=["read-only folder", "no number", "no port"],
)
def test_what_cannot_work_is_one_clear_sentence(installation, word, sentence):
    code, said = installation.refuse(**word)
    assert code == 1
    assert sentence in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("queue", "expected"),
    [
        ({"oldest_due_seconds": 5, "seconds_since_done": 4000, "leased": 0}, False),
        ({"oldest_due_seconds": 95, "seconds_since_done": 95, "leased": 0}, True),
        ({"oldest_due_seconds": 95, "seconds_since_done": 3, "leased": 0}, False),
        ({"oldest_due_seconds": 300, "seconds_since_done": 300, "leased": 1}, False),
        ({"oldest_due_seconds": 1000, "seconds_since_done": 950, "leased": 1}, True),
        ({}, False),
    ],
    ids=["idle", "stuck", "catching up", "busy with long work", "busy for too long", "unknown"],
)
def test_a_worker_is_stuck_when_work_waits_and_nothing_gets_done(queue, expected):
    assert supervisor.stuck(queue) is expected


def test_a_worker_that_is_alive_and_does_nothing_is_started_again(installation, monkeypatch):
    """Frozen, not dead; and the new one is given the time to begin. In this story the patience is fifteen seconds."""
    code = "import cloudstore.supervisor as s; s.STUCK_SECONDS, s.LOOK_SECONDS = 15.0, 1.0; raise SystemExit(s.main())"
    import subprocess
    import sys

    with installation.out.open("ab") as out:
        installation.process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=supervisor.ROOT, env=installation.environment, stdout=out, stderr=out
        )
    installation.ready()
    eventually(lambda: jobs(installation) > 0)
    eventually(lambda: jobs(installation, "leased") + jobs(installation, "ready") == 0, 60)
    frozen = installation.pids()["worker"]
    os.kill(frozen, signal.SIGSTOP)
    with sqlite3.connect(installation.var / "db.sqlite3", timeout=20) as plain:
        plain.execute(
            "INSERT INTO queue_job (name, kwargs, key, queue, state, attempts, due_at, leased_by, last_error, created_at) "
            "VALUES ('queue.sweep', '{}', 'story', 'default', 'ready', 0, '2026-01-01 00:00:00', '', '', '2026-01-01 00:00:00')"
        )
    eventually(lambda: installation.pids()["worker"] != frozen, 60, installation.said)
    assert "the oldest waiting job is" in installation.said()
    eventually(lambda: jobs(installation, "ready") == 0, 60, installation.said)
    assert installation.said().count("the oldest waiting job is") == 1
    assert installation.end() == 0
