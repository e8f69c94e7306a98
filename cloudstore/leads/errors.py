"""What can be refused about a lead."""

from __future__ import annotations


class LeadRefused(Exception):
    """An act on a lead was not carried out and nothing was changed. `code` is stable and carries no personal data.

    Codes are those of `leads.rules.states.Refusal` and: `round_open`, `no_round`, `record_needed`, `sleep_too_early`,
    `unknown_reason`, `other_dealer`, `time_needed`. `state` is where the lead stands now.
    """

    def __init__(self, code: str, state: str = "") -> None:
        super().__init__(f"{code} ({state})" if state else code)
        self.code = str(code)
        self.state = state

    @property
    def stale(self) -> bool:
        """Whether somebody else acted first, so that looking again is all that is needed."""
        return self.code == "stale_version"
