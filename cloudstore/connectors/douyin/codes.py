"""The platform's error codes and what each asks of us.

Source: the platform's page "状态码" (openapi/status-code) for both families (28…, 21…); the direct-message codes and
some of the authorisation codes are known from other people's clients only, so they are kept together here and apart
from any logic.
"""

from __future__ import annotations

from cloudstore.connectors.errors import Action

ACTIONS: dict[int, Action] = {
    # Busy or broken inside the platform
    28001005: Action.RETRY,
    2100004: Action.RETRY,
    28001006: Action.RETRY,
    # What we sent
    28001007: Action.FIX_REQUEST,
    2100005: Action.FIX_REQUEST,
    # Tokens
    28001008: Action.REFRESH_TOKEN,
    2190008: Action.REFRESH_TOKEN,
    2190002: Action.REFRESH_TOKEN,
    10008: Action.REFRESH_TOKEN,
    10007: Action.REAUTHORISE,  # the code of the browser step is used or older than ten minutes
    10010: Action.REAUTHORISE,  # the refresh token is gone
    10020: Action.REAUTHORISE,  # it was renewed five times already
    # What the owner of the account allowed
    28001012: Action.MARK_SCOPE_MISSING,
    28001045: Action.MARK_ACCOUNT,
    28001046: Action.MARK_ACCOUNT,
    28001047: Action.MARK_ACCOUNT,
    2100009: Action.MARK_ACCOUNT,
    28029004: Action.MARK_ACCOUNT,
    28003101: Action.MARK_ACCOUNT,
    28003095: Action.MARK_ACCOUNT,  # the account's own workbench answers, we must not
    # Our app's settings at the platform
    28001014: Action.FIX_CONFIGURATION,
    28001018: Action.FIX_CONFIGURATION,
    2190004: Action.FIX_CONFIGURATION,
    28001015: Action.FIX_CONFIGURATION,
    2190015: Action.FIX_CONFIGURATION,
    2100007: Action.FIX_CONFIGURATION,
    10004: Action.FIX_CONFIGURATION,
    10005: Action.FIX_CONFIGURATION,
    10013: Action.FIX_CONFIGURATION,
    28001016: Action.STOP_CONNECTOR,
    28001019: Action.STOP_CONNECTOR,
    28001056: Action.STOP_CONNECTOR,
    # Too much
    28001052: Action.SLOW_DOWN,
    28003018: Action.SLOW_DOWN,
    28003017: Action.NEXT_DAY,
    2190001: Action.NEXT_DAY,
    # Direct messages
    28001038: Action.CHANGE_CONTENT,
    28003070: Action.WINDOW_CLOSED,
    28003080: Action.WINDOW_CLOSED,
    28003081: Action.WINDOW_CLOSED,
    28003082: Action.FIX_REQUEST,
}

BACK_OFF_SECONDS: dict[Action, float] = {Action.RETRY: 5.0, Action.SLOW_DOWN: 60.0}

BEIJING_OFFSET = 8 * 3600
DAY = 86_400


def action_for(code: int) -> Action:
    """What to do about a code. An unknown one is not repeated: repeating what we do not understand may do harm."""
    return ACTIONS.get(code, Action.FIX_REQUEST)


def wait_for(action: Action, now: float) -> float | None:
    """Seconds until the next try, None where waiting is not what helps. Quotas begin anew at Beijing midnight."""
    if action is Action.NEXT_DAY:
        return DAY - (now + BEIJING_OFFSET) % DAY
    return BACK_OFF_SECONDS.get(action)
