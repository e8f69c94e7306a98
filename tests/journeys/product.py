"""The product as a newcomer has it: the real supervisor with all its parts, in a folder and a database of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port that is free now, as is the one a hundred above it (the simulator's)."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                other.bind(("127.0.0.1", port + 100))
            except (OSError, OverflowError):
                continue
            return port


class Product:
    """A running product. `lines` is what the supervisor said so far."""

    def __init__(self, folder: Path, *, port: int = 0, **environment: str) -> None:
        self.folder, self.port, self.lines = folder, port or free_port(), list[str]()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "CCS_VAR": str(folder), "PORT": str(self.port), **_database(), **environment}
        self.process: subprocess.Popen[str] | None = None

    @classmethod
    def already_running(cls, folder: Path) -> "Product":
        """A product that somebody else started on this data folder; `stop` leaves it alone."""
        return cls(folder, port=json.loads((folder / "run" / "pids.json").read_text())["port"])

    @property
    def platform(self) -> str:
        """The address of the platform simulator."""
        return f"http://127.0.0.1:{self.port + 100}"

    def start(self) -> "Product":
        """Start the supervisor; returns at once."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cloudstore.supervisor"],
            cwd=ROOT,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()
        return self

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.lines.append(line.rstrip())

    def wait_for_line(self, words: str, *, seconds: float) -> None:
        """Wait until the supervisor says something. Fails with all it said."""
        deadline = time.monotonic() + seconds
        while not any(words in line for line in list(self.lines)):
            assert self.process is not None
            assert self.process.poll() is None, "the supervisor ended:\n" + "\n".join(self.lines)
            assert time.monotonic() < deadline, f"no {words!r} after {seconds} s:\n" + "\n".join(self.lines)
            time.sleep(0.1)

    def manage(self, *words: str, seconds: float = 240) -> "subprocess.CompletedProcess[str]":
        """Run a management command beside the running product."""
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            text=True,
            capture_output=True,
            timeout=seconds,
            env=self.environment | {"CCS_SITE_URL": self.url, "CCS_DOUYIN_BASE_URL": self.platform},
        )

    def kill(self, part: str) -> None:
        """Kill one part outright, as a crash would."""
        os.kill(json.loads((self.folder / "run" / "pids.json").read_text())[part], signal.SIGKILL)

    def password(self) -> str:
        """The demo people's password of this installation."""
        return str(json.loads((self.folder / "demo-logins.json").read_text())["password"])

    def stop(self) -> None:
        """End as Ctrl-C would."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)


def _database() -> dict[str, str]:
    """On PostgreSQL a fresh database of its own; on SQLite the file lies in the folder."""
    url = os.environ.get("CCS_DATABASE_URL", "")
    if not url.startswith("postgres"):
        return {}
    name = f"journey_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    return {"CCS_DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{name}"))}
