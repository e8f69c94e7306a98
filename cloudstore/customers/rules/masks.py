"""What may be shown of a person without a reason."""

from __future__ import annotations

import unicodedata

LONGEST_NAME = 60


def tidy_name(raw: str) -> str:
    """A name as it is kept: normalised (NFC), without control and direction characters, at most 60 characters."""
    shown = "".join(
        " " if unicodedata.category(char) in {"Zl", "Zp", "Zs"} else char
        for char in unicodedata.normalize("NFC", raw)
        if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    return " ".join(shown.split())[:LONGEST_NAME]


def mask_name(name: str) -> str:
    """The first character and two stars, whatever the length: `陈**`, `J**`; the empty name stays empty.

    A digit is not shown: people type their number into the field for the name.
    """
    if not name:
        return ""
    return f"{name[0]}**" if name[0].isalpha() else "**"


def readable(e164: str) -> str:
    """A number in clear as people read it out: `138 0013 8000` for a mainland mobile, any other as it is."""
    if e164.startswith("+861") and len(e164) == 14:
        return f"{e164[3:6]} {e164[6:10]} {e164[10:]}"
    return e164
