"""Server time of the boards on a generated network, and that their queries do not grow with it.

A child process loads the network into a folder of its own, signs Zhou of the leadership in and asks for the pages
through Django's whole stack (middleware, templates). Times are medians of the warm rounds; the first request stands as
"cold". The floor of every row is its limit, so the ratio says how much of the limit is used.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.report import Row, row

ROOT = Path(__file__).resolve().parent.parent
DEALERS = {"small": 200, "full": 2000}
DAYS = {"small": 35, "full": 35}
ROUNDS = 5
#: page -> limits in milliseconds, cold and warm
PAGES = {
    "/board/": (400, 100),
    "/board/dealers/": (400, 150),
    "/board/leads/": (400, 150),
    "/board/posts/": (400, 150),
    "/board/sessions/": (400, 150),
}

_CHILD = """
import json, sys, time
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from cloudstore.demo.load import load
from cloudstore.kit.clock import now
from cloudstore.network.models import StaffMember
settings.ALLOWED_HOSTS = ["testserver"]
dealers, days, rounds, pages = json.loads(sys.argv[1])
call_command("migrate", verbosity=0)
load(dealers=dealers, days=days, now=now(), say=lambda line: print(line, file=sys.stderr, flush=True))
reader = StaffMember.objects.filter(role="leadership").order_by("pk").first()
browser = Client()
browser.force_login(reader.user, backend="django.contrib.auth.backends.ModelBackend")
browser.get("/board/metrics/")
found = {}
for page in pages:
    times = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        assert browser.get(page).status_code == 200, page
        times.append((time.perf_counter() - begun) * 1000)
    with CaptureQueriesContext(connection) as seen:
        browser.get(page)
    found[page] = [times[0], sorted(times[1:])[rounds // 2], len(seen)]
print(json.dumps(found))
"""


def measure(size: str) -> dict[str, list[float]]:
    """Cold and warm milliseconds and the number of queries of every page."""
    with tempfile.TemporaryDirectory() as folder:
        asked = json.dumps([DEALERS[size], DAYS[size], ROUNDS, list(PAGES)])
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, asked],
            cwd=ROOT,
            env=os.environ | {"CCS_VAR": folder, "DJANGO_SETTINGS_MODULE": "cloudstore.settings"},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
            timeout=3000,
        )
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def rows(size: str) -> list[Row]:
    """Two lines per page."""
    lines = []
    words = f"{DEALERS[size]} dealers"
    for page, (cold, warm, queries) in measure(size).items():
        limits = PAGES[page]
        note = f"limit against server time, {queries:.0f} queries"
        lines.append(row(f"{page} cold", words, floor=limits[0], ours=cold, aim="<= 1", unit="ms", note=note))
        lines.append(row(f"{page} warm", words, floor=limits[1], ours=warm, aim="<= 1", unit="ms", note=note))
    return lines
