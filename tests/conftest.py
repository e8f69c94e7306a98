"""What every test stands on."""

import itertools
import os

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections

from tests.journeys.running import product  # noqa: F401 - a fixture for the journeys and the browser stories
from tests.template import template
from tests.together import pytest_xdist_make_scheduler  # noqa: F401 - a hook


@pytest.fixture(scope="session", autouse=True)
def _data_folder():
    """The test database and all files lie under var/, which git ignores."""
    (settings.VAR_DIR / "test").mkdir(parents=True, exist_ok=True)
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, _data_folder):
    """The folder must be there before the database is made in it; and it is copied from a template, not migrated anew."""
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = template()


_TESTS = itertools.count()


@pytest.fixture(autouse=True)
def _nothing_kept():
    """Answers kept in the cache end with the test: after a rollback, or in another process, the same ids mean other rows."""
    cache.key_prefix = f"{os.environ.get('PYTEST_XDIST_WORKER', 'one')}-{os.getpid()}-{next(_TESTS)}"
