"""The town of the lead stories."""

import pytest

from .town import build_town


@pytest.fixture
def town(db):
    return build_town()
