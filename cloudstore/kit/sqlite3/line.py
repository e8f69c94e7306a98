"""The line in front of the one writer of a SQLite database: a file lock that every process and thread takes before it writes.

Two locks beside the database file. `.lock` is held while writing. Whoever is next in line holds `.next` and tries for
`.lock` until its patience ends; all others sleep in the kernel's queue for `.next`. So a writer waits its turn instead
of racing (SQLite's own busy handler starves some writers for seconds), and one stuck writer becomes an error in each of
the others instead of a silent hang.
"""

import fcntl
import os
import time


class TooLong(Exception):
    """The writer in front did not finish within the patience of this one."""


class Line:
    """The place of one connection in the line of one database file. Not shared between threads."""

    def __init__(self, database: str, patience: float) -> None:
        """`patience`: seconds the next in line waits for the writer in front of it."""
        self.database = database
        self._writing, self._next = f"{database}.lock", f"{database}.next"
        self._patience = patience
        self._held: int | None = None

    @property
    def held(self) -> bool:
        """Whether this connection may write now."""
        return self._held is not None

    def take(self) -> None:
        """Wait for our turn; nothing happens when it is ours already. Raises `TooLong`."""
        if self._held is not None:
            return
        ahead = _open(self._next)
        try:
            # Everybody passes here, also when nobody writes: who asks again at once must not overtake who waits.
            fcntl.flock(ahead, fcntl.LOCK_EX)
            self._held = self._first_in_line()
        finally:
            os.close(ahead)

    def _first_in_line(self) -> int:
        writing, began = _open(self._writing), time.monotonic()
        try:
            while not _try(writing):
                waited = time.monotonic() - began
                if waited > self._patience:
                    raise TooLong
                time.sleep(0.0003 if waited < 0.1 else 0.003)
        except BaseException:
            os.close(writing)
            raise
        return writing

    def leave(self) -> None:
        """Let the next one write."""
        if self._held is not None:
            held, self._held = self._held, None
            os.close(held)  # closing the only descriptor of this open file releases the lock


def _open(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
