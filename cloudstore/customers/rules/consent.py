"""Who may be told about a person: only those their consent names."""

from __future__ import annotations

from collections.abc import Collection

OEM = "oem"
NETWORK = "network"  # any authorised dealer of the brand, as the text of the consent says


def dealer_token(code: str) -> str:
    """How a consent names one dealer."""
    return f"dealer:{code}"


def covers_dealer(recipients: Collection[str], code: str) -> bool:
    """Whether a consent with these recipients allows passing the person on to the dealer with this code."""
    return NETWORK in recipients or dealer_token(code) in recipients
