"""Reading our own source as trees, for rules that no linter knows."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("cloudstore", "media", "tasks", "dashboards")
OUR_PACKAGES = frozenset(ROOMS)


@lru_cache
def product_files() -> tuple[Path, ...]:
    """Every Python file of the product, migrations left out."""
    return tuple(
        path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts
    )


@lru_cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(), filename=str(path))


def name_of(path: Path) -> str:
    """The path as said in a failure: relative to the project."""
    return str(path.relative_to(ROOT))


def calls(path: Path) -> Iterator[ast.Call]:
    """Every call in a file."""
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


def called_name(call: ast.Call) -> str:
    """The last part of what is called: `send_task` for `app.send_task(...)`."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
