"""What the desk is told when something cannot be done."""

from __future__ import annotations


class DeskRefused(Exception):
    """An act at the desk was not carried out and nothing was changed. `code` is stable and carries no personal data.

    Codes: `claimed` (somebody else works on the lead; `holder` is their name), `not_claimed`, `consent_needed`,
    `not_at_desk`, `other_brand`, `not_active`, `series_not_authorised`, `unknown_place`.
    """

    def __init__(self, code: str, holder: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.holder = holder
