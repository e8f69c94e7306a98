"""Rules of the house that keep the product whole, held by machine."""

import ast

import pytest
from django.apps import apps

from cloudstore.kit import env
from cloudstore.kit.scoping import GlobalRows, ScopePath
from tests.architecture.source import OUR_PACKAGES, ROOT, called_name, calls, name_of, product_files, tree_of

RELAY = "cloudstore/queue/relay.py"
PUBLISHING = {"delay", "apply_async", "send_task", "delay_on_commit", "apply_async_on_commit"}


def test_only_the_relay_publishes_to_a_broker():
    """A frozen broker must never hang a request, so nobody but the relay talks to it."""
    offenders = [
        f"{name_of(path)}:{call.lineno}"
        for path in product_files()
        if name_of(path) != RELAY
        for call in calls(path)
        if called_name(call) in PUBLISHING
    ]
    assert offenders == []


def test_nobody_asks_celery_to_wait():
    """ETA and countdown over Redis ran ten tasks 47 times; a moment in the future is a column, not a message."""
    offenders = [
        f"{name_of(path)}:{call.lineno}"
        for path in product_files()
        for call in calls(path)
        if {word.arg for word in call.keywords} & {"eta", "countdown"}
    ]
    assert offenders == []


def _is_ours(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.level > 0 or (node.module or "").split(".")[0] in OUR_PACKAGES
    return isinstance(node, ast.Import) and any(alias.name.split(".")[0] in OUR_PACKAGES for alias in node.names)


def test_our_own_code_is_imported_at_the_top():
    """An import inside a function hides a cycle. App configurations are the exception: `ready` is Django's own doorway."""
    offenders = [
        f"{name_of(path)}:{inner.lineno}"
        for path in product_files()
        if path.name != "apps.py"
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom) and _is_ours(inner)
    ]
    assert offenders == []


def test_no_drawer_for_odds_and_ends():
    """A file called utils has no subject."""
    assert [name_of(path) for path in product_files() if path.stem in {"utils", "helpers", "misc", "common"}] == []


def test_jobs_stay_thin():
    """A job loads, calls once and decides nothing: at most ten lines."""
    offenders = []
    for path in product_files():
        if path.name != "jobs.py":
            continue
        for function in tree_of(path).body:
            if not isinstance(function, ast.FunctionDef) or not function.decorator_list:
                continue
            body = function.body[1:] if ast.get_docstring(function) else function.body
            if body and (body[-1].end_lineno or 0) - body[0].lineno + 1 > 10:
                offenders.append(f"{name_of(path)}: {function.name}")
    assert offenders == []


def test_services_do_not_import_jobs_views_or_forms():
    """Services write; they know neither the page nor the queue entry that called them."""
    offenders = []
    for path in product_files():
        if "services" not in (path.stem, path.parent.name):
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").rsplit(".", 1)[-1] in {
                "jobs",
                "views",
                "forms",
                "templates",
            }:
                offenders.append(f"{name_of(path)}: {node.module}")
    assert offenders == []


def _our_models():
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in OUR_PACKAGES]


@pytest.mark.parametrize("model", _our_models(), ids=lambda model: model._meta.label)
def test_every_table_says_whose_rows_it_holds(model):
    """Without it the scope rule could not filter, so a new table cannot forget it."""
    path = getattr(model, "scope_path", None)
    assert isinstance(path, ScopePath | GlobalRows), f"{model.__name__} needs scope_path"
    if isinstance(path, ScopePath):
        for lookup in filter(None, (path.brand, path.dealer, path.staff)):
            model._default_manager.filter(**{f"{lookup}": 1} if lookup != "pk" else {"pk__isnull": True}).query  # noqa: B018
    else:
        assert path.reason


def test_every_setting_is_documented():
    """docs/settings.md names each environment variable with its sentence; an undocumented knob fails."""
    page = (ROOT / "docs" / "settings.md").read_text()
    missing = [knob.name for knob in env.KNOBS.values() if f"`{knob.name}`" not in page or knob.sentence not in page]
    assert missing == []
    documented = {word.strip("`") for line in page.splitlines() for word in line.split() if word.startswith("`CCS_")}
    assert documented - set(env.KNOBS) == {"CCS_DEMO"}, "a documented variable no longer exists"
