"""The dealers of a brand as matching sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0088

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Dealer:
    """A dealer at the moment of a decision.

    `city` is the code of its own city, `point` its latitude and longitude, `series` what it is authorised for today
    (None: every series of the brand). `arrival_rate` is the shrunk share of its leads that came to the store; the two
    shares are of the last 30 days in the territory; `open` and `today` are leads it has open and got today.
    """

    code: str
    brand: str = ""
    city: str = ""
    point: Point | None = None
    territory: frozenset[str] = frozenset()
    series: frozenset[str] | None = None
    active: bool = True
    suspended: bool = False
    tier: str = "N"
    arrival_rate: Decimal = Decimal(0)
    target_share: Decimal = Decimal(0)
    actual_share: Decimal = Decimal(0)
    open: int = 0
    capacity_open: int = 60
    today: int = 0
    capacity_day: int = 20
    assigned_24h: int = 0
    last_assigned_at: datetime | None = None


def haversine_km(one: Point, other: Point) -> float:
    """The distance of two points (latitude, longitude in degrees) along the surface of the Earth, in kilometres."""
    lat, lon, other_lat, other_lon = map(radians, (*one, *other))
    half = sin((other_lat - lat) / 2) ** 2 + cos(lat) * cos(other_lat) * sin((other_lon - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def fair_shares(capacity: Mapping[str, int], recent: Mapping[str, int]) -> dict[str, tuple[Decimal, Decimal]]:
    """Per dealer of one territory its target share (in proportion to capacity) and its actual share of recent leads."""
    room, leads = sum(capacity.values()), sum(recent.get(code, 0) for code in capacity)
    return {
        code: (
            Decimal(own) / room if room else Decimal(0),
            Decimal(recent.get(code, 0)) / leads if leads else Decimal(0),
        )
        for code, own in capacity.items()
    }
