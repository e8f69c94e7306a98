"""Is this webhook from the platform? Hex sha1 over the app's secret followed by the raw body.

Source: the platform's page "Webhooks 概述" (develop/webhooks/summarize).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from hmac import compare_digest

SIGNATURE_HEADER = "X-Douyin-Signature"
MESSAGE_ID_HEADER = "Msg-Id"


def sign(secret: str, raw: bytes) -> str:
    """The signature the platform would send for these exact bytes."""
    # The platform fixed the algorithm; it is a keyed prefix, not a password hash.
    return hashlib.sha1(secret.encode() + raw).hexdigest()  # noqa: S324


def verify(raw: bytes, signature: str | None, secrets: Iterable[str]) -> bool:
    """True when one of the valid secrets signed these bytes.

    Several secrets are valid at once while a secret is rotated. Every one is tried, in constant time each, so that
    the time taken does not tell which of them matched. An empty secret never matches.
    """
    given = (signature or "").strip().lower().encode("utf-8", "surrogatepass")
    found = False
    for secret in secrets:
        if secret:
            found |= compare_digest(sign(secret, raw).encode(), given)
    return found
