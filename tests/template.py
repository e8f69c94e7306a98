"""A database with all tables made, once per state of the migrations: every test process starts from a copy of it.

Making the tables takes fifteen seconds of computing; copying takes a tenth. The template's name carries a hash of every
migration and of the data files they read, so a changed migration makes a new one.
"""

import fcntl
import hashlib
import importlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.apps import apps
from django.conf import settings
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
KEPT = 3
# A template that a power cut spoils is made anew: nothing is synced, and objects that all stay are not collected.
_QUICKLY = """
import gc, os, sys, django
gc.set_threshold(200_000, 50, 100)
sys.path.insert(0, os.getcwd())
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudstore.settings")
django.setup()
from django.core.management import execute_from_command_line
from django.db import connection
if connection.vendor == "sqlite":
    connection.settings_dict["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""


def template() -> str:
    """The template for the test database of these settings (a file, or a PostgreSQL database), made when it is not there."""
    database = settings.DATABASES["default"]
    folder = settings.VAR_DIR / "test"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if database["ENGINE"].endswith("postgresql"):
            return _postgres(database, f"{settings.TEST_DATABASE}_template_{_state()}")
        return _sqlite(folder / f"template-{_state()}.sqlite3")


def _state() -> str:
    """A hash of what makes the tables and the rows that come with them."""
    sums = hashlib.sha256()
    for app in apps.get_app_configs():
        folder = Path(app.path) / "migrations"
        for file in sorted([*folder.glob("**/*"), *Path(app.path).glob("**/*.csv")]):
            if file.is_file() and file.suffix != ".pyc":
                sums.update(f"{app.label}/{file.name}\n".encode() + file.read_bytes())
    sums.update(importlib.import_module("django").__version__.encode())
    return sums.hexdigest()[:16]


def _sqlite(file: Path) -> str:
    if not file.exists():
        for old in file.parent.glob("template-*.sqlite3*"):
            old.unlink()
        making = file.with_suffix(".making")
        for leftover in file.parent.glob(f"{making.name}*"):
            leftover.unlink()
        _migrate(f"sqlite://{making}")
        making.replace(file)
    return str(file)


def _postgres(database: dict, name: str) -> str:
    place = {key: database[key.upper()] for key in ("host", "port", "user", "password") if database[key.upper()]}
    with psycopg.connect(dbname=database["NAME"], autocommit=True, **place) as server:
        prefix = f"{settings.TEST_DATABASE}_template_"
        query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid DESC"
        found = [row[0] for row in server.execute(query, [prefix])]
        if name not in found:
            making = f"{settings.TEST_DATABASE}_making"
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(making)))
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
            _migrate(_url(database, making))
            change = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            server.execute(change.format(sql.Identifier(making), sql.Identifier(name)))
            for old in found[KEPT - 1 :]:
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(old)))
    return name


def _url(database: dict, name: str) -> str:
    person = quote(str(database["USER"]), safe="")
    if database["PASSWORD"]:
        person += ":" + quote(str(database["PASSWORD"]), safe="")
    port = f":{database['PORT']}" if database["PORT"] else ""
    return f"postgresql://{person}@{database['HOST']}{port}/{name}"


def _migrate(url: str) -> None:
    words = [sys.executable, "-c", _QUICKLY, "migrate", "--no-input", "--verbosity", "0"]
    environment = {**os.environ, "CCS_DATABASE_URL": url}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the tables of the test database could not be made:\n{done.stderr[-2000:]}")
