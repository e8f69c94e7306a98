"""Exact numbers in, decimals out: every figure that is shown is rounded half-up once, from the exact value.

Values of indicators are held on a grid of ten decimals (`GRID`): equal values are equal integers, so that ties in a
peer group do not hang on the last bit of a float.
"""

from decimal import Decimal
from fractions import Fraction

GRID = 10**10


def half_up_whole(number: Fraction) -> int:
    """The nearest whole number; a half goes up (0.5 -> 1, 2.5 -> 3), below zero away from zero."""
    whole = (2 * abs(number.numerator) + number.denominator) // (2 * number.denominator)
    return whole if number >= 0 else -whole


def half_up(number: Fraction | Decimal | int, places: int) -> Decimal:
    """`number` with `places` decimals, half-up: 95.345 -> 95.35."""
    return of_units(half_up_whole(Fraction(number) * 10**places), places)


def of_units(units: int, places: int) -> Decimal:
    """A whole number of the last decimal place as Decimal: (9535, 2) -> 95.35."""
    return Decimal(units).scaleb(-places)


def text(number: Fraction | Decimal | int, places: int) -> str:
    """`number` as a plain decimal text with exactly `places` decimals."""
    return f"{half_up(number, places):f}"


def to_grid(number: Fraction | Decimal | int) -> int:
    """A value as a whole number of ten-billionths, rounded half-up."""
    return half_up_whole(Fraction(number) * GRID)


def of_grid(units: int) -> Fraction:
    """The exact value of a whole number of ten-billionths."""
    return Fraction(units, GRID)


def short_text(number: Decimal) -> str:
    """A decimal as plain text without trailing zeros: 0.980 -> 0.98, 20 -> 20."""
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
