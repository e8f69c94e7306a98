"""Whatever stands in a rehearsal document, the answer is a decision or a sentence that says where it is wrong."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudstore.kit.rehearsal import BadDocument
from cloudstore.leads.rules import rehearsal_identity, rehearsal_sla
from cloudstore.routing.rules import rehearsal as rehearsal_routing

junk = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**20), 10**20),
        st.floats(),
        st.text(max_size=12),
        st.sampled_from(
            ["", "440300", "000000", "2026-02-30", "9999-12-31T23:59:59+08:00", "0001-01-01T00:00:00+14:00"]
        ),
        st.sampled_from(["13800138000", "H", "D", "24:00", "00:00", "lost", "delivered", "hybrid", "account_region"]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["code", "at", "km", "x"]), inner),
    max_leaves=4,
)


def places(value, path=()):
    """The path of every value inside a document."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from places(item, (*path, key))


def put(document, path, value):
    """The document with another value at one place."""
    if not path:
        return value
    changed = copy.deepcopy(document)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return changed


@pytest.mark.parametrize("room", [rehearsal_routing, rehearsal_identity, rehearsal_sla])
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_a_document_with_junk_in_it_is_played_or_refused_in_one_sentence(room, data):
    document = room.example()
    for _ in range(data.draw(st.integers(1, 3))):
        document = put(document, data.draw(st.sampled_from(list(places(document)))), data.draw(junk))
    try:
        assert json.dumps(room.rehearse(document))
    except BadDocument as refused:
        assert refused.path
        assert "\n" not in str(refused)
        assert "13800138000" not in str(refused)
