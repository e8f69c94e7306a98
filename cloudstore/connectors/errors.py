"""The one error a connector raises towards a platform, and what the caller should do about it."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What helps. The caller acts on this, never on a platform's number."""

    RETRY = "retry"
    SLOW_DOWN = "slow_down"
    NEXT_DAY = "next_day"
    FIX_REQUEST = "fix_request"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - a word for an action, not a secret
    REAUTHORISE = "reauthorise"
    MARK_SCOPE_MISSING = "mark_scope_missing"
    MARK_ACCOUNT = "mark_account"
    FIX_CONFIGURATION = "fix_configuration"
    STOP_CONNECTOR = "stop_connector"
    CHANGE_CONTENT = "change_content"
    WINDOW_CLOSED = "window_closed"


PASSING = frozenset({Action.RETRY, Action.SLOW_DOWN, Action.NEXT_DAY, Action.REFRESH_TOKEN})


class ConnectorError(Exception):
    """A call to a platform did not succeed.

    `code` is the platform's own code as text, or one of ours for what happens before it answers (`timeout`,
    `unreachable`, `http_502`, `unreadable_answer`, `answer_too_long`, `redirect`). `permanent` says that trying the
    same again cannot help. `retry_after` is in seconds, given when the platform or the kind of error names a wait.
    `maybe_done` warns that the platform may have acted although we never saw its answer: look before sending again.
    The text holds the call and the code only, never what was sent or a token.
    """

    def __init__(
        self,
        *,
        code: str,
        action: Action,
        call: str = "",
        field: str = "",
        retry_after: float | None = None,
        maybe_done: bool = False,
    ) -> None:
        self.code = code
        self.action = action
        self.call = call
        self.field = field
        self.retry_after = retry_after
        self.maybe_done = maybe_done
        super().__init__(call, code, action.value)

    @property
    def permanent(self) -> bool:
        return self.action not in PASSING

    def __str__(self) -> str:
        where = f"{self.call}: " if self.call else ""
        return f"{where}{self.code} ({self.action.value})"
