"""ffmpeg on a short leash: one demuxer per input, listed decoders, files and pipes only, progress, and plain errors."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg

from media.rendering.child import Cage, Ended, run_child
from media.rendering.errors import RenderFailed

Progress = Callable[[float], None]

# Decoders that phones, screen recorders and our own files need. Everything else that ffmpeg knows stays shut:
# most of the holes found in it every year are in formats nobody films with.
DECODERS = (
    "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,"
    "aac,aac_latm,mp3,mp3float,opus,libopus,vorbis,ac3,eac3,alac,amrnb,amrwb,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_f32le,pcm_alaw,pcm_mulaw,png,rawvideo"
)
# One picture of 4096 x 4096; a decoder that meets more stops before it asks for the memory.
MAX_PICTURE_PIXELS = 4096 * 4096

_MICROSECONDS_PER_MS = 1000


@functools.cache
def program() -> str:
    """The ffmpeg that came with our own packages, never the one of the machine."""
    return imageio_ffmpeg.get_ffmpeg_exe()


def source_arguments(
    name: str,
    demuxer: str,
    *,
    threads: int,
    from_ms: int | None = None,
    before_end_ms: int | None = None,
    key_frames_only: bool = False,
    more: Sequence[str] = (),
) -> list[str]:
    """The `-i` part of a command for a file `name` in the job's own folder, opened by `demuxer` alone."""
    arguments = ["-protocol_whitelist", "file,pipe", "-format_whitelist", demuxer, "-codec_whitelist", DECODERS]
    arguments += ["-max_pixels", str(MAX_PICTURE_PIXELS), "-threads", str(threads)]
    if key_frames_only:
        arguments += ["-skip_frame", "nokey", "-noaccurate_seek"]
    if from_ms is not None:
        arguments += ["-ss", f"{from_ms / 1000:.3f}"]
    if before_end_ms is not None:
        arguments += ["-sseof", f"-{before_end_ms / 1000:.3f}"]
    return [*arguments, *more, "-f", demuxer, "-i", name]


def borrow(folder: Path, source: Path, name: str) -> str:
    """Shows a file to a job under a name of ours; returns what to give to `-i`.

    Whatever stands in the real path can then not be read as a pattern, an option or a protocol.
    """
    (folder / name).symlink_to(source.resolve(strict=True))
    return f"file:{name}"


def run_ffmpeg(
    arguments: Sequence[str],
    *,
    folder: Path,
    cage: Cage,
    loglevel: str = "error",
    expected_ms: int = 0,
    on_progress: Progress | None = None,
    feed: Iterable[bytes] | None = None,
    must_succeed: bool = True,
) -> Ended:
    """Runs ffmpeg in the cage. `on_progress` hears shares from 0 to 1 of `expected_ms`, rising, and 1.0 at the end.

    Raises RenderFailed with a code of `media.rendering.errors` unless it ended well or `must_succeed` is off.
    """
    command = [program(), "-hide_banner", "-nostdin", "-y", "-loglevel", loglevel]
    listener = None
    if on_progress is not None and expected_ms > 0:
        command += ["-progress", "pipe:1", "-stats_period", "0.25"]
        listener = _Listener(on_progress, expected_ms)
    ended = run_child([*command, *arguments], folder=folder, cage=cage, on_output=listener, feed=feed)
    if ended.returncode != 0 and must_succeed:
        raise explain(ended)
    if on_progress is not None and ended.returncode == 0:
        on_progress(1.0)
    return ended


class _Listener:
    """Reads ffmpeg's `key=value` progress lines and passes on how far it is."""

    def __init__(self, on_progress: Progress, expected_ms: int) -> None:
        self._tell = on_progress
        self._expected = expected_ms
        self._rest = b""
        self._told = 0.0

    def __call__(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            key, _, value = line.partition(b"=")
            if key == b"out_time_us" and value.strip().isdigit():
                share = min(0.999, int(value) / _MICROSECONDS_PER_MS / self._expected)
                if share > self._told:
                    self._told = share
                    self._tell(share)


_SIGNALS = {
    -24: ("cpu_limit", True),  # SIGXCPU
    -25: ("output_limit", True),  # SIGXFSZ
    -9: ("killed", False),
    -15: ("killed", False),
    -11: ("crashed", True),
    -6: ("crashed", True),
    -8: ("crashed", True),
    -4: ("crashed", True),
}
_WORDS = (
    ("No space left on device", "disk_full", False),
    ("File too large", "output_limit", True),
    ("Cannot allocate memory", "memory_limit", True),
    ("get_buffer() failed", "memory_limit", True),
    ("malloc of size", "memory_limit", True),
    ("pthread_create() failed", "memory_limit", True),
    ("Invalid data found", "cannot_decode", True),
    ("Decode error rate", "cannot_decode", True),
    ("matches no streams", "cannot_decode", True),
)


def explain(ended: Ended) -> RenderFailed:
    """Turns an ending into an error that says whether trying again makes sense."""
    # ffmpeg catches the first polite signal and leaves with 255; an exhausted CPU limit arrives that way too.
    by_signal = _SIGNALS.get(ended.returncode) or _SIGNALS.get(128 - ended.returncode)
    if by_signal is not None:
        return RenderFailed(by_signal[0], permanent=by_signal[1], detail=ended.complaints)
    for words, code, permanent in _WORDS:
        if words in ended.complaints:
            return RenderFailed(code, permanent=permanent, detail=ended.complaints)
    return RenderFailed("unexplained", permanent=True, detail=ended.complaints)


def roomier(cage: Cage, *, duration_ms: int, per_second: float, at_least: float) -> Cage:
    """The cage with time in proportion to the work: `per_second` seconds for each second of clip."""
    seconds = max(at_least, duration_ms / 1000 * per_second)
    return replace(cage, wall_seconds=seconds, cpu_seconds=int(seconds * 4) + 1)
