"""Keeping what was just counted: a board is counted once per change of its brand, not once per reader.

The key holds the newest pulse of the brand, so a kept answer ends with the very change that would make it wrong. It also
ends after a minute, whatever happens.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.core.cache import cache

from cloudstore.kit.clock import business_day
from cloudstore.network.scope import Scope
from cloudstore.queue.queries import newest_pulse_of

T = TypeVar("T")

SECONDS = 60


def kept(what: str, scope: Scope, *, now: datetime, count: Callable[[], T]) -> T:
    """The answer for everybody of the same scope, counted now or since the brand's last change. `what` names question and place."""
    pulse = newest_pulse_of(f"brand:{scope.brand_id}")
    reach = f"{scope.brand_id}.{scope.region_path}.{scope.group_id}.{scope.dealer_id}.{scope.staff_id}"
    key = f"boards:{what}:{reach}:{business_day(now)}:{pulse}".replace(" ", "_")
    found: T | None = cache.get(key)
    if found is None:
        found = count()
        cache.set(key, found, SECONDS)
    return found
