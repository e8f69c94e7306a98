"""The two ways a job here can end badly: the file is at fault, or the work is."""

from __future__ import annotations

from collections.abc import Mapping

from media.rules.refusals import Fact, Finding, Refusal


class RenderRefused(Exception):
    """The file is not something we take. `code` and `facts` explain it as `media.rules.refusals` lists them."""

    def __init__(self, code: Refusal, facts: Mapping[str, Fact] | None = None) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts = dict(facts or {})

    @property
    def finding(self) -> Finding:
        return Finding(self.code, self.facts)


class RenderFailed(Exception):
    """The work broke off. `permanent` says whether trying the same again could ever help.

    Codes: "timeout", "killed", "disk_full", "program_missing", "fed_badly" (may be tried again); "cpu_limit",
    "memory_limit", "output_limit", "cannot_decode", "crashed", "unexplained" (will not get better by itself).
    `detail` is the tail of the program's own words, for logs; it can hold file names but no personal data.
    """

    def __init__(self, code: str, *, permanent: bool, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent
        self.detail = detail[-2000:]
