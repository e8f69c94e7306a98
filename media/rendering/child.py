"""Runs one program in a child that cannot hurt: own folder, own session, limits, a wall clock and no network."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from media.rendering.errors import RenderFailed

MIB = 1024 * 1024
JOB_PREFIX = ".job-"
# Beyond eight, 1080p gets no faster, but every thread asks for frames of its own and the memory limit is one figure.
THREADS_MAX = 8
_LAUNCHER = Path(__file__).with_name("launch.py")
# What a program may say at most; a file can make ffmpeg repeat one complaint a million times.
_KEPT_BYTES = 256 * 1024
_NOT_STARTED = 127


@dataclass(frozen=True, slots=True)
class Cage:
    """Limits of one child. Memory is address space, which for ffmpeg is two to three times what it really uses."""

    memory_bytes: int = 2048 * MIB
    cpu_seconds: int = 120
    wall_seconds: float = 120.0
    output_bytes: int = 2048 * MIB
    open_files: int = 64
    nice: int = 10


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended. `peak_bytes` is an upper bound: the kernel counts the parent's size before exec in."""

    returncode: int
    output: bytes
    complaints: str
    seconds: float
    peak_bytes: int


def share_of_threads(parallel_jobs: int = 1) -> int:
    """Threads for one of `parallel_jobs` renders that run side by side on this machine: one to eight."""
    return min(THREADS_MAX, max(1, (os.cpu_count() or 1) // max(1, parallel_jobs)))


@contextlib.contextmanager
def job_folder(beside: Path | None = None) -> Iterator[Path]:
    """An empty folder for one job, gone afterwards. `beside` puts it on the disk where the result will live."""
    folder = Path(tempfile.mkdtemp(prefix=JOB_PREFIX, dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_job_folders(beside: Path, *, now: float, older_than_seconds: float = 6 * 3600.0) -> int:
    """Removes folders that killed jobs left behind; returns how many. `now` is seconds since the epoch."""
    stale = [
        folder
        for folder in beside.glob(f"{JOB_PREFIX}*")
        if folder.is_dir() and now - folder.stat().st_mtime > older_than_seconds
    ]
    for folder in stale:
        shutil.rmtree(folder, ignore_errors=True)
    return len(stale)


def run_child(
    command: Sequence[str],
    *,
    folder: Path,
    cage: Cage,
    on_output: Callable[[bytes], None] | None = None,
    feed: Iterable[bytes] | None = None,
    environment: dict[str, str] | None = None,
) -> Ended:
    """Runs `command` (absolute program first) in `folder` until it ends or its wall time is over.

    `feed` is written to its standard input by a thread; `on_output` sees standard output as it comes. Raises
    RenderFailed("timeout" | "program_missing" | "fed_badly"); every other ending is the caller's to judge. The
    whole process group is dead when this returns or raises.
    """
    limits = json.dumps({**asdict(cage), "parent": os.getpid()})
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(_LAUNCHER), limits, *command],
        cwd=folder,
        env=_environment(folder, environment),
        stdin=subprocess.PIPE if feed is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    feeder = _Feeder(process, feed) if feed is not None else None
    try:
        output, complaints = _listen(process, started + cage.wall_seconds, on_output)
        status, peak = _reap(process, started + cage.wall_seconds)
    finally:
        _bury(process)
        if feeder is not None:
            feeder.finish()
    if status == _NOT_STARTED:
        raise RenderFailed("program_missing", permanent=False, detail=complaints)
    if feeder is not None and feeder.error is not None:
        raise RenderFailed("fed_badly", permanent=False, detail=repr(feeder.error)) from feeder.error
    return Ended(status, output, complaints, time.monotonic() - started, peak)


def _environment(folder: Path, more: dict[str, str] | None) -> dict[str, str]:
    """Nothing of the parent's surroundings is passed on: they hold secrets, and FFREPORT could write files."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        # Each thread of glibc reserves its own 64 MB arena; two keep the address space near what is really used.
        "MALLOC_ARENA_MAX": "2",
        **(more or {}),
    }


class _Feeder:
    """Writes to the child's standard input from a thread, so that listening never waits for writing."""

    def __init__(self, process: subprocess.Popen[bytes], feed: Iterable[bytes]) -> None:
        self.error: Exception | None = None
        self._process = process
        self._feed = feed
        self._thread = threading.Thread(target=self._write, name="feed", daemon=True)
        self._thread.start()

    def _write(self) -> None:
        stdin = self._process.stdin
        if stdin is None:
            return
        try:
            for chunk in self._feed:
                stdin.write(chunk)
        except BrokenPipeError:
            pass  # the child ended first; how it ended is the real answer
        except Exception as error:  # the feed's own fault, told to the thread that waits
            self.error = error
            _kill_group(self._process)  # the listener sees it end
        finally:
            with contextlib.suppress(OSError):
                stdin.close()

    def finish(self) -> None:
        self._thread.join(timeout=30)


def _listen(
    process: subprocess.Popen[bytes], deadline: float, on_output: Callable[[bytes], None] | None
) -> tuple[bytes, str]:
    kept = {"out": bytearray(), "err": bytearray()}
    with selectors.DefaultSelector() as selector:
        for stream, name in ((process.stdout, "out"), (process.stderr, "err")):
            if stream is not None:
                selector.register(stream, selectors.EVENT_READ, name)
        while selector.get_map():
            left = deadline - time.monotonic()
            ready = selector.select(timeout=max(0.0, left))
            if left <= 0 and not ready:
                raise RenderFailed("timeout", permanent=False, detail=_text(kept["err"]))
            for key, _ in ready:
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    selector.unregister(key.fileobj)
                    continue
                if key.data == "out" and on_output is not None:
                    on_output(chunk)
                else:
                    _keep(kept[key.data], chunk)
            if left <= 0:
                raise RenderFailed("timeout", permanent=False, detail=_text(kept["err"]))
    return bytes(kept["out"]), _text(kept["err"])


def _keep(buffer: bytearray, chunk: bytes) -> None:
    """The beginning says what a file is, so it is the end that is dropped when a program talks too much."""
    buffer.extend(chunk[: max(0, _KEPT_BYTES - len(buffer))])


def _text(buffer: bytearray) -> str:
    return buffer.decode("utf-8", errors="replace")


def _reap(process: subprocess.Popen[bytes], deadline: float) -> tuple[int, int]:
    """Waits for the end and reads the peak memory with it, which `Popen.wait` throws away."""
    pause = 0.001
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_maxrss * 1024
        if time.monotonic() > deadline:
            raise RenderFailed("timeout", permanent=False)
        time.sleep(pause)
        pause = min(pause * 2, 0.05)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _bury(process: subprocess.Popen[bytes]) -> None:
    """Ends whatever is left and lets go of its streams; only for the thread that listens."""
    _kill_group(process)
    if process.returncode is None:
        process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
