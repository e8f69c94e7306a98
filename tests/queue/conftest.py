"""Stories of the queue: rows that every process sees, and workers that are real processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from cloudstore.queue.models import ClockTick, Job, Pulse
from cloudstore.queue.performing import JOBS
from cloudstore.queue.services import enqueue

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def transactional_db(django_db_setup, django_db_blocker):
    """Committed rows of the queue, seen by other connections and processes; none are left behind.

    In place of the stock fixture, whose flush empties every table and what migrations have put there.
    """
    with django_db_blocker.unblock():
        assert "test" in str(connection.settings_dict["NAME"]), "this is not a test database"
        _forget()
        yield
        _forget()
        connection.close()


@pytest.fixture
def rows(transactional_db):
    """The tables of the queue, empty."""


def _forget():
    for model in (Job, ClockTick, Pulse):
        model.objects.all().delete()


@pytest.fixture
def does(monkeypatch):
    """Say what the jobs of a name do in this process."""
    return lambda name, function: monkeypatch.setitem(JOBS, name, function)


def eventually(true, seconds=20.0):
    """Wait until something holds; it fails with what was seen last."""
    until = time.monotonic() + seconds
    while not (seen := true()):
        assert time.monotonic() < until, f"not after {seconds} s"
        time.sleep(0.05)
    return seen


def states():
    """How many rows stand where."""
    found = list(Job.objects.exclude(name="yard.tick").values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def all_done():
    return set(states()) <= {"done"}


class Yard:
    """A folder of traces, and the processes that work in it."""

    def __init__(self, folder, broker):
        self.folder, self.processes = folder, []
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.queue.settings",
            "CCS_DATABASE_URL": database_url(),
            "CCS_VAR": str(settings.VAR_DIR),
            "CCS_BROKER_URL": broker,
            "YARD": str(folder),
            "YARD_HURRY": "1",
            "YARD_PREFIX": f"yard-{os.getpid()}-",
        }

    def start(self, *words):
        """Start `manage.py …` (or celery itself)."""
        command = [sys.executable, *(words if words[0] == "-m" else ("manage.py", *words))]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(process)
        return process

    def celery(self, *words):
        """A worker of the large mode."""
        return self.start(
            "-m", "celery", "-A", "cloudstore", "worker", "-Q", "default,render", "-l", "WARNING", "-c", "2", *words
        )

    def kill(self, process):
        """Without warning, together with its children."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def traces(self, beginning):
        return sorted(path.name for path in self.folder.glob(f"{beginning}*"))

    def dig(self, holes, tenths=0, **more):
        for hole in holes:
            enqueue("yard.dig", hole=hole, tenths=tenths, **more)

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                self.kill(process)


def database_url():
    """The test database of this process, for another process."""
    chosen = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{chosen['NAME']}"
    person = quote(chosen["USER"], safe="") + (f":{quote(chosen['PASSWORD'], safe='')}" if chosen["PASSWORD"] else "")
    return f"postgresql://{person}@{chosen['HOST']}:{chosen['PORT'] or 5432}/{chosen['NAME']}"


@pytest.fixture
def make_yard(rows, tmp_path):
    """Make the yard for one broker."""
    made = []

    def make(broker="memory://"):
        made.append(Yard(tmp_path, broker))
        return made[-1]

    yield make
    for yard in made:
        yard.close()
