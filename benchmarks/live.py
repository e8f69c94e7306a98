"""Live pages: how fast a burst of changes reaches a thousand open pages, beside a bare broadcast.

The same client opens the same number of sockets to both and counts every word. Ours knows each page's person, topics
and rights, and reads the changes out of the database; the floor writes to all its sockets and nothing else.
"""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from benchmarks.report import Row, row

ROOT = Path(__file__).resolve().parent.parent
TOPICS = 20
SET_UP = f"""
from datetime import date
from django.test import Client
from cloudstore.kit.clock import now
from cloudstore.network.models import Brand, Dealer, Division, Region
from cloudstore.network.services import appoint
from cloudstore.users.rules import Role
from cloudstore.users.services import make_user
brand = Brand.objects.create(slug="bench", name_zh="量", name_en="Bench")
region = Region.objects.create(brand=brand, code="all", name="all", path="all/")
city = Division.objects.get(pk="310100")
Dealer.objects.bulk_create([Dealer(brand=brand, region=region, code=str(n), name=str(n), city=city, lat=city.lat, lon=city.lon, activated_on=date(2026, 1, 1)) for n in range({TOPICS})])
user = make_user(username="bench")
appoint(user=user, brand=brand, role=Role.BRAND_MANAGER, now=now())
client = Client()
client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
print("session", client.cookies["sessionid"].value, ",".join(f"dealer:{{pk}}" for pk in Dealer.objects.values_list("pk", flat=True)))
"""


@dataclass(frozen=True, slots=True)
class _Size:
    rounds: int
    pages: int


_SIZES = {"small": _Size(3, 500), "full": _Size(5, 2000)}


def rows(size: str) -> list[Row]:
    """One row: words a second in a burst. Raises RuntimeError when a single word is lost."""
    wanted = _SIZES[size]
    _allow_sockets(2 * wanted.pages + 500)
    with tempfile.TemporaryDirectory(prefix="bench-live-") as name:
        environment = {
            **os.environ,
            "CCS_VAR": name,
            "CCS_DATABASE_URL": f"sqlite://{name}/db.sqlite3",
            "CCS_LOG_LEVEL": "ERROR",
        }
        session, topics = _prepare(environment)
        with (
            _server(["-m", "benchmarks.live_floor"], environment) as floor_port,
            _server(_OURS, environment) as our_port,
        ):
            floor, ours = asyncio.run(
                _compare(wanted, floor_port, our_port, session, topics, Path(name) / "db.sqlite3")
            )
    note = f"{TOPICS} changes at once to {wanted.pages} open pages; floor: bare websockets broadcast"
    return [
        row("live pages, burst", f"{wanted.pages} pages", floor=floor, ours=ours, aim=">= 0.5", unit="/s", note=note)
    ]


def _prepare(environment: dict[str, str]) -> tuple[str, str]:
    for words in (["migrate", "-v0", "--skip-checks"], ["shell", "-v0", "-c", SET_UP]):
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        )
    line = next(line for line in done.stdout.splitlines() if line.startswith("session "))
    _, session, topics = line.split()
    return session, topics


async def _compare(
    wanted: _Size, floor_port: int, our_port: int, session: str, topics: str, database: Path
) -> tuple[float, float]:
    floor_pages = await _open(wanted.pages, f"ws://127.0.0.1:{floor_port}/", {})
    headers = {"Cookie": f"sessionid={session}", "Origin": f"http://127.0.0.1:{our_port}"}
    our_pages = await _open(wanted.pages, f"ws://127.0.0.1:{our_port}/live/?topics={topics}", headers)
    loop = asyncio.get_running_loop()

    async def tell_floor() -> None:
        await floor_pages[0].send(f"go {TOPICS}")

    async def tell_ours() -> None:
        await loop.run_in_executor(None, _pulse, database, topics.split(","))

    # One round to warm up: whoever connected last has been admitted by then.
    for pages, tell in ((floor_pages, tell_floor), (our_pages, tell_ours)):
        await _burst(pages, tell)
    floors, ours = [], []
    for _ in range(wanted.rounds):
        floors.append(await _burst(floor_pages, tell_floor))
        ours.append(await _burst(our_pages, tell_ours))
    for page in (*floor_pages, *our_pages):
        page.transport.abort()
    return median(floors), median(ours)


async def _open(count: int, address: str, headers: dict[str, str]) -> list[ClientConnection]:
    gate = asyncio.Semaphore(50)

    async def one() -> ClientConnection:
        async with gate:
            return await connect(
                address,
                additional_headers=headers,
                compression=None,
                open_timeout=60,
                max_queue=None,
                ping_interval=None,
            )

    return list(await asyncio.gather(*(one() for _ in range(count))))


async def _burst(pages: list[ClientConnection], tell: Any) -> float:
    """Words a second between the first word that anybody hears and the last that everybody has heard."""
    times: list[tuple[float, float]] = []

    async def hear(page: ClientConnection) -> None:
        await page.recv()
        first = time.perf_counter()
        for _ in range(TOPICS - 1):
            await page.recv()
        times.append((first, time.perf_counter()))

    hearing = [asyncio.create_task(hear(page)) for page in pages]
    await tell()
    await asyncio.wait_for(asyncio.gather(*hearing), 120)
    took = max(last for _, last in times) - min(first for first, _ in times)
    return len(pages) * TOPICS / took


def _pulse(database: Path, topics: list[str]) -> None:
    """What `queue.services.pulse` writes, without starting Django for each round."""
    with sqlite3.connect(database, timeout=30) as connection:
        connection.executemany(
            "INSERT INTO queue_pulse (topic, created_at) VALUES (?, datetime('now'))", [(topic,) for topic in topics]
        )
    connection.close()


_OURS = [
    "-m",
    "uvicorn",
    "cloudstore.asgi:application",
    "--log-level",
    "error",
    "--no-access-log",
    "--backlog",
    "4096",
    "--port",
]


@contextmanager
def _server(words: list[str], environment: dict[str, str]) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen([sys.executable, *words, str(port)], cwd=ROOT, env=environment)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.1)
        else:
            raise RuntimeError("the server did not start")
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _allow_sockets(count: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard < count else max(count, 1024), hard))
