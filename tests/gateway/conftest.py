"""Two brands with their doors, and ways to knock: in this process, or at a web process of its own."""

import os

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db import connection, transaction

from cloudstore.gateway.door import Door
from cloudstore.gateway.services import register_app
from cloudstore.network.models import Division
from tests.gateway.cast import one_dealer
from tests.gateway.knocking import CLIENT_KEY, SECRET, Knocker
from tests.gateway.web import WebProcess


@pytest.fixture
def transactional_db(django_db_setup, django_db_blocker):
    """Committed rows, for the door has a connection of its own.

    In place of the stock fixture, whose flush empties some two hundred tables after each test (three seconds on
    PostgreSQL) and takes the country's divisions with it.
    """
    with django_db_blocker.unblock():
        _tidy()
        yield
        _tidy()
        connection.close()


def _tidy() -> None:
    """Empty our own tables, but for what migrations have put there."""
    assert "test" in str(connection.settings_dict["NAME"]), "this is not a test database"
    there = set(connection.introspection.table_names())
    with transaction.atomic():
        for model in apps.get_models(include_auto_created=True):
            ours = model.__module__.partition(".")[0] in {"cloudstore", "media", "tasks", "dashboards"}
            if ours and model is not Division and model._meta.db_table in there:
                model._base_manager.all()._raw_delete(connection.alias)


@pytest.fixture
def world(transactional_db):
    """One brand, seen by every connection: the door has its own."""
    return one_dealer("xinghe")


@pytest.fixture
def app(world):
    return register_app(brand_id=world.brand.pk, platform="douyin", client_key=CLIENT_KEY, secret=SECRET)


@pytest.fixture
def knocker(app):
    """Knocks at a door in this process; behind it is nothing."""

    async def nothing_behind(scope, receive, send):
        raise AssertionError("the door let a request for itself go by")

    with Knocker(Door(nothing_behind)) as knocker:
        yield knocker


@pytest.fixture
def web(app, tmp_path):
    """A real web process on the test database."""
    with WebProcess(log=tmp_path / "web.log", environment=database_environment()) as process:
        yield process


def database_environment() -> dict[str, str]:
    """What another process needs to work on the database of this test."""
    database = django_settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        address = f"sqlite://{database['NAME']}"
    else:
        who = database["USER"] + (f":{database['PASSWORD']}" if database["PASSWORD"] else "")
        address = f"postgresql://{who}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    return {**os.environ, "CCS_VAR": str(django_settings.VAR_DIR), "CCS_DATABASE_URL": address}
