"""`make run`: everything under one supervisor on an empty machine, with a line per step and logs in var/log/.

Starts the platform simulator, the web process and the worker (with relay and clock), restarts a part that dies, ends all
of them on Ctrl-C or SIGTERM. On the first start it loads the demo network and plays the main job once.
"""

import ctypes
import fcntl
import hashlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
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
# Making tables and loading history create millions of objects that all stay: collecting them over and over costs a quarter.
_MANAGE = """
import gc, os, sys
gc.set_threshold(200_000, 50, 100)
sys.path.insert(0, os.getcwd())
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""
STUCK_SECONDS = 90.0  # nothing was done for so long although work waits: the worker is restarted, alive or not
LONGEST_JOB_SECONDS = 900.0  # a worker that is busy with a job gets so long
LOOK_SECONDS, SILENT_LOOKS = 10.0, 6  # a web process that does not answer so many looks in a row is restarted
LARGEST_LOG = 10_000_000
QUICK_DEATHS, WITHIN_SECONDS = 5, 60.0


class CannotStart(Exception):
    """Starting makes no sense; the message is one sentence that says what is wrong and what to do."""


class Stopped(Exception):
    """Somebody asked to stop while the start was still going on."""


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
    started: float = 0.0

    def start(self, environment: dict[str, str]) -> None:
        """Start the process with its output appended to the log (the log of long ago goes aside first)."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".1.log"))
        self.started = time.monotonic()
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

    def ask_to_end(self) -> None:
        """Ask the process to end."""
        if self.process is not None and not self.died():
            self.process.terminate()

    def stop(self, deadline: float) -> None:
        """Ask to end, wait until the deadline, then insist."""
        self.ask_to_end()
        if self.process is None:
            return
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
        self._lock: int | None = None
        self._silent_looks = 0

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
        self._be_the_only_one()
        # Parts of a supervisor that was killed outright are ending at this moment; a foreign program stays.
        patience = time.monotonic() + (15 if (self.var / "run" / "pids.json").exists() else 0)
        for port, what in ((self.port, "PORT"), (self.simulator_port, "PORT + 100, for the platform simulator")):
            while _taken(port):
                if self.stopping:
                    raise Stopped
                if time.monotonic() > patience:
                    raise CannotStart(
                        f"port {port} ({what}) is in use by another program; start with another one, for example: PORT={self.port + 10} make run"
                    )
                time.sleep(0.1)

    def _be_the_only_one(self) -> None:
        """Two supervisors on one data folder would start everything twice; the lock ends with this process, however it ends."""
        self._lock = os.open(self.var / "run" / "supervisor.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"it runs already on the data folder {_near(self.var)}; end that one with Ctrl-C, or point CCS_VAR at another folder."
            ) from None

    def manage(self, *words: str, quiet: bool = True) -> None:
        """Run one management command to its end. Raises CannotStart with the end of its output, Stopped when asked to stop."""
        name = f"`manage.py {' '.join(words)}`"
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                [sys.executable, "-c", _MANAGE, *words],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output if quiet else None,
                stderr=output,
                preexec_fn=_end_with_parent,
                start_new_session=True,
            )
            self._wait_for(process)
            output.seek(0)
            tail = output.read().decode(errors="replace").strip().splitlines()[-3:]
        if process.returncode:
            raise CannotStart(f"{name} failed: {' / '.join(tail) or 'see above'}")

    def _wait_for(self, process: "subprocess.Popen[bytes]") -> None:
        """Until it ends; when we are asked to stop, end it (a killed transaction leaves nothing) and raise Stopped."""
        while process.poll() is None:
            if self.stopping:
                process.terminate()
                try:
                    process.wait(3)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                raise Stopped
            time.sleep(0.05)

    def prepare_database(self) -> None:
        """Migrate when the code's migrations are not yet all applied; the stamp spares the look on every other start."""
        stamp = self.var / "run" / "migrated"
        if stamp.exists() and stamp.read_text() == self._state_of_database():
            return
        say("database: making tables (a quarter of a minute the first time)")
        self.manage("migrate", "--no-input", "--verbosity", "0")
        stamp.write_text(self._state_of_database())

    def _state_of_database(self) -> str:
        """Which database, and which migrations: another database (or another file in its place) is looked at anew."""
        url, file = os.environ.get("CCS_DATABASE_URL", ""), self.var / "db.sqlite3"
        which = url or (str(file.stat().st_ino) if file.exists() else "none")
        return hashlib.sha256(f"{which}\n{_migrations_hash()}".encode()).hexdigest()

    def load_network(self) -> bool:
        """Load the demo network unless this installation has (had) one or keeps real data. Returns whether it was loaded now."""
        stamp = self.var / "run" / "demo-loaded"
        if stamp.exists() or os.environ.get("CCS_DEMO", "1") == "0":
            return False
        say("network: loading the demo network, 24 dealers and 90 days (some ten seconds)")
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
        while self._health() is None:
            if self.stopping:
                raise Stopped
            for part in self.parts:
                if part.died():
                    raise CannotStart(f"{part.name} ended while starting; its last words: {_last_words(part.log)}")
            if time.monotonic() > deadline:
                raise CannotStart(f"the web process did not answer within a minute; see {_near(self.parts[1].log)}")
            time.sleep(0.1)

    def _health(self) -> dict[str, object] | None:
        """What the web process says of itself; "late" (503) is an answer too. None when it does not answer."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=3) as answer:  # noqa: S310 - our own address
                text = answer.read()
        except urllib.error.HTTPError as answer:
            text = answer.read()
        except OSError:
            return None
        try:
            body = json.loads(text)
        except ValueError:
            return None
        return body if isinstance(body, dict) else None

    def _note_pids(self) -> None:
        pids = {part.name: part.process.pid for part in self.parts if part.process}
        aside = self.var / "run" / ".pids.json"
        aside.write_text(json.dumps(pids | {"supervisor": os.getpid(), "port": self.port}))
        aside.replace(self.var / "run" / "pids.json")

    def watch(self) -> None:
        """Restart what dies, and a worker that is alive but does nothing, until told to stop."""
        next_look = time.monotonic() + LOOK_SECONDS
        while not self.stopping:
            time.sleep(0.2)
            self._restart_the_dead()
            if time.monotonic() > next_look:
                next_look = time.monotonic() + LOOK_SECONDS
                self._look_at_health()

    def _restart_the_dead(self) -> None:
        for part in self.parts:
            if not self.stopping and part.died():
                self._restart(part)

    def _restart(self, part: Part) -> None:
        if part.dies_too_often():
            raise CannotStart(
                f"{part.name} died {QUICK_DEATHS} times within a minute; its last words: {_last_words(part.log)}"
            )
        say(f"{part.name}: died, starting it again")
        part.start(self.environment)
        self._note_pids()

    def _look_at_health(self) -> None:
        """End a part that is alive but does nothing; the next turn finds it dead and starts it again."""
        health = self._health()
        _simulator, web, worker = self.parts
        self._silent_looks = self._silent_looks + 1 if health is None else 0
        if self._silent_looks >= SILENT_LOOKS:
            self._silent_looks = 0
            say("web: it lives but does not answer, starting it again")
            web.stop(time.monotonic() + 5)
        queue = (health or {}).get("queue")
        # What waited while nobody ran is no fault of a worker that has only just started.
        settled = time.monotonic() - worker.started > STUCK_SECONDS
        if settled and isinstance(queue, dict) and stuck(queue):
            say(f"worker: the oldest waiting job is {queue['oldest_due_seconds']:.0f} s old, starting the worker again")
            worker.stop(time.monotonic() + 5)
            worker.deaths.clear()  # this one was ours

    def play_main_job(self) -> None:
        """Play the main job once in front of the newcomer; a failure is told, and the product stays up."""
        say("\ndemo: the main job plays now, watch it in the browser")
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"], cwd=ROOT, env=self.environment, preexec_fn=_end_with_parent
        )
        while process.poll() is None and not self.stopping:
            time.sleep(0.2)
            self._restart_the_dead()
        if self.stopping:
            process.terminate()
            process.wait()
        elif process.returncode:
            say("demo: a step failed (named above); the product stays up, `make demo` plays it again")
        else:
            say("demo: done; `make demo` plays it again")

    def stop(self) -> None:
        """End all parts, the worker first so that what it holds can still reach the platform and the pages."""
        simulator, web, worker = self.parts
        worker.stop(time.monotonic() + 6)
        web.ask_to_end()
        simulator.ask_to_end()
        deadline = time.monotonic() + 6
        web.stop(deadline)
        simulator.stop(deadline)
        (self.var / "run" / "pids.json").unlink(missing_ok=True)


def stuck(queue: dict[str, object]) -> bool:
    """Whether the worker must be started again: work waits, and nothing was finished for long (longer when it is busy)."""
    waits, idle, busy = (queue.get(name, 0) for name in ("oldest_due_seconds", "seconds_since_done", "leased"))
    if not isinstance(waits, int | float) or not isinstance(idle, int | float):
        return False
    return min(waits, idle) > (LONGEST_JOB_SECONDS if busy else STUCK_SECONDS)


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
    began = time.monotonic()
    var = Path(os.environ.get("CCS_VAR", str(ROOT / "var")))
    supervisor = Supervisor(_port(), var if var.is_absolute() else ROOT / var)

    def leave(_number: int, _frame: FrameType | None) -> None:
        supervisor.stopping = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    try:
        supervisor.check_place()
        _advise()
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
    except Stopped:
        pass
    finally:
        if any(part.process for part in supervisor.parts):
            say("stopping")
            supervisor.stop()
    say("stopped; all data is kept")


def _advise() -> None:
    if sqlite3.sqlite_version_info < (3, 51, 3) and "CCS_DATABASE_URL" not in os.environ:
        # Known fault of older SQLite in WAL mode (fixed in 3.51.3), rare and only with several writers at a checkpoint.
        say(
            f"note: SQLite {sqlite3.sqlite_version} is older than 3.51.3; for real data use PostgreSQL or a newer SQLite"
        )


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
