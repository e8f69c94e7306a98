"""A photo story: three to twelve photos become an upright clip with captions, gentle movement and soft cuts.

The timeline is MoviePy's (clips with a length, joined one after the other); the frames are Pillow's, because
MoviePy's own compositing and cross-fading of this size runs several times slower than the clip. They are drawn in
the planes of video (`planes`), not in RGB: half the bytes to move, and none to convert. They go straight into the same
single pass that renders uploaded clips, so a story ends with the same card.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from media.rendering.child import job_folder, share_of_threads
from media.rendering.ffmpeg import Progress
from media.rendering.graph import ClipShape
from media.rendering.lettering import Style, text_plate
from media.rendering.photos import prepare_canvases
from media.rendering.planes import PlanarPlate, Planes
from media.rendering.spec import RenderSpec, fingerprint
from media.rendering.transcode import Rendered, one_pass

if TYPE_CHECKING:
    from moviepy import VideoClip

# How far a photo grows while it is shown, and how long one melts into the next.
_GROWTH = 0.08
_MELT_SECONDS = 0.5
_CAPTION_AT = 0.72


@dataclass(frozen=True, slots=True)
class StorySpec:
    """How a story is made: `captions` has one text per photo (may be empty), `render` is as for any clip."""

    render: RenderSpec
    captions: tuple[str, ...] = ()
    seconds_per_photo: float = 3.0

    def length_ms(self, photos: int) -> int:
        """Length without the end card; each melt is shared by two photos, so that it costs no time."""
        return round(photos * self.seconds_per_photo * 1000)


def render_story(
    photos: Sequence[Path],
    spec: StorySpec,
    *,
    folder: Path,
    source_sha256s: Sequence[str],
    on_progress: Progress | None = None,
    parallel_jobs: int = 1,
) -> Rendered:
    """Renders photos (already judged by `examine_photos`) into `folder`, named by their hashes and the spec.

    Raises RenderRefused(PHOTO_DAMAGED) when one does not decode, RenderFailed as `transcode.render` does.
    """
    width, height = spec.render.width, spec.render.height
    clip = ClipShape(width, height, spec.length_ms(len(photos)), video_stream=0, audio_stream=None, in_bt709=True)
    target = folder / f"{fingerprint('+'.join(source_sha256s), spec, kind='story')}.mp4"
    folder.mkdir(parents=True, exist_ok=True)
    with job_folder(beside=folder) as job:
        shots = [] if target.exists() else _shots(photos, spec, job)
        return one_pass(
            clip,
            spec.render,
            target=target,
            open_clip=lambda _: _frames_from_pipe(spec.render),
            threads=share_of_threads(parallel_jobs),
            on_progress=on_progress,
            feed=_frames(shots, spec) if shots else None,
        )


def _frames_from_pipe(render: RenderSpec) -> list[str]:
    arguments = ["-protocol_whitelist", "file,pipe", "-format_whitelist", "rawvideo", "-codec_whitelist", "rawvideo"]
    arguments += ["-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", f"{render.width}x{render.height}"]
    return [*arguments, "-framerate", str(render.fps), "-i", "pipe:0"]


@dataclass(frozen=True, slots=True)
class _Shot:
    """One photo on its (slightly larger) canvas, its caption, and whether it moves in or out."""

    canvas: Path
    caption: PlanarPlate | None
    inwards: bool


def _shots(photos: Sequence[Path], spec: StorySpec, job: Path) -> list[_Shot]:
    width, height = spec.render.width, spec.render.height
    larger = round(width * (1 + _GROWTH)), round(height * (1 + _GROWTH))
    canvases = prepare_canvases(photos, job, *larger)
    style = Style(round(width * 0.055), max_lines=2)
    shots = []
    for place, canvas in enumerate(canvases):
        text = spec.captions[place] if place < len(spec.captions) else ""
        plate = text_plate(text, round(width * 0.86), style, smallest=round(width * 0.038))
        caption = PlanarPlate.of(plate, width, round(height * _CAPTION_AT)) if plate else None
        shots.append(_Shot(canvas, caption, inwards=place % 2 == 0))
    return shots


def _frames(shots: Sequence[_Shot], spec: StorySpec) -> Iterator[bytes]:
    """The story's frames as the planes of 4:2:0 video, in the order of MoviePy's timeline."""
    timeline = build_timeline(shots, spec)
    for frame in timeline.iter_frames(fps=spec.render.fps):
        yield frame.tobytes()


def build_timeline(shots: Sequence[_Shot], spec: StorySpec) -> VideoClip:
    """MoviePy's clips, one per photo and one per melt, joined end to end."""
    # Imported here: on import MoviePy starts programs and reads `.env` files, which a web process should not.
    from moviepy import VideoClip, concatenate_videoclips

    stage = _Stage(shots, spec)
    clips: list[Any] = []
    for place in range(len(shots)):
        begin, end = stage.alone(place)
        clips.append(VideoClip(stage.still(place, begin), duration=end - begin))
        if place + 1 < len(shots):
            clips.append(VideoClip(stage.melt(place, end), duration=_MELT_SECONDS))
    return concatenate_videoclips(clips, method="chain")


class _Stage:
    """Draws what is seen at a moment. Holds at most the two canvases that a melt needs."""

    def __init__(self, shots: Sequence[_Shot], spec: StorySpec) -> None:
        self._shots = shots
        self._spec = spec
        self._loaded: dict[int, Planes] = {}

    def alone(self, place: int) -> tuple[float, float]:
        """Start and end, in seconds of the story, of the time that one photo has to itself."""
        each, half = self._spec.seconds_per_photo, _MELT_SECONDS / 2
        start = place * each + (half if place else 0.0)
        last = place == len(self._shots) - 1
        return start, (place + 1) * each - (0.0 if last else half)

    def still(self, place: int, begin: float) -> Any:
        return lambda t: self._drawn(place, begin + t).packed()

    def melt(self, place: int, begin: float) -> Any:
        def frame(t: float) -> np.ndarray:
            before, after = self._drawn(place, begin + t), self._drawn(place + 1, begin + t)
            return before.blended(after, min(1.0, t / _MELT_SECONDS)).packed()

        return frame

    def _drawn(self, place: int, moment: float) -> Planes:
        """One photo at a moment: a window that slowly narrows or widens, then the caption, which stays still."""
        shot, each = self._shots[place], self._spec.seconds_per_photo
        share = (moment - place * each + _MELT_SECONDS / 2) / (each + _MELT_SECONDS)
        grown = _GROWTH * min(1.0, max(0.0, share if shot.inwards else 1.0 - share))
        picture = self._canvas(place).window(1 / (1 + grown), self._spec.render.width, self._spec.render.height)
        if shot.caption is not None:
            shot.caption.write_on(picture)
        return picture

    def _canvas(self, place: int) -> Planes:
        if place not in self._loaded:
            for gone in [other for other in self._loaded if abs(other - place) > 1]:
                del self._loaded[gone]
            with Image.open(self._shots[place].canvas, formats=("PNG",)) as image:
                self._loaded[place] = Planes.of(image.convert("RGB"))
        return self._loaded[place]
