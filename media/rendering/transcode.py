"""Renders a clip in one pass: upright, 1080 x 1920, H.264 and AAC, the brand's card at the end, nothing private left."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from media.rendering.child import MIB, Cage, job_folder, share_of_threads
from media.rendering.errors import RenderFailed
from media.rendering.ffmpeg import Progress, borrow, roomier, run_ffmpeg, source_arguments
from media.rendering.graph import SOUND_RATE, ClipShape, build_graph
from media.rendering.overlay import draw_end_card, draw_mark, write_png
from media.rendering.spec import RenderSpec, fingerprint
from media.rules.facts import Probe

OpenClip = Callable[[Path], Sequence[str]]

# A 4K HEVC clip with ten bits, read and scaled by two threads, stays below this.
RENDER_CAGE = Cage(memory_bytes=4096 * MIB, output_bytes=1024 * MIB)
# The heaviest clips (4K, ten bits, HDR) take four seconds for one of theirs on two busy cores; beyond twice that
# something is wrong.
_SECONDS_PER_SECOND = 8.0
_AT_LEAST_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished rendition. `fresh` is False when an earlier run had already made the very same file."""

    path: Path
    size_bytes: int
    duration_ms: int
    width: int
    height: int
    fresh: bool


def render(
    source: Path,
    probe: Probe,
    spec: RenderSpec,
    *,
    folder: Path,
    source_sha256: str,
    on_progress: Progress | None = None,
    parallel_jobs: int = 1,
) -> Rendered:
    """Renders `source` into `folder` under a name made of its hash and the spec; a second run finds it there.

    The result appears in one step (a rename on the same disk), so a file with that name is always whole. Raises
    RenderFailed; `permanent` says whether to try again.
    """
    clip = ClipShape(
        display_width=probe.display_width,
        display_height=probe.display_height,
        duration_ms=probe.duration_ms,
        video_stream=_needed(probe.video_index),
        audio_stream=probe.audio_index,
        hdr=probe.hdr,
    )
    threads = share_of_threads(parallel_jobs)

    def open_clip(job: Path) -> list[str]:
        return source_arguments(borrow(job, source, "source"), probe.demuxer, threads=threads)

    target = folder / f"{fingerprint(source_sha256, spec, kind='clip')}.mp4"
    return one_pass(clip, spec, target=target, open_clip=open_clip, threads=threads, on_progress=on_progress)


def one_pass(
    clip: ClipShape,
    spec: RenderSpec,
    *,
    target: Path,
    open_clip: OpenClip,
    threads: int,
    on_progress: Progress | None = None,
    feed: Iterable[bytes] | None = None,
) -> Rendered:
    """The pass that every rendition goes through, be the clip a file or frames that are fed in (`feed`).

    `open_clip` is given the job's folder and answers with the arguments that make the clip ffmpeg's input 0.
    """
    total_ms = clip.duration_ms + spec.card_ms
    if target.exists():
        return _result(target, spec, total_ms, fresh=False)
    target.parent.mkdir(parents=True, exist_ok=True)
    with job_folder(beside=target.parent) as job:
        inputs = [*open_clip(job)]
        if spec.card is not None:
            write_png(draw_end_card(spec.card, spec.width, spec.height), job / "card.png")
            inputs += source_arguments("file:card.png", "png_pipe", threads=1)
        mark = draw_mark(spec.mark, spec.mark_text, spec.width, spec.height)
        if mark is not None:
            write_png(mark[0], job / "mark.png")
            inputs += source_arguments("file:mark.png", "png_pipe", threads=1)
        graph = build_graph(clip, spec, mark_at=(mark[1], mark[2]) if mark else None)
        filters = ["-filter_complex_threads", str(threads), "-filter_complex", graph.text]
        run_ffmpeg(
            [*inputs, *filters, "-map", graph.video, "-map", graph.audio, *_encoding(spec, threads, total_ms)],
            folder=job,
            cage=roomier(RENDER_CAGE, duration_ms=total_ms, per_second=_SECONDS_PER_SECOND, at_least=_AT_LEAST_SECONDS),
            expected_ms=total_ms,
            on_progress=on_progress,
            feed=feed,
        )
        publish(job / "result.mp4", target)
    return _result(target, spec, total_ms, fresh=True)


def _encoding(spec: RenderSpec, threads: int, total_ms: int) -> list[str]:
    picture = ["-c:v", "libx264", "-preset", spec.preset, "-crf", str(spec.quality), "-profile:v", "high"]
    picture += ["-maxrate", f"{spec.max_bit_rate_kbit}k", "-bufsize", f"{2 * spec.max_bit_rate_kbit}k"]
    # A key frame every two seconds: covers, the scrubber and the platforms' own cutters seek to them.
    picture += ["-g", str(2 * spec.fps), "-pix_fmt", "yuv420p", "-r", str(spec.fps), "-fps_mode", "cfr"]
    picture += ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]
    sound = ["-c:a", "aac", "-b:a", "128k", "-ar", str(SOUND_RATE), "-ac", "2"]
    # No place, no camera, no time of day: the file says nothing about who filmed it and where.
    bare = ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"]
    bare += ["-flags:a", "+bitexact"]
    # Half a second of slack for the last frame; more than that, and the source lied about its length.
    ending = ["-t", f"{total_ms / 1000 + 0.5:.3f}", "-threads", str(threads)]
    return [*picture, *sound, *bare, *ending, "-movflags", "+faststart", "-f", "mp4", "file:result.mp4"]


def publish(made: Path, target: Path) -> None:
    """Moves a finished file to its name for good: first its content to the disk, then the name, then the folder."""
    if not made.exists() or made.stat().st_size == 0:
        raise RenderFailed("unexplained", permanent=True, detail="nothing was written")
    descriptor = os.open(made, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    made.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _result(path: Path, spec: RenderSpec, total_ms: int, *, fresh: bool) -> Rendered:
    return Rendered(path, path.stat().st_size, total_ms, spec.width, spec.height, fresh)


def _needed(index: int | None) -> int:
    if index is None:
        raise RenderFailed("cannot_decode", permanent=True, detail="the clip has no picture")
    return index
