"""The small brand of the task stories, and a folder of uploads of its own for every test."""

import pytest

from tests.tasks.conftest import make_world


@pytest.fixture(autouse=True)
def uploads(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def world(db):
    return make_world()
