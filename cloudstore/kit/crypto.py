"""Field encryption (AES-256-GCM with key id and bound context) and keyed blind indexes (HMAC-SHA-256). Nothing home-made below `cryptography`.

Stored shape of a sealed value: 1 byte version (1) + 1 byte key number + 12 bytes nonce + ciphertext with 16 byte tag.
The context (`aad`) names table, field and row, so a ciphertext copied to another row does not open there.
"""

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_VERSION = 1


class CannotUnseal(Exception):
    """A stored value did not open: wrong key, wrong row, or damaged. Never carries the value."""


@lru_cache(maxsize=8)
def _cipher(key_hex: str) -> AESGCM:
    return AESGCM(bytes.fromhex(key_hex))


def seal_bytes(plain: bytes, aad: str) -> bytes:
    """Encrypt `plain` under the primary key (the first of `settings.FIELD_KEYS`), bound to `aad`."""
    nonce = os.urandom(12)
    number, key = next(iter(settings.FIELD_KEYS.items()))
    return bytes((_VERSION, number)) + nonce + _cipher(key).encrypt(nonce, plain, aad.encode())


def unseal_bytes(sealed: bytes, aad: str) -> bytes:
    """Decrypt what `seal_bytes` made for the same `aad`. Raises `CannotUnseal`."""
    sealed = bytes(sealed)
    if len(sealed) < 30 or sealed[0] != _VERSION or sealed[1] not in settings.FIELD_KEYS:
        raise CannotUnseal(f"unknown format or key for {aad.split('|')[0]}")
    try:
        return _cipher(settings.FIELD_KEYS[sealed[1]]).decrypt(sealed[2:14], sealed[14:], aad.encode())
    except InvalidTag:
        raise CannotUnseal(f"value does not belong to {aad.split('|')[0]} of this row") from None


def seal(plain: str, aad: str) -> bytes:
    """Encrypt text; the empty text stays empty bytes so that 'not given' needs no key."""
    return seal_bytes(plain.encode(), aad) if plain else b""


def unseal(sealed: bytes | memoryview, aad: str) -> str:
    """Decrypt text sealed by `seal`. Raises `CannotUnseal`."""
    return unseal_bytes(bytes(sealed), aad).decode() if sealed else ""


def blind_index(value: str, space: str) -> bytes:
    """A 32-byte keyed index of `value` for exact look-up inside `space` (for example `phone|brand 3`).

    A plain hash of a phone number is undone in minutes; without the index key this one cannot be tried at all.
    The space is part of the key, so equal numbers of two brands have unrelated indexes.
    """
    key = hmac.digest(bytes.fromhex(settings.INDEX_KEY), space.encode(), "sha256")
    return hmac.digest(key, value.encode(), "sha256")


def fingerprint(data: bytes) -> str:
    """Plain SHA-256 as 64 hex digits, for content that is not personal (files, rule sets)."""
    return hashlib.sha256(data).hexdigest()
