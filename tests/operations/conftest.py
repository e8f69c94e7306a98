"""The product under its real supervisor, in a folder of its own, on ports of its own."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from tests.template import template

ROOT = Path(__file__).resolve().parents[2]


def eventually(true, seconds=30.0, why=""):
    """Wait until something holds."""
    until = time.monotonic() + seconds
    while not (seen := true()):
        assert time.monotonic() < until, f"not after {seconds} s. {why() if callable(why) else why}"
        time.sleep(0.1)
    return seen


def free_port():
    """A port that is free, and its hundredth neighbour too."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                other.bind(("127.0.0.1", port + 100))
            except (OSError, OverflowError):
                continue
            return port


class Installation:
    """One data folder, and whoever runs on it."""

    def __init__(self, folder):
        self.var, self.port, self.process = folder / "var", free_port(), None
        self.out = folder / "out"
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("CCS_")},
            "CCS_VAR": str(self.var),
            "CCS_DEMO": "0",
            "PORT": str(self.port),
        }

    def start(self, **more):
        """Start the supervisor; its lines go to `out`."""
        with self.out.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cloudstore.supervisor"],
                cwd=ROOT,
                env=self.environment | more,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        return self

    def said(self):
        return self.out.read_text()

    def ready(self, seconds=60):
        """Wait for the line that says so."""
        times = self.said().count("Ready in")

        def is_ready():
            assert self.process.poll() is None, self.said()
            return self.said().count("Ready in") > times

        eventually(is_ready, seconds, self.said)
        return self

    def pids(self):
        return json.loads((self.var / "run" / "pids.json").read_text())

    def page(self, path="/sign-in/"):
        """Status of a page, None when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as answer:
            return answer.code
        except OSError:
            return None

    def end(self, number=signal.SIGINT):
        """Ctrl-C, and the exit code."""
        self.process.send_signal(number)
        return self.process.wait(40)

    def clear_away(self):
        """After a story that failed: nothing stays, frozen parts neither."""
        if self.process and self.process.poll() is None:
            parts = self.pids() if (self.var / "run" / "pids.json").exists() else {}
            self.process.kill()
            self.process.wait()
            for name in {"web", "worker", "simulator"} & set(parts):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(parts[name], signal.SIGKILL)

    def refuse(self, **more):
        """Start, and hear why not: the exit code and the lines."""
        self.start(**more)
        return self.process.wait(60), self.said()


def lives(pid):
    """Whether the process runs (one that ended and waits for its parent does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def installation(tmp_path):
    """An installation whose tables are made already (a copy of the tests' template)."""
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        pytest.skip("the supervisor is the embedded mode; it is proved in the round on SQLite")
    one = Installation(tmp_path)
    one.var.mkdir()
    shutil.copyfile(template(), one.var / "db.sqlite3")
    yield one
    one.clear_away()
