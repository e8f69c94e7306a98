"""The rhythm of ninety believable days: weekdays, a launch week, strong and weak dealers. Pure and seeded: the same words give the same numbers."""

import hashlib
import random
from datetime import date

_WEEKDAY = (0.9, 0.88, 0.92, 0.95, 1.05, 1.2, 1.15)  # Monday to Sunday: car buyers look at the weekend
LAUNCH_STARTS, LAUNCH_ENDS = 38, 31  # days before today: one launch week
_LAUNCH = 1.7


def dice(*words: object) -> random.Random:
    """A random source of its own for each subject, so that adding a dealer changes nobody else's history."""
    return random.Random(hashlib.sha256("|".join(map(str, words)).encode()).digest())


def swing(day: date, today: date) -> float:
    """How busy the market is on `day`: 1.0 is a plain day."""
    launch = _LAUNCH if LAUNCH_ENDS <= (today - day).days <= LAUNCH_STARTS else 1.0
    return _WEEKDAY[day.weekday()] * launch


def count(expected: float, source: random.Random) -> int:
    """A whole number around `expected` (Poisson by Knuth's method; expected is at most a few dozen here)."""
    if expected <= 0:
        return 0
    limit, product, number = 2.718281828459045 ** -min(expected, 50.0), source.random(), 0
    while product > limit:
        product *= source.random()
        number += 1
    return number
