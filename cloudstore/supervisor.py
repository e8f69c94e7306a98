"""`make run`: everything under one supervisor on an empty machine, with a line per step and logs in var/log/.

Starts the platform simulator, the web process and the worker (with relay and clock), restarts a part that dies, ends all
of them on Ctrl-C or SIGTERM. On the first start it loads the demo network and plays the main job once.
"""

import ctypes
import hashlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
STUCK_SECONDS = 120.0  # a worker whose oldest due job is older than this is restarted, alive or not
QUICK_DEATHS, WITHIN_SECONDS = 5, 60.0


class CannotStart(Exception):
    """Starting makes no sense; the message is one sentence that says what is wrong and what to do."""


def say(line: str) -> None:
    """One line of progress on standard output."""
    print(line, flush=True)


def _end_with_parent() -> None:
    """In the child: die when the supervisor does, even if that one is killed outright (Linux; elsewhere a no-op)."""
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1 = PR_SET_PDEATHSIG
    except (OSError, AttributeError):
        return


@dataclass
class Part:
    """One supervised process: its command, its log, and when it died lately."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=deque)

    def start(self, environment: dict[str, str]) -> None:
        """Start the process with its output appended to the log."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                preexec_fn=_end_with_parent,
                start_new_session=True,
            )

    def died(self) -> bool:
        """Whether the process has ended."""
        return self.process is not None and self.process.poll() is not None

    def dies_too_often(self) -> bool:
        """Book one death; true when it was the fifth within a minute."""
        now = time.monotonic()
        self.deaths.append(now)
        while self.deaths and now - self.deaths[0] > WITHIN_SECONDS:
            self.deaths.popleft()
        return len(self.deaths) >= QUICK_DEATHS

    def stop(self, deadline: float) -> None:
        """Ask to end, wait until the deadline, then insist."""
        if self.process is None or self.died():
            return
        self.process.terminate()
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Supervisor:
    """Holds the parts, their environment and the folder they write to."""

    def __init__(self, port: int, var: Path) -> None:
        self.port, self.simulator_port, self.var = port, port + 100, var
        self.url = f"http://{HOST}:{port}"
        self.environment = {
            **os.environ,
            "CCS_VAR": str(var),
            "CCS_SITE_URL": self.url,
            "CCS_DOUYIN_BASE_URL": os.environ.get("CCS_DOUYIN_BASE_URL", f"http://{HOST}:{self.simulator_port}"),
            "DJANGO_SETTINGS_MODULE": "cloudstore.settings",
            "PYTHONUNBUFFERED": "1",
        }
        python = sys.executable
        logs = var / "log"
        self.parts = [
            Part(
                "simulator",
                [
                    python,
                    "-m",
                    "cloudstore.connectors.simulator",
                    "--port",
                    str(self.simulator_port),
                    "--state",
                    str(var / "simulator.sqlite3"),
                    "--target",
                    self.url,
                ],
                logs / "simulator.log",
            ),
            Part(
                "web",
                [
                    python,
                    "-m",
                    "uvicorn",
                    "cloudstore.asgi:application",
                    "--host",
                    HOST,
                    "--port",
                    str(port),
                    "--lifespan",
                    "off",
                    "--log-level",
                    "warning",
                    "--timeout-graceful-shutdown",
                    "5",
                ],
                logs / "web.log",
            ),
            Part("worker", [python, "manage.py", "work"], logs / "worker.log"),
        ]
        self.stopping = False

    # --- before the start -------------------------------------------------------------------------------------------

    def check_place(self) -> None:
        """Refuse a folder we cannot write, a port that is taken, a second supervisor, before anything is started."""
        try:
            for folder in ("log", "run", "uploads"):
                (self.var / folder).mkdir(parents=True, exist_ok=True)
            probe = self.var / "run" / ".probe"
            probe.write_text("")
            probe.unlink()
        except OSError as error:
            raise CannotStart(
                f"the data folder {self.var} cannot be written to ({error.strerror}); point CCS_VAR at a folder of your own."
            ) from None
        for port, what in ((self.port, "PORT"), (self.simulator_port, "PORT + 100, for the platform simulator")):
            if _taken(port):
                raise CannotStart(
                    f"port {port} ({what}) is in use by another program; start with another one, for example: PORT={self.port + 10} make run"
                )

    def manage(self, *words: str, quiet: bool = True) -> None:
        """Run one management command to its end. Raises CannotStart with the end of its output."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
        )
        if done.returncode:
            tail = (done.stdout or "").strip().splitlines()[-3:]
            raise CannotStart(f"`manage.py {' '.join(words)}` failed: {' / '.join(tail) or 'see above'}")

    def prepare_database(self) -> None:
        """Migrate when the code's migrations are not yet all applied; the stamp spares the look on every other start."""
        stamp, wanted = self.var / "run" / "migrated", _migrations_hash()
        if self._database_exists() and stamp.exists() and stamp.read_text() == wanted:
            return
        say("database: making tables (half a minute the first time)")
        self.manage("migrate", "--no-input", "--verbosity", "0")
        stamp.write_text(wanted)

    def _database_exists(self) -> bool:
        if "CCS_DATABASE_URL" in os.environ:
            return True
        return (self.var / "db.sqlite3").exists()

    def load_network(self) -> bool:
        """Load the demo network unless this installation has (had) one or keeps real data. Returns whether it was loaded now."""
        stamp = self.var / "run" / "demo-loaded"
        if stamp.exists() or os.environ.get("CCS_DEMO", "1") == "0":
            return False
        say("network: loading the demo network (24 dealers, 90 days)")
        self.manage("demo", "--load", quiet=False)
        stamp.write_text("loaded")
        return True

    # --- running ----------------------------------------------------------------------------------------------------

    def start_parts(self) -> None:
        """Start every part and wait until the web process answers."""
        for part in self.parts:
            part.start(self.environment)
            say(f"{part.name}: started (log: {_near(part.log)})")
        self._note_pids()
        deadline = time.monotonic() + 60
        while not self._answers():
            for part in self.parts:
                if part.died():
                    raise CannotStart(f"{part.name} ended while starting; its last words: {_last_words(part.log)}")
            if time.monotonic() > deadline:
                raise CannotStart(f"the web process did not answer within a minute; see {_near(self.parts[1].log)}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        return self._health() is not None

    def _health(self) -> dict[str, object] | None:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=3) as answer:  # noqa: S310 - our own address
                body: dict[str, object] = json.load(answer)
                return body
        except (OSError, ValueError, urllib.error.URLError):
            return None

    def _note_pids(self) -> None:
        pids = {part.name: part.process.pid for part in self.parts if part.process}
        aside = self.var / "run" / ".pids.json"
        aside.write_text(json.dumps(pids | {"supervisor": os.getpid(), "port": self.port}))
        aside.replace(self.var / "run" / "pids.json")

    def watch(self) -> None:
        """Restart what dies, and a worker that is alive but does nothing, until told to stop."""
        next_look = time.monotonic() + 30
        while not self.stopping:
            time.sleep(0.25)
            for part in self.parts:
                if not self.stopping and part.died():
                    self._restart(part)
            if time.monotonic() > next_look:
                next_look = time.monotonic() + 30
                self._look_at_queue()

    def _restart(self, part: Part) -> None:
        if part.dies_too_often():
            raise CannotStart(
                f"{part.name} died {QUICK_DEATHS} times within a minute; its last words: {_last_words(part.log)}"
            )
        say(f"{part.name}: died, starting it again")
        part.start(self.environment)
        self._note_pids()

    def _look_at_queue(self) -> None:
        health = self._health() or {}
        age = health.get("queue_age_seconds", 0)
        if isinstance(age, int | float) and age > STUCK_SECONDS:
            say(f"worker: the oldest waiting job is {age:.0f} s old, starting the worker again")
            worker = self.parts[2]
            worker.stop(time.monotonic() + 5)

    def play_main_job(self) -> None:
        """Play the main job once in front of the newcomer; a failure is told, and the product stays up."""
        say("\ndemo: the main job plays now, watch it in the browser")
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"], cwd=ROOT, env=self.environment, preexec_fn=_end_with_parent
        )
        while process.poll() is None and not self.stopping:
            time.sleep(0.25)
            for part in self.parts:
                if part.died() and not self.stopping:
                    self._restart(part)
        if self.stopping:
            process.terminate()
        elif process.returncode:
            say("demo: a step failed (named above); the product stays up, `make demo` plays it again")
        else:
            say("demo: done; `make demo` plays it again")

    def stop(self) -> None:
        """End all parts, the worker first so that it hands back what it holds."""
        deadline = time.monotonic() + 12
        for part in reversed(self.parts):
            part.stop(deadline)
        (self.var / "run" / "pids.json").unlink(missing_ok=True)


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def _migrations_hash() -> str:
    names = sorted(
        str(path.relative_to(ROOT)) for path in ROOT.glob("*/**/migrations/*.py") if ".venv" not in path.parts
    )
    locks = (ROOT / "requirements" / "run.txt").read_text()
    return hashlib.sha256("\n".join([*names, locks]).encode()).hexdigest()


def _near(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _last_words(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()] if log.exists() else []
    return lines[-1][:300] if lines else "none"


def _logins(var: Path) -> list[str]:
    """The demo people as the loader wrote them: who, name to sign in with, and the one password of this installation."""
    note = var / "demo-logins.json"
    if not note.exists():
        return []
    people: dict[str, object] = json.loads(note.read_text())
    rows = people.get("people", [])
    assert isinstance(rows, list)
    return [f"  {row['username']:<12} {row['who']}" for row in rows] + [
        f"  password for all of them: {people['password']}"
    ]


def _port() -> int:
    raw = os.environ.get("PORT", "8000")
    if not raw.isdigit() or not 1 <= int(raw) <= 65435:
        raise CannotStart(f"PORT is {raw!r}; it must be a number from 1 to 65435.")
    return int(raw)


def run() -> None:
    """The whole of `make run`."""
    if sys.version_info < (3, 11):
        raise CannotStart(f"this is Python {sys.version.split()[0]}, and 3.11 or newer is needed.")
    began = time.monotonic()
    var = Path(os.environ.get("CCS_VAR", str(ROOT / "var")))
    supervisor = Supervisor(_port(), var if var.is_absolute() else ROOT / var)

    def leave(_number: int, _frame: FrameType | None) -> None:
        supervisor.stopping = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    supervisor.check_place()
    if sqlite3.sqlite_version_info < (3, 51, 3) and "CCS_DATABASE_URL" not in os.environ:
        # Known fault of older SQLite in WAL mode (fixed in 3.51.3), rare and only with several writers at a checkpoint.
        say(
            f"note: SQLite {sqlite3.sqlite_version} is older than 3.51.3; for real data use PostgreSQL or a newer SQLite"
        )
    try:
        supervisor.prepare_database()
        first = supervisor.load_network()
        supervisor.start_parts()
        say(f"\nReady in {time.monotonic() - began:.0f} s: {supervisor.url}/")
        for line in _logins(supervisor.var):
            say(line)
        say("  end with Ctrl-C; data stays in " + _near(supervisor.var))
        if first:
            supervisor.play_main_job()
        supervisor.watch()
    finally:
        say("stopping")
        supervisor.stop()
    say("stopped; all data is kept")


def main(work: Callable[[], None] = run) -> int:
    """Run; turn what was foreseen into one sentence and exit code 1."""
    try:
        work()
    except CannotStart as sentence:
        print(f"Cannot start: {sentence}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
