"""Phone numbers in one shape: E.164 (`+8613800138000`), the key of One-ID.

Nearly every number here is a plain mainland mobile, so those take a short checked path; everything else goes through
`phonenumbers`. Both give the same answer for every input (the tests hold them against each other), and the pattern of
the short path is the library's own, so an update of the library moves both.

No error of this module carries the number: it may end in a log.
"""

from __future__ import annotations

import re
from enum import StrEnum

import phonenumbers

_REGION = "CN"
_LONGEST = 250  # what phonenumbers itself reads


class PhoneProblem(StrEnum):
    """Why something is not a phone number we can call."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    IMPOSSIBLE = "impossible"


class BadPhone(ValueError):
    """Not a phone number. `problem` says why; the number itself is never part of the error."""

    def __init__(self, problem: PhoneProblem) -> None:
        super().__init__(f"not a phone number: {problem.value}")
        self.problem = problem


def _mobile_pattern() -> str:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(_REGION)
    if metadata is None or metadata.mobile is None:
        raise RuntimeError("phonenumbers has no pattern for mainland mobiles")
    return str(metadata.mobile.national_number_pattern)


# What people put between and before the digits of a mobile. Only characters that phonenumbers ignores as well.
_TIDY = {ord(wide): str(digit) for digit, wide in enumerate("０１２３４５６７８９")} | {
    ord("＋"): "+",
    ord(" "): None,
    ord("\u3000"): None,
    ord("-"): None,
    ord("－"): None,
}
_PLAIN = re.compile(rf"(?:\+86|0086|86)?({_mobile_pattern()})", re.ASCII).fullmatch


def normalise(raw: str) -> str:
    """`raw` as E.164. Numbers without a country code are read as Chinese.

    Accepts +86, 0086, spaces, hyphens, full-width digits, and what else `phonenumbers` reads. Raises `BadPhone` for
    anything that is not a possible, assigned kind of number, and for two numbers in one field.
    """
    if plain := _PLAIN(raw):
        return "+86" + plain[1]
    if len(raw) <= _LONGEST and (plain := _PLAIN(raw.translate(_TIDY))):
        return "+86" + plain[1]
    return _normalise_any(raw)


def _normalise_any(raw: str) -> str:
    """The careful way, for everything that is not a plain mainland mobile."""
    if not raw.strip():
        raise BadPhone(PhoneProblem.EMPTY)
    if len(raw) > _LONGEST:
        raise BadPhone(PhoneProblem.TOO_LONG)
    try:
        number = phonenumbers.parse(raw, _REGION)
    except phonenumbers.NumberParseException:
        raise BadPhone(PhoneProblem.UNREADABLE) from None
    if not phonenumbers.is_valid_number(number):
        raise BadPhone(PhoneProblem.IMPOSSIBLE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask(e164: str) -> str:
    """A number as it may be shown: `138****2210` for a mainland mobile, the last four digits of any other."""
    if len(e164) == 14 and e164.startswith("+861"):
        return f"{e164[3:6]}****{e164[-4:]}"
    return f"****{e164[-4:]}" if len(e164) >= 10 else "****"
