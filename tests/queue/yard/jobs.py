"""Jobs that leave traces: a file when one begins, a file when the hole is dug, a file when it would have been dug twice."""

import os
import time
from pathlib import Path

from cloudstore.queue.performing import job


def yard() -> Path:
    return Path(os.environ["YARD"])


def mark(name: str) -> bool:
    """Leave a trace; false when it was there."""
    try:
        os.close(os.open(yard() / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    return True


@job("yard.dig")
def dig(hole: int, tenths: int = 0) -> None:
    """Begin, take so many tenths of a second, and dig the hole unless it is there: the effect has a key."""
    mark(f"begun-{hole}-{os.getpid()}-{time.monotonic_ns()}")
    time.sleep(tenths / 10)
    mark(f"dug-{hole}")


@job("yard.tick")
def tick() -> None:
    """A periodic effect."""
    mark(f"ticked-{time.monotonic_ns()}")
