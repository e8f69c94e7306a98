"""Public identifiers: time-ordered, so indexes stay compact, and with 74 random bits, so nobody guesses a neighbour's."""

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562 section 5.7): 48 bits of Unix milliseconds, the rest random."""
    value = int.from_bytes(os.urandom(10), "big") | (time.time_ns() // 1_000_000) << 80
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)
