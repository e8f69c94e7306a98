"""The words of every code of the product, in one registry: rules speak codes, people read labels.

Each room registers its own groups in its `AppConfig.ready()`; templates read them with `{{ code|label:"lead_state" }}`.
A label may come with a tone (neutral, info, ok, warn, bad) and a Lucide icon, so that a status looks the same everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

Words = str | Promise

#: The five tones a chip may have; see parts.css.
TONES = ("neutral", "info", "ok", "warn", "bad")


class LabelClash(Exception):
    """Two rooms registered different words for one code of one group."""


@dataclass(frozen=True, slots=True)
class Label:
    """What people read for a code: the words, and where it is a state also tone and icon name."""

    words: Words
    tone: str = "neutral"
    icon: str = ""


_groups: dict[str, dict[str, Label]] = {}


def register(group: str, words: Mapping[str, Words | Label]) -> None:
    """Add the words of the codes of `group`. Registering the same again is harmless; other words raise `LabelClash`."""
    known = _groups.setdefault(group, {})
    for code, given in words.items():
        fresh = given if isinstance(given, Label) else Label(given)
        if fresh.tone not in TONES:
            raise LabelClash(f"{group}.{code}: {fresh.tone} is not a tone")
        held = known.setdefault(str(code), fresh)
        if (str(held.words), held.tone, held.icon) != (str(fresh.words), fresh.tone, fresh.icon):
            raise LabelClash(f"{group}.{code} has two labels: {held.words} and {fresh.words}")


def label(group: str, code: object) -> Label:
    """The label of a code; an unknown code is shown as it is, so that nothing is hidden."""
    return _groups.get(group, {}).get(str(code)) or Label(str(code))


def choices(group: str) -> list[tuple[str, Words]]:
    """All codes of a group with their words, in the order of registration, for forms and filters."""
    return [(code, entry.words) for code, entry in _groups.get(group, {}).items()]
