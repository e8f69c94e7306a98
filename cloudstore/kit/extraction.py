"""Finds the strings of our own sources that people read, in Python and in templates, without outside tools."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from cloudstore.kit.catalogue import Entry

#: function of django.utils.translation -> which arguments are context, text, plural
_CALLS = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
_MODULE = "django.utils.translation"
_STRING = r"""[urbUR]{0,2}(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_IN_TEMPLATE = re.compile(rf"(?<!\w)(npgettext|pgettext|ngettext|gettext|_)\s*\(\s*({_STRING}(?:\s*,\s*{_STRING})*)")


class CannotExtract(ValueError):
    """A string is put together before it is translated, so nobody can translate it; says file and line."""


def sources(root: Path, packages: tuple[str, ...]) -> Iterator[Path]:
    """Python files and templates of the packages, in a stable order."""
    for package in packages:
        for path in sorted((root / package).rglob("*")):
            ours = path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in path.parts)
            if ours and "migrations" not in path.parts:
                yield path


def extract(root: Path, packages: tuple[str, ...]) -> list[Entry]:
    """Every string once, with the files it stands in. Raises `CannotExtract`."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for path in sources(root, packages):
        name = path.relative_to(root).as_posix()
        text = path.read_text("utf-8")
        for entry in from_python(text, name) if path.suffix == ".py" else from_template(text, name):
            held = places.setdefault(entry.key, [])
            if name not in held:
                held.append(name)
    return [
        Entry(text, plural, context, places=tuple(files)) for (context, text, plural), files in sorted(places.items())
    ]


def from_python(source: str, name: str) -> Iterator[Entry]:
    """The translated strings of a Python module."""
    tree = ast.parse(source, name)
    known = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == _MODULE
        for alias in node.names
        if alias.name in _CALLS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (function := _called(node, known)):
            yield _entry_of(node, function, name)


def _called(node: ast.Call, known: dict[str, str]) -> str:
    if isinstance(node.func, ast.Name):
        return known.get(node.func.id, "")
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return node.func.attr if node.func.value.id == "translation" and node.func.attr in _CALLS else ""
    return ""


def _entry_of(node: ast.Call, function: str, name: str) -> Entry:
    words = []
    for position in _CALLS[function]:
        if position is None:
            words.append("")
            continue
        given = node.args[position] if position < len(node.args) else None
        if not (isinstance(given, ast.Constant) and isinstance(given.value, str)):
            raise CannotExtract(f"{name}:{node.lineno}: {function} needs the string itself, not a variable or f-string")
        words.append(given.value)
    context, text, plural = words
    return Entry(text, plural, context)


def from_template(source: str, name: str) -> Iterator[Entry]:
    """The translated strings of a Django template."""
    for found in _IN_TEMPLATE.finditer(templatize(source, name)):
        words = [ast.literal_eval(word.lstrip("u")) for word in re.findall(_STRING, found[2])]
        # Django doubles percent signs for the C compiler of old.
        words = [word.replace("%%", "%") if "%(" not in word else word for word in words]
        match found[1]:
            case "pgettext":
                yield Entry(words[1], "", words[0])
            case "npgettext":
                yield Entry(words[1], words[2], words[0])
            case "ngettext":
                yield Entry(words[0], words[1])
            case _:
                yield Entry(words[0])
