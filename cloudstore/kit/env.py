"""Typed reading of environment knobs; each knob carries its default and a sentence, and `KNOBS` feeds the documentation test."""

import os
from dataclasses import dataclass

PREFIX = "CCS_"


class BadSetting(Exception):
    """An environment variable has a value the product cannot use; the message names it and what is allowed."""


@dataclass(frozen=True, slots=True)
class Knob:
    """One documented setting: its variable name, kind, default as text and the sentence shown in docs/settings.md."""

    name: str
    kind: str
    default: str
    sentence: str


KNOBS: dict[str, Knob] = {}


def _read(name: str, kind: str, default: str, sentence: str) -> str:
    full = PREFIX + name
    KNOBS[full] = Knob(full, kind, default, sentence)
    return os.environ.get(full, default)


def text(name: str, default: str, sentence: str) -> str:
    """A plain text knob."""
    return _read(name, "text", default, sentence)


def flag(name: str, default: bool, sentence: str) -> bool:
    """A yes/no knob: 1/0, true/false, yes/no, on/off."""
    raw = _read(name, "flag", "1" if default else "0", sentence).strip().lower()
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off", ""}:
        return False
    raise BadSetting(f"{PREFIX}{name} is {raw!r}; it must be one of 1, 0, true, false, yes, no, on, off.")


def integer(name: str, default: int, sentence: str) -> int:
    """A whole-number knob."""
    raw = _read(name, "integer", str(default), sentence)
    try:
        return int(raw)
    except ValueError:
        raise BadSetting(f"{PREFIX}{name} is {raw!r}; it must be a whole number.") from None


def listing(name: str, default: str, sentence: str) -> list[str]:
    """A comma-separated list knob; empty parts are dropped."""
    return [part.strip() for part in _read(name, "list", default, sentence).split(",") if part.strip()]
