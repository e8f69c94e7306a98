"""The town of the lead stories."""

import pytest

from tests.leads.town import build_town


@pytest.fixture
def town(db):
    return build_town()
