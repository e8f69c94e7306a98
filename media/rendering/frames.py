"""Single frames out of a clip, found by seeking: nobody decodes a minute of video for one picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from media.rendering.child import MIB, Cage, job_folder, share_of_threads
from media.rendering.errors import RenderFailed
from media.rendering.ffmpeg import borrow, run_ffmpeg, source_arguments
from media.rules.facts import Probe

FRAME_CAGE = Cage(memory_bytes=2048 * MIB, cpu_seconds=60, wall_seconds=60.0, output_bytes=256 * MIB)
# Each moment is an input of its own; more at once would only cost memory.
MOMENTS_MAX = 16


def frames_at(
    source: Path,
    probe: Probe,
    moments_ms: Sequence[int],
    *,
    width: int,
    height: int,
    grey: bool = False,
    key_frames_only: bool = False,
    squeeze: bool = False,
) -> list[np.ndarray]:
    """The frames shown at `moments_ms`, upright, each filling `width` x `height`: cropped to it, or squeezed into it.

    Arrays of uint8 with shape (height, width, 3), or (height, width) when `grey`. A moment after the last frame gives
    the frame before it in the list. Raises RenderFailed("cannot_decode") when there is none at all.
    """
    if len(moments_ms) > MOMENTS_MAX:
        raise ValueError(f"at most {MOMENTS_MAX} moments")
    fill = f"scale={width}:{height}:flags=area"
    if not squeeze:
        fill = f"scale={width}:{height}:force_original_aspect_ratio=increase:flags=area,crop={width}:{height}"
    shape = (height, width) if grey else (height, width, 3)
    found = _grab(source, probe, moments_ms, fill, shape, key_frames_only)
    missing = [place for place, frame in enumerate(found) if frame is None]
    if missing and not key_frames_only:
        # After the last frame begins, an exact seek finds nothing; the key frame before it is there in any case.
        again = _grab(source, probe, [moments_ms[place] for place in missing], fill, shape, True)
        for place, frame in zip(missing, again, strict=True):
            found[place] = frame
    return _fill_gaps(found)


def _grab(
    source: Path, probe: Probe, moments_ms: Sequence[int], fill: str, shape: tuple[int, ...], key_frames_only: bool
) -> list[np.ndarray | None]:
    """One run that opens the clip once for each moment and takes one frame each."""
    # The last frame begins some time before the end.
    last = max(0, probe.duration_ms - round(1500 / max(1.0, probe.fps)))
    with job_folder() as job:
        name = borrow(job, source, "source")
        inputs: list[str] = []
        outputs: list[str] = []
        for number, moment in enumerate(moments_ms):
            inputs += source_arguments(
                name,
                probe.demuxer,
                threads=share_of_threads(),
                from_ms=max(0, min(moment, last)),
                key_frames_only=key_frames_only,
            )
            outputs += ["-map", f"{number}:V:0", "-frames:v", "1", "-fps_mode", "passthrough", "-vf", fill]
            outputs += ["-f", "rawvideo", "-pix_fmt", "gray" if len(shape) == 2 else "rgb24", f"file:{number}.raw"]
        run_ffmpeg([*inputs, *outputs], folder=job, cage=FRAME_CAGE)
        return [_read(job / f"{number}.raw", shape) for number in range(len(moments_ms))]


def evenly(source: Path, probe: Probe, count: int, *, width: int, height: int) -> list[np.ndarray]:
    """`count` frames spread over the clip, RGB as above; frame i stands for the time from i/count of the length on.

    Only key frames are decoded, the one at or before each moment: where they are rare, frames repeat.
    """
    moments = [round(probe.duration_ms * place / count) for place in range(count)]
    return frames_at(source, probe, moments, width=width, height=height, key_frames_only=True)


def as_image(frame: np.ndarray) -> Image.Image:
    return Image.fromarray(frame)


def _read(path: Path, shape: tuple[int, ...]) -> np.ndarray | None:
    if not path.exists():
        return None
    raw = np.fromfile(path, dtype=np.uint8)
    return raw.reshape(shape) if raw.size == math.prod(shape) else None


def _fill_gaps(frames: Sequence[np.ndarray | None]) -> list[np.ndarray]:
    first = next((frame for frame in frames if frame is not None), None)
    if first is None:
        raise RenderFailed("cannot_decode", permanent=True, detail="no frame came out")
    filled, last = [], first
    for frame in frames:
        last = last if frame is None else frame
        filled.append(last)
    return filled
