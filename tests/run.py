"""`make test`: the whole suite on SQLite everywhere, and again on PostgreSQL and Redis wherever they answer.

The last line is pytest's own. CCS_TEST_INSIST=1 (continuous integration) makes both rounds and the browser journeys a must.
"""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("CCS_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("CCS_TEST_REDIS", "redis://127.0.0.1:6379/9")
INSIST = os.environ.get("CCS_TEST_INSIST") == "1"


def answers(port: int) -> bool:
    """Whether something listens on this port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def postgres_takes_us() -> bool:
    """Whether the test database server lets us in and lets us make a database."""
    if not answers(5432):
        return False
    import psycopg

    try:
        with psycopg.connect(POSTGRES, connect_timeout=2) as connection:
            row = connection.execute(
                "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"
            ).fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])


def suite(title: str, extra: dict[str, str]) -> int:
    """Run pytest once in this environment; returns its exit code."""
    print(f"\n=== {title} ===", flush=True)
    environment = {**os.environ, **extra}
    words = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", *sys.argv[1:]]
    return subprocess.run(words, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode


def main() -> int:
    """Both rounds; the exit code is that of the first one that failed."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if INSIST and not browser:
        print("Chromium is needed here (CCS_TEST_INSIST=1) and is missing.", file=sys.stderr)
        return 1
    both = postgres_takes_us() and answers(6379)
    if not both:
        print("PostgreSQL on 127.0.0.1:5432 and Redis on 127.0.0.1:6379 do not both answer: one round, on SQLite.")
    first = suite("SQLite, embedded", {"CCS_VAR": str(ROOT / "var" / "test-sqlite")})
    if not both:
        return first or int(INSIST)
    second = suite(
        "PostgreSQL and Redis",
        {
            "CCS_VAR": str(ROOT / "var" / "test-postgres"),
            "CCS_DATABASE_URL": POSTGRES,
            "CCS_REDIS_URL": REDIS,
            "CCS_BROKER_URL": REDIS,
        },
    )
    return first or second


if __name__ == "__main__":
    raise SystemExit(main())
