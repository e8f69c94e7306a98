"""Looks at an uploaded video: what it is, whether it is whole, whether a picture comes out at both ends.

There is no ffprobe in our ffmpeg package, so the skeleton is read by ourselves (`boxes`) and the codecs from
what ffmpeg prints about its input. A file whose skeleton is already beyond anything we would decode is not shown
to ffmpeg at all.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

from media.rendering.boxes import Movie, check_matroska, read_movie
from media.rendering.child import MIB, Cage, Ended, job_folder
from media.rendering.errors import RenderFailed, RenderRefused
from media.rendering.ffmpeg import borrow, run_ffmpeg, source_arguments
from media.rendering.sniff import Sniffed, sniff_video
from media.rules.accept import accepted, decide
from media.rules.facts import Probe
from media.rules.limits import VIDEO_LIMITS, VideoLimits
from media.rules.refusals import Finding, Refusal

__all__ = ["Examination", "Probe", "examine", "probe", "sha256_of"]

# Less processor time than wall time: a hostile file runs into the first and is refused, a busy machine into the
# second and is tried again.
PROBE_CAGE = Cage(memory_bytes=1024 * MIB, cpu_seconds=10, wall_seconds=15.0, output_bytes=1 * MIB)
# Beyond these the skeleton is answer enough.
SIDE_NEVER_DECODED = 8192
TRACKS_NEVER_OPENED = 48
# How far before the end the last key frame is looked for.
TAIL_MS = 1000

# Two blanks, or four for a stream within a group. Metadata, whose keys and values a stranger wrote, stands deeper
# once the line with the duration has passed, and its further lines start with a colon: it cannot pose as a stream.
_STREAM = re.compile(
    r"^(?:  |    )Stream #0:(?P<index>\d+)(?:\[\w+\])?(?:\(\w+\))?: (?P<kind>Video|Audio|Subtitle|Data|Attachment): "
    r"(?P<rest>.*)$"
)
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d)\.(\d\d)")
_SIZE = re.compile(r"\b(\d{1,6})x(\d{1,6})\b(?: \[SAR (\d+):(\d+) DAR \d+:\d+\])?")
_FPS = re.compile(r"\b([\d.]+)(k?) fps\b")
_COLOUR = re.compile(r"\b(yuvj?\w+|gbrp\w*|gray\w*|rgb\w*|nv12|p010\w*)\(([^)]*)\)|\b(yuvj?\w+|gray\w*|nv12)\b")
_ROTATION = re.compile(r"rotation of (-?[\d.]+) degrees")
_AUDIO_CODECS = frozenset({"aac", "mp3", "opus", "vorbis", "ac3", "eac3", "alac", "amr_nb", "amr_wb"})


@dataclass(frozen=True, slots=True)
class Examination:
    """What is known about a file and what speaks against it. `probe` is None when it is no video at all."""

    probe: Probe | None
    findings: tuple[Finding, ...]

    @property
    def accepted(self) -> bool:
        return self.probe is not None and accepted(self.findings)


def examine(path: Path, limits: VideoLimits = VIDEO_LIMITS) -> Examination:
    """Probe and judge in one call: refusals of every kind end up in `findings`.

    Raises RenderFailed only when the look itself broke off (machine too busy, disk full): try again later.
    """
    try:
        found = probe(path)
    except RenderRefused as refusal:
        return Examination(None, (refusal.finding,))
    return Examination(found, decide(found, limits))


def probe(path: Path) -> Probe:
    """Facts about the video at `path`. Raises RenderRefused for what is no whole video file, RenderFailed as above."""
    sniffed = sniff_video(path)
    movie = None
    if sniffed.container in {"mp4", "mov"}:
        movie = read_movie(path)
        if _beyond_decoding(movie):
            return _from_skeleton(sniffed, movie)
    else:
        check_matroska(path)
    facts = _parse(sniffed, _ask_ffmpeg(path, sniffed), movie)
    return facts if facts.width <= SIDE_NEVER_DECODED else replace(facts, head_decodes=False, tail_decodes=False)


def sha256_of(path: Path) -> str:
    """Hash of the content, by which results are named."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _beyond_decoding(movie: Movie) -> bool:
    sides = [side for track in movie.tracks for side in (track.width, track.height)]
    return len(movie.tracks) > TRACKS_NEVER_OPENED or max(sides, default=0) > SIDE_NEVER_DECODED or movie.protected


def _ask_ffmpeg(path: Path, sniffed: Sniffed) -> Ended:
    """One run that prints the streams and decodes one key frame at the head and one at the tail."""
    demuxer = "mov" if sniffed.container in {"mp4", "mov"} else "matroska"
    with job_folder() as folder:
        name = borrow(folder, path, "source")
        head = source_arguments(name, demuxer, threads=1, key_frames_only=True)
        tail = source_arguments(name, demuxer, threads=1, key_frames_only=True, before_end_ms=TAIL_MS)
        outputs = []
        for part in ("head", "tail"):
            number = 0 if part == "head" else 1
            outputs += ["-map", f"{number}:V:0", "-frames:v", "1", "-fps_mode", "passthrough"]
            outputs += ["-vf", "scale=16:16", "-f", "rawvideo", "-pix_fmt", "gray", f"file:{part}.gray"]
        ended = run_ffmpeg(
            [*head, *tail, *outputs], folder=folder, cage=PROBE_CAGE, loglevel="info", must_succeed=False
        )
        if ended.returncode in (-9, -15):
            raise RenderFailed("killed", permanent=False, detail=ended.complaints)
        if "No space left on device" in ended.complaints:
            raise RenderFailed("disk_full", permanent=False, detail=ended.complaints)
        decoded = [part for part in ("head", "tail") if _has_bytes(folder / f"{part}.gray")]
        return replace(ended, output=" ".join(decoded).encode())


def _has_bytes(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


@dataclass(frozen=True, slots=True)
class _Stream:
    index: int
    kind: str
    rest: str
    rotation: float

    @property
    def codec(self) -> str:
        return re.split(r"[ ,(]", self.rest, maxsplit=1)[0]


def _streams(report: str) -> list[_Stream]:
    found: list[_Stream] = []
    _, _, listing = report.partition("\n  Duration: ")
    for line in listing.splitlines():
        if line.startswith(("Input #1", "Output #", "Stream mapping")):
            break
        stream = _STREAM.match(line)
        if stream and all(int(stream["index"]) != other.index for other in found):
            found.append(_Stream(int(stream["index"]), stream["kind"], stream["rest"], 0.0))
        elif found and line.startswith("      ") and "displaymatrix" in line.lower().replace(" ", ""):
            turn = _ROTATION.search(line)
            found[-1] = replace(found[-1], rotation=float(turn[1]) if turn else 0.0)
    return found


def _parse(sniffed: Sniffed, ended: Ended, movie: Movie | None) -> Probe:
    streams = _streams(ended.complaints)
    if not streams and movie is None:
        raise RenderRefused(Refusal.DAMAGED, {"what": "index"})
    picture = next((s for s in streams if s.kind == "Video" and "(attached pic)" not in s.rest), None)
    sound = next((s for s in streams if s.kind == "Audio" and _plays(s.codec)), None)
    any_sound = sound or next((s for s in streams if s.kind == "Audio"), None)
    track = movie.picture if movie else None
    coded_width, coded_height, ratio = _dimensions(picture.rest if picture else "")
    # The header and the coded frames can disagree; the larger figure is the one that costs memory.
    width = max(coded_width, track.width if track and picture else 0)
    height = max(coded_height, track.height if track and picture else 0)
    duration_ms = max(_duration_ms(ended.complaints), movie.duration_ms if movie else 0)
    rotation = round(-(picture.rotation if picture else 0.0) / 90) * 90 % 360
    shown = (round(width * ratio), height) if rotation % 180 == 0 else (height, round(width * ratio))
    pixel_format, transfer = _colour(picture.rest if picture else "")
    return Probe(
        container=sniffed.container,
        size_bytes=sniffed.size_bytes,
        duration_ms=duration_ms,
        streams=sum(s.kind in {"Video", "Audio", "Subtitle"} for s in streams),
        other_tracks=sum(s.kind in {"Data", "Attachment"} for s in streams),
        video_codec=picture.codec if picture else None,
        video_index=picture.index if picture else None,
        width=width,
        height=height,
        rotation=rotation,
        display_width=shown[0],
        display_height=shown[1],
        fps=_rate(picture.rest if picture else "", duration_ms, track.frames if track else 0),
        pixel_format=pixel_format,
        transfer=transfer,
        audio_codec=any_sound.codec if any_sound else None,
        audio_index=sound.index if sound else None,
        bit_rate=sniffed.size_bytes * 8000 // duration_ms if duration_ms else 0,
        head_decodes=b"head" in ended.output,
        tail_decodes=b"tail" in ended.output,
        protected=movie.protected if movie else False,
    )


def _plays(codec: str) -> bool:
    return codec in _AUDIO_CODECS or codec.startswith("pcm_")


def _duration_ms(report: str) -> int:
    for line in report.splitlines():
        found = _DURATION.match(line)
        if found:
            hours, minutes, seconds, hundredths = map(int, found.groups())
            return ((hours * 60 + minutes) * 60 + seconds) * 1000 + hundredths * 10
    return 0


def _dimensions(words: str) -> tuple[int, int, float]:
    """Width, height and the shape of one pixel."""
    # "Video: h264 (High) (avc1 / 0x31637661), yuv420p, 1920x1080": the hexadecimal code is no size.
    found = _SIZE.search(re.sub(r"\([^)]*\)", "", words))
    if not found:
        return 0, 0, 1.0
    ratio = int(found[3]) / int(found[4]) if found[3] and int(found[4]) else 1.0
    return int(found[1]), int(found[2]), ratio if 0.1 < ratio < 10 else 1.0


def _rate(words: str, duration_ms: int, frames: int) -> float:
    """Frames per second: the highest of what the header says and what its frame count means."""
    # Only "fps", the average: "tbr" is a guess and reads 1000 for WebM files that state no rate.
    found = _FPS.search(words)
    said = float(found[1]) * (1000 if found[2] else 1) if found else 0.0
    counted = frames * 1000 / duration_ms if duration_ms and frames > 1 else 0.0
    return max(said, counted)


def _colour(words: str) -> tuple[str, str]:
    """Pixel format and transfer function; ffmpeg prints range, matrix/primaries/transfer in brackets after the format."""
    found = _COLOUR.search(words)
    if not found:
        return "", ""
    details = found[2] or ""
    named = next((part.strip() for part in details.split(",") if "/" in part), "")
    return found[1] or found[3], named.split("/")[-1]


def _from_skeleton(sniffed: Sniffed, movie: Movie) -> Probe:
    """Facts of a file that is not decoded because its index alone speaks against it."""
    pictures = [track for track in movie.tracks if track.kind == "vide"]
    sounds = [track for track in movie.tracks if track.kind == "soun"]
    widest = max(pictures, key=lambda track: max(track.width, track.height), default=None)
    duration_ms = max([movie.duration_ms, *(track.duration_ms for track in movie.tracks)])
    width, height = (widest.width, widest.height) if widest else (0, 0)
    return Probe(
        container=sniffed.container,
        size_bytes=sniffed.size_bytes,
        duration_ms=duration_ms,
        streams=sum(track.kind in {"vide", "soun", "text", "sbtl", "subt"} for track in movie.tracks),
        other_tracks=sum(track.kind not in {"vide", "soun", "text", "sbtl", "subt"} for track in movie.tracks),
        video_codec=_FOURCC.get(widest.coding, widest.coding) if widest else None,
        video_index=None,
        width=width,
        height=height,
        rotation=0,
        display_width=width,
        display_height=height,
        fps=_rate("", duration_ms, widest.frames if widest else 0),
        pixel_format="",
        transfer="",
        audio_codec=sounds[0].coding if sounds else None,
        audio_index=None,
        bit_rate=sniffed.size_bytes * 8000 // duration_ms if duration_ms else 0,
        head_decodes=False,
        tail_decodes=False,
        protected=movie.protected,
    )


_FOURCC = {
    "avc1": "h264",
    "avc3": "h264",
    "hvc1": "hevc",
    "hev1": "hevc",
    "vp08": "vp8",
    "vp09": "vp9",
    "av01": "av1",
    "mp4v": "mpeg4",
    "jpeg": "mjpeg",
    "apcn": "prores",
    "apch": "prores",
}
