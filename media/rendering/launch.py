"""Puts a program into its cage and becomes it: `python -I -S launch.py CAGE_AS_JSON program argument...`

A file of its own, standard library only, because it runs between fork and exec of somebody else's program: doing
this in the parent after a fork is not safe in a process with threads. Limits that a system does not know are
skipped; the parent's wall clock and its killing of the whole process group work everywhere.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys

_NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000  # CLONE_NEWUSER | CLONE_NEWNET of <linux/sched.h>
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
_NOT_STARTED = 127


def _limit(name: str, value: int) -> None:
    kind = getattr(resource, name, None)
    if kind is None:
        return
    hard = resource.getrlimit(kind)[1]
    ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(kind, (ceiling, ceiling))
    except (OSError, ValueError):
        return


def _leave_the_network() -> None:
    """An empty network namespace, where the kernel lets us; the protocol allow-list stands in any case."""
    try:
        ctypes.CDLL(None, use_errno=True).unshare(_NEW_USER_AND_NETWORK)
    except (OSError, AttributeError):
        return


def _die_with(parent: int) -> None:
    """A worker that is killed must not leave its ffmpeg behind, eating the machine for a result nobody awaits."""
    try:
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        sys.exit(_NOT_STARTED)


def main(cage_json: str, program: str, *arguments: str) -> None:
    cage = json.loads(cage_json)
    _leave_the_network()
    _die_with(cage["parent"])
    os.nice(cage["nice"])
    _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_CPU", cage["cpu_seconds"])
    _limit("RLIMIT_FSIZE", cage["output_bytes"])
    _limit("RLIMIT_NOFILE", cage["open_files"])
    # Last, so that nothing above is refused for want of memory.
    _limit("RLIMIT_AS", cage["memory_bytes"])
    try:
        os.execv(program, [program, *arguments])
    except OSError as error:
        print(f"cannot start: {error.strerror}", file=sys.stderr)  # noqa: T201
        sys.exit(_NOT_STARTED)


if __name__ == "__main__":
    main(*sys.argv[1:])
