"""Who is calling, and may they."""

from __future__ import annotations

from cloudstore.connectors.simulator.inputs import Inputs
from cloudstore.connectors.simulator.platform import Platform
from cloudstore.connectors.simulator.shells import Refusal
from cloudstore.connectors.simulator.store import Row

TOKEN_EXPIRED = 28_001_008
SCOPE_MISSING = 28_001_012
NOT_YOUR_ACCOUNT = 28_001_015

DEFAULT_SCOPES = (
    "user_info,video.create.bind,video.list.bind,video.data.bind,item.comment,im.direct_message,im.message_card,"
    "im.recall_message,enterprise,enterprise.data"
)


def live_token(platform: Platform, token: str, kind: str) -> Row:
    """The token's row. Raises the platform's refusal when it is unknown, of another kind, or past its life."""
    row = platform.store.one("select * from token where token = ? and kind = ?", token, kind)
    if row is None or row["expires_at"] <= platform.now():
        raise Refusal(TOKEN_EXPIRED, "access_token is invalid or expired")
    return row


def account_of(platform: Platform, inputs: Inputs, scope: str = "") -> Row:
    """The account a call acts for: its token must be alive, its own, and cover the scope."""
    token = live_token(platform, inputs.access_token, "access")
    if token["open_id"] != inputs.text("open_id"):
        raise Refusal(NOT_YOUR_ACCOUNT, "open_id does not belong to this access_token")
    if scope and scope not in token["scopes"].split(","):
        raise Refusal(SCOPE_MISSING, f"the user has not granted {scope}")
    account = platform.store.one("select * from account where open_id = ?", token["open_id"])
    if account is None:
        raise Refusal(NOT_YOUR_ACCOUNT, "there is no such account")
    return account


def app_of(platform: Platform, inputs: Inputs) -> str:
    """The client key behind a client token."""
    return str(live_token(platform, inputs.access_token, "client")["client_key"])
