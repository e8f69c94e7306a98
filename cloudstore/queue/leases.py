"""Names of leases: who holds a job, so exactly that a later process can tell a living holder from a dead one.

`place:pid:started:number`. `place` is the host and its process-id space (containers may share a host name), `started` is the
start time of the process (ids are used again, in containers at once), `number` makes each claim its own lease.
"""

import itertools
import os
import socket

_numbers = itertools.count(1)
#: Leases that a thread of this process works under at this moment.
_in_hand: set[str] = set()


def place() -> str:
    """This host and its process-id space."""
    try:
        space = os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        space = ""
    return f"{socket.gethostname()[:50]}/{space}"


def take() -> str:
    """The name of a new lease, in hand until `put_down`."""
    lease = f"{place()}:{os.getpid()}:{_started(os.getpid())}:{next(_numbers)}"
    _in_hand.add(lease)
    return lease


def put_down(lease: str) -> None:
    """The work under this lease has ended."""
    _in_hand.discard(lease)


def in_hand() -> list[str]:
    """The leases of this process whose work goes on (a forked child does not inherit those of its parent)."""
    mine = f":{os.getpid()}:"
    return [lease for lease in list(_in_hand) if mine in lease]


def orphaned(lease: str) -> bool:
    """Whether the holder was a process of this place that no longer lives. Of other places we cannot tell: their leases run out."""
    try:
        where, pid, started, _ = lease.rsplit(":", 3)
        return where == place() and _started(int(pid)) != started
    except ValueError:
        return True  # not a name that `take` gives


def _started(pid: int) -> str:
    """When the process started, in the kernel's ticks; "" when there is none; "alive" where the kernel does not tell."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except OSError:
        return _signalled(pid)


def _signalled(pid: int) -> str:
    if os.path.exists("/proc/self/stat"):
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "alive"
