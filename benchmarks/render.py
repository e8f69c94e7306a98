"""Rendering beside the same work by hand: one pass with end card, cover and probe against the clip's length, a story.

The floor of the pass is the very same filter graph and encoder settings typed out for ffmpeg, with the card's
picture already drawn, at the same priority as our child (a difference of priority is a policy, not a cost).
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from PIL import Image

from benchmarks.report import Row, row, seconds, side_by_side
from media.rendering.child import Cage, share_of_threads
from media.rendering.cover import CoverSpec, make_cover
from media.rendering.ffmpeg import program
from media.rendering.overlay import draw_end_card, write_png
from media.rendering.photos import examine_photos
from media.rendering.probe import examine, probe, sha256_of
from media.rendering.spec import EndCard, RenderSpec
from media.rendering.story import StorySpec, render_story
from media.rendering.transcode import render
from media.rules.facts import Probe

CARD = EndCard(brand="星驰汽车", dealer="上海浦东星驰4S店", line="到店试驾，预约有礼")
SPEC = RenderSpec(card=CARD)
# Priority of our own children, see `media.rendering.child.Cage`.
_NICE = Cage().nice


@dataclass(frozen=True, slots=True)
class _Size:
    clip_seconds: int
    rounds: int
    probed_seconds: int
    photos: int


_SIZES = {"small": _Size(6, 5, 20, 3), "full": _Size(30, 5, 60, 9)}


def rows(size: str) -> list[Row]:
    """Three rows: overhead of the pass, share of cover and probe, speed of a photo story."""
    wanted = _SIZES[size]
    with tempfile.TemporaryDirectory(prefix="bench-render-") as name:
        folder = Path(name)
        return [_pass(folder, wanted), _cover_and_probe(folder, wanted), _story(folder, wanted)]


def _pass(folder: Path, wanted: _Size) -> Row:
    clip = _phone_clip(folder / "clip.mp4", wanted.clip_seconds, "1080x1920")
    found, digest = probe(clip), sha256_of(clip)
    card = folder / "card.png"
    write_png(draw_end_card(CARD, SPEC.width, SPEC.height), card)
    numbers = count()

    def by_hand() -> float:
        return seconds(lambda: _by_hand(clip, card, folder / f"hand-{next(numbers)}.mp4", wanted.clip_seconds))

    def ours() -> float:
        out = folder / f"ours-{next(numbers)}"
        return seconds(lambda: render(clip, found, SPEC, folder=out, source_sha256=digest))

    floor, measured = side_by_side(wanted.rounds, by_hand, ours)
    label = f"{wanted.clip_seconds} s 1080x1920"
    return row("overlay + end card", label, floor=floor, ours=measured, aim="<= 1.05", note="same ffmpeg graph by hand")


def _by_hand(clip: Path, card: Path, target: Path, length: int) -> None:
    """What someone who knows ffmpeg would type for the same picture."""
    bt709 = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
    sound = "aformat=sample_fmts=fltp:sample_rates=48000:channel_layouts=stereo"
    graph = (
        f"[0:0]fps=30:start_time=0,scale=1080:1920:flags=bicubic:out_color_matrix=bt709:out_range=tv,"
        f"format=yuv420p,setsar=1,{bt709}[clip];"
        f"[0:1]aresample=48000:async=1:first_pts=0,{sound},atrim=end={length}[sound];"
        f"[1:v]scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=1,{bt709},"
        f"loop=loop=59:size=1:start=0,setpts=N/(30*TB),fps=30[card];"
        f"anullsrc=channel_layout=stereo:sample_rate=48000,atrim=end=2,{sound}[hush];"
        f"[clip][sound][card][hush]concat=n=2:v=1:a=1[video][audio]"
    )
    threads = str(share_of_threads())
    command = ["nice", "-n", str(_NICE), program(), "-nostdin", "-y", "-loglevel", "error"]
    command += [
        "-threads",
        threads,
        "-i",
        str(clip),
        "-i",
        str(card),
        "-filter_complex_threads",
        threads,
        "-filter_complex",
        graph,
    ]
    command += ["-map", "[video]", "-map", "[audio]", "-c:v", "libx264", "-preset", "veryfast", "-crf", "21"]
    command += ["-profile:v", "high", "-maxrate", "8000k", "-bufsize", "16000k", "-g", "60", "-pix_fmt", "yuv420p"]
    command += ["-r", "30", "-fps_mode", "cfr", "-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", "2"]
    command += ["-map_metadata", "-1", "-threads", threads, "-movflags", "+faststart", str(target)]
    subprocess.run(command, check=True)


def _cover_and_probe(folder: Path, wanted: _Size) -> Row:
    clip = _phone_clip(folder / "probed.mp4", wanted.probed_seconds, "1920x1080")
    digest, numbers = sha256_of(clip), count()

    def work() -> None:
        found = _accepted(clip)
        spec = CoverSpec(at_ms=wanted.probed_seconds * 700, title="新款SUV到店，周末来试驾")
        make_cover(clip, found, spec, folder=folder / f"cover-{next(numbers)}", source_sha256=digest)

    (measured,) = side_by_side(wanted.rounds, lambda: seconds(work))
    label = f"{wanted.probed_seconds} s 1080p"
    length = float(wanted.probed_seconds)
    return row("cover and probe", label, floor=length, ours=measured, aim="<= 0.1", note="length of the clip")


def _story(folder: Path, wanted: _Size) -> Row:
    photos = [_photo(folder / f"photo-{number}.jpg", number) for number in range(wanted.photos)]
    digests = [sha256_of(photo) for photo in photos]
    spec = StorySpec(SPEC, captions=tuple(f"第{number + 1}张：新车细节" for number in range(wanted.photos)))
    length = (spec.length_ms(wanted.photos) + SPEC.card_ms) / 1000

    def work() -> None:
        examine_photos(photos)
        render_story(photos, spec, folder=folder / "story", source_sha256s=digests)

    measured = seconds(work)
    label = f"{wanted.photos} photos, {length:g} s"
    return row("photo story", label, floor=length, ours=measured, aim="<= 1.5", note="length of the clip")


def _accepted(clip: Path) -> Probe:
    found = examine(clip)
    if found.probe is None or not found.accepted:
        raise RuntimeError(f"the benchmark's own clip was refused: {found.findings}")
    return found.probe


def _phone_clip(path: Path, length: int, size: str) -> Path:
    """A clip with movement and grain, at the bit rate of a phone."""
    picture = f"testsrc2=size={size}:rate=30:duration={length},noise=alls=12:allf=t"
    command = [program(), "-nostdin", "-y", "-loglevel", "error", "-f", "lavfi", "-i", picture]
    command += ["-f", "lavfi", "-i", f"sine=frequency=440:duration={length}"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "12M", "-g", "30", "-pix_fmt", "yuv420p"]
    subprocess.run([*command, "-c:a", "aac", str(path)], check=True)
    return path


def _photo(path: Path, number: int) -> Path:
    gradient = Image.linear_gradient("L").resize((4032, 3024))
    turned = gradient.rotate(90 * number)
    Image.merge("RGB", (gradient, turned, gradient.rotate(180))).resize((4032, 3024)).save(path, quality=90)
    return path
