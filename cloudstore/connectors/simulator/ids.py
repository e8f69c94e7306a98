"""Ids as the platform makes them: numbers beyond 2**53 as text, and text with `+`, `/` and `=` in it.

They follow from a counter kept in the state, so the same story told twice has the same ids.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from cloudstore.connectors.simulator.store import Store

SPACE = 10**17
STRIDE = 14_426_950_408_889_637  # shares no factor with 10, so every counter value gives another number


class Ids:
    def __init__(self, store: Store) -> None:
        self._store = store

    def number(self, kind: str) -> str:
        """A 19-digit id: items, rooms, videos, uploads."""
        count = self._store.counter(kind)
        return f"7{sum(kind.encode()) % 10}{(count * STRIDE) % SPACE:017d}"

    def mark(self, kind: str) -> str:
        """An opaque id such as messages and comments carry."""
        return opaque(f"{kind}:{self._store.counter(kind)}")


def opaque(words: str) -> str:
    return "@" + base64.b64encode(hashlib.sha256(words.encode()).digest()[:24]).decode()


def conversation_id(account: str, person: str) -> str:
    """The same for the same two, always."""
    return opaque(f"conversation:{account}:{person}")


def secret(prefix: str) -> str:
    """A token nobody can guess."""
    return prefix + secrets.token_urlsafe(32)
