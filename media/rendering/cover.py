"""Covers with lettering, and the strip of small frames that the review screen scrubs through."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from media.rendering.child import job_folder
from media.rendering.frames import as_image, evenly, frames_at
from media.rendering.lettering import Style, text_plate
from media.rendering.spec import fingerprint
from media.rendering.transcode import publish
from media.rules.facts import Probe

# The two shapes the platforms ask for: full screen, and the 3:4 of profile pages.
TALL = (1080, 1920)
THREE_BY_FOUR = (1080, 1440)

# Share of the height where the title's middle stands. A full-screen cover is cut to its middle 3:4 on profile
# pages, so the title must lie inside that part: 0.66 of the tall one is 0.71 of the cut one.
_TITLE_AT = {TALL: 0.66, THREE_BY_FOUR: 0.72}


@dataclass(frozen=True, slots=True)
class CoverSpec:
    """A cover: the frame at `at_ms`, `title` written over it (empty: none), one of the two sizes."""

    at_ms: int = 0
    title: str = ""
    size: tuple[int, int] = TALL
    quality: int = 86


@dataclass(frozen=True, slots=True)
class StoryboardSpec:
    """A strip of `count` small frames side by side."""

    count: int = 10
    width: int = 90
    height: int = 160
    quality: int = 70


def make_cover(clip: Path, probe: Probe, spec: CoverSpec, *, folder: Path, source_sha256: str) -> Path:
    """Writes the cover as JPEG into `folder`, named by input and spec; returns its path. Twice is a no-op.

    Raises RenderFailed when no frame comes out.
    """
    target = folder / f"{fingerprint(source_sha256, spec, kind='cover')}.jpg"
    if target.exists():
        return target
    width, height = spec.size
    picture = as_image(frames_at(clip, probe, [spec.at_ms], width=width, height=height)[0])
    letter(picture, spec.title, at=_TITLE_AT.get(spec.size, 0.7))
    _write_jpeg(picture, target, spec.quality)
    return target


def letter(picture: Image.Image, text: str, *, at: float) -> None:
    """Writes `text` on a plate into `picture`, its middle at share `at` of the height. Nothing for empty text."""
    style = Style(round(picture.width * 0.085), weight=1, max_lines=3)
    plate = text_plate(text, round(picture.width * 0.88), style, smallest=round(picture.width * 0.05))
    if plate is None:
        return
    left, top = (picture.width - plate.width) // 2, round(picture.height * at) - plate.height // 2
    picture.paste(plate, (left, min(top, picture.height - plate.height)), plate)


def make_storyboard(clip: Path, probe: Probe, spec: StoryboardSpec, *, folder: Path, source_sha256: str) -> Path:
    """Writes the strip as JPEG: tile i (from the left, `spec.width` wide) shows the clip from i/count of its length on."""
    target = folder / f"{fingerprint(source_sha256, spec, kind='storyboard')}.jpg"
    if target.exists():
        return target
    strip = Image.new("RGB", (spec.width * spec.count, spec.height))
    for number, frame in enumerate(evenly(clip, probe, spec.count, width=spec.width, height=spec.height)):
        strip.paste(as_image(frame), (number * spec.width, 0))
    _write_jpeg(strip, target, spec.quality)
    return target


def _write_jpeg(picture: Image.Image, target: Path, quality: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with job_folder(beside=target.parent) as job:
        picture.save(job / "picture.jpg", format="JPEG", quality=quality, optimize=True, progressive=True)
        publish(job / "picture.jpg", target)
