"""The webhook door beside a bare ASGI application: accepted events per second, and how long the slowest waited.

Both run under the same server on the same machine in the same minutes, asked by the same senders: keep-alive
connections over loopback, each sending its next event when the last is answered. The floor does one durable insert and
commit per request and nothing else; ours verifies, reads, seals and keeps the whole event.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg

from benchmarks.report import Row, row, side_by_side

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("CCS_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
CLIENT_KEY, SECRET = "ck_bench", "dy_secret_bench"
SET_UP = f"""
from cloudstore.gateway.services import register_app
from cloudstore.network.models import Brand
brand = Brand.objects.create(slug="bench", name_zh="量", name_en="Bench")
register_app(brand_id=brand.pk, platform="douyin", client_key={CLIENT_KEY!r}, secret={SECRET!r})
"""


@dataclass(frozen=True, slots=True)
class _Size:
    rounds: int
    seconds: float
    connections: int


_SIZES = {"small": _Size(3, 4, 64), "full": _Size(7, 15, 64)}


def rows(size: str) -> list[Row]:
    """Two rows per database: rate and slowest percent. PostgreSQL only where it lets us make a database."""
    wanted = _SIZES[size]
    with tempfile.TemporaryDirectory(prefix="bench-door-") as name:
        found = _compare(Path(name), f"sqlite://{name}/db.sqlite3", "SQLite", ">= 1.5", wanted)
    with suppress(psycopg.Error), _scratch_database() as address, tempfile.TemporaryDirectory() as name:
        found += _compare(Path(name), address, "PostgreSQL", ">= 1.2", wanted)
    return found


def _compare(var: Path, address: str, database: str, aim: str, wanted: _Size) -> list[Row]:
    environment = {**os.environ, "CCS_VAR": str(var), "CCS_DATABASE_URL": address, "CCS_LOG_LEVEL": "ERROR"}
    for words in (["migrate", "gateway", "-v0", "--skip-checks"], ["shell", "-v0", "-c", SET_UP]):
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)
    floor_at = address if address.startswith("postgres") else f"sqlite://{var}/floor.sqlite3"
    floors: list[dict[str, float]] = []
    ours: list[dict[str, float]] = []
    with (
        _server("benchmarks.door_floor:application", environment | {"CCS_FLOOR_DATABASE": floor_at}) as floor_port,
        _server("cloudstore.asgi:application", environment) as our_port,
    ):
        side_by_side(
            wanted.rounds,
            lambda: _measure(floor_port, wanted, floors),
            lambda: _measure(our_port, wanted, ours),
        )
    note = f"{wanted.connections} connections, one durable insert and commit per request"
    size = f"{wanted.rounds} x {wanted.seconds:g} s"
    rate, wait = f"webhook door, {database}", f"webhook door, {database}, slowest percent"
    return [
        row(rate, size, floor=_mid(floors, "rate"), ours=_mid(ours, "rate"), aim=aim, unit="/s", note=note),
        row(wait, size, floor=_mid(floors, "p99"), ours=_mid(ours, "p99"), aim="<= 3", unit="ms", note=note),
    ]


def _mid(measured: list[dict[str, float]], what: str) -> float:
    return median(one[what] for one in measured)


def _measure(port: int, wanted: _Size, kept: list[dict[str, float]]) -> float:
    words = [str(port), str(wanted.connections), str(wanted.seconds), "1", CLIENT_KEY, SECRET]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.door_load", *words], cwd=ROOT, check=True, capture_output=True, text=True
    )
    result = json.loads(done.stdout)
    if result["refused"]:
        raise RuntimeError(f"{result['refused']} events were refused: nothing was measured")
    kept.append(result)
    return result["rate"]


@contextmanager
def _server(application: str, environment: dict[str, str]) -> Iterator[int]:
    """uvicorn with one process on a free port."""
    port = _free_port()
    words = [
        sys.executable,
        "-m",
        "uvicorn",
        application,
        "--port",
        str(port),
        "--log-level",
        "error",
        "--no-access-log",
    ]
    process = subprocess.Popen(words, cwd=ROOT, env=environment)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


@contextmanager
def _scratch_database() -> Iterator[str]:
    """A PostgreSQL database of our own for the time of the measurement. Raises psycopg.Error where none can be had."""
    name = f"bench_door_{os.getpid()}"
    with psycopg.connect(POSTGRES, autocommit=True, connect_timeout=2) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{POSTGRES.rsplit('/', 1)[0]}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
