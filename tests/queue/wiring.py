"""The fuse box of the yard: nothing but a clock that ticks every two seconds."""

from collections.abc import Callable
from typing import Any

INBOUND: dict[type, Callable[..., Any]] = {}
OUTBOUND: dict[str, Callable[..., Any]] = {}
CLOCK = {"yard.tick": 2}
WATCHERS: dict[str, Callable[[], bool]] = {}
FACT_SOURCES: dict[str, Callable[..., Any]] = {}
TOPICS: dict[str, str] = {}
