"""Money is a whole number of fen. Nothing here is a float, nothing is lost in a division."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_MOST_DIGITS = 15  # keeps "1e400" from becoming a number that no database holds


class BadAmount(ValueError):
    """Text or number that is not an amount of whole fen."""


def to_fen(yuan: str | int | Decimal) -> int:
    """`"86.20"` yuan as 8620 fen. Thousands may be parted by commas, a leading `¥` is allowed. Raises `BadAmount`."""
    if isinstance(yuan, float):
        raise BadAmount("an amount is text, a whole number or a Decimal, never a float")
    text = str(yuan).strip().removeprefix("¥").replace(",", "")
    try:
        fen = Decimal(text) * 100
    except InvalidOperation:
        raise BadAmount("an amount is written like 86.20") from None
    if not fen.is_finite() or fen.adjusted() > _MOST_DIGITS:
        raise BadAmount("an amount is finite and below a hundred trillion yuan")
    if fen != fen.to_integral_value():
        raise BadAmount("an amount has no parts smaller than one fen")
    return int(fen)


def format_yuan(fen: int) -> str:
    """8620 as `¥86.20`, 1200000 as `¥12,000`: fen only when there are any."""
    yuan, rest = divmod(abs(fen), 100)
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{yuan:,}.{rest:02d}" if rest else f"{sign}¥{yuan:,}"


def split_evenly(fen: int, parts: int) -> list[int]:
    """`fen` in `parts` shares that differ by at most one fen and add up exactly; the odd fen go to the first shares.

    With equal claims every remainder is equal, so largest remainder comes down to order: 100.00 by three is
    33.34, 33.33, 33.33. A negative sum (a clawback) is split the same way. Raises `ValueError` without parts.
    """
    if parts < 1:
        raise ValueError("a sum is split into at least one part")
    share, odd = divmod(abs(fen), parts)
    sign = -1 if fen < 0 else 1
    return [sign * (share + 1)] * odd + [sign * share] * (parts - odd)
