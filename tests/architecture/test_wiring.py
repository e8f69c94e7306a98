"""The fuse box has no loose ends: every message one hearer, every delivery a performer, every job name a job."""

import ast
import importlib
import inspect

import pytest

from cloudstore import celery_app, wiring
from cloudstore.connectors import messages
from cloudstore.queue.performing import JOBS
from tests.architecture.source import called_name, calls, name_of, product_files


@pytest.fixture(scope="module", autouse=True)
def jobs_are_loaded():
    """Load every jobs.py as a worker does."""
    celery_app.loader.import_default_modules()


def _message_classes():
    leaves = []
    for _name, kind in inspect.getmembers(messages, inspect.isclass):
        if issubclass(kind, messages.Message) and kind.kind:
            leaves.append(kind)
    return leaves


def _literal(call: ast.Call, position: int, keyword: str) -> str | None:
    given = [word.value for word in call.keywords if word.arg == keyword] + list(call.args[position : position + 1])
    return given[0].value if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str) else None


@pytest.mark.parametrize("message", _message_classes(), ids=lambda kind: kind.__name__)
def test_each_message_has_exactly_one_hearer(message):
    """The probe is answered at the door itself; everything else is heard by one service."""
    if message is messages.WebhookProbe:
        return
    assert callable(wiring.INBOUND.get(message)), f"nobody hears {message.__name__}"


def test_every_delivery_kind_has_a_performer():
    """Walk the source: each `deliver(kind=...)` names a kind of the wiring, and no performer stands idle."""
    kinds = {
        kind: name_of(path)
        for path in product_files()
        for call in calls(path)
        if called_name(call) == "deliver"
        for kind in [_literal(call, 99, "kind")]
        if kind
    }
    assert kinds, "no delivery is written anywhere"
    assert set(kinds) == set(wiring.OUTBOUND)


def test_every_job_name_exists():
    """Names in enqueue(...), CLOCK and WATCHERS are strings; here they meet the functions."""
    asked = {
        name: f"{name_of(path)}:{call.lineno}"
        for path in product_files()
        for call in calls(path)
        if called_name(call) == "enqueue"
        for name in [_literal(call, 0, "name")]
        if name
    }
    asked |= dict.fromkeys(wiring.CLOCK, "CLOCK") | dict.fromkeys(wiring.WATCHERS, "WATCHERS")
    assert {name: where for name, where in asked.items() if name not in JOBS} == {}


def test_every_job_is_asked_for_by_someone():
    """A job that nothing starts is dead code."""
    words = {
        node.value
        for path in product_files()
        if path.name != "jobs.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(JOBS) <= words


def test_wired_functions_live_in_services_or_queries():
    """Only services and queries are doors of a room."""
    tables = [
        *wiring.INBOUND.values(),
        *wiring.OUTBOUND.values(),
        *wiring.WATCHERS.values(),
        *wiring.FACT_SOURCES.values(),
    ]
    for function in tables:
        module = importlib.import_module(function.__module__).__name__
        assert ".services" in module or ".queries" in module or module.startswith("cloudstore.gateway"), module
