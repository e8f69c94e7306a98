"""Where a mobile number was issued, from its block. A hint only: people move, and keep their number."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

from cloudstore.network.gazetteer import Reading, gazetteer

#: Nearly every block of 173 is said to be Beijing's, which is wrong; better no hint than a false one.
UNTRUSTED = frozenset({"173"})
_BLOCK = len("+861380013")


def place_of_number(phone_e164: str) -> str:
    """The division in which this number's block was issued, as six digits; empty when it is not known.

    Only the block is looked up and remembered, never the number. The library's place names take a second and some
    hundred megabytes to load, so this is called by workers and not while a page waits.
    """
    if not phone_e164.startswith("+861") or len(phone_e164) != 14 or phone_e164[3:6] in UNTRUSTED:
        return ""
    return _place_of_block(phone_e164[:_BLOCK])


@lru_cache(maxsize=50_000)
def _place_of_block(block: str) -> str:
    from phonenumbers import geocoder

    words = geocoder.description_for_number(phonenumbers.parse(block + "0000"), "zh")
    found = gazetteer().find(words)
    return found.place.adcode if found.reading is Reading.EXACT and found.place else ""
