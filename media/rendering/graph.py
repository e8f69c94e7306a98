"""The one filter graph of a render, as text made of numbers only: fit, turn, level, mark, append the card, add sound.

Inputs are numbered: 0 the clip, then the end card and the mark where there are any. Nothing that a person wrote
can get in here: the only strings are our own colour names, checked as #RRGGBB.
"""

from __future__ import annotations

from dataclasses import dataclass

from media.rendering.lettering import parse_colour
from media.rendering.spec import Background, RenderSpec

# A clip whose shape is this near to the canvas is stretched by it; nobody sees two per cent.
_SHAPE_SLACK = 0.02
SOUND_RATE = 48_000
_SOUND_SHAPE = f"aformat=sample_fmts=fltp:sample_rates={SOUND_RATE}:channel_layouts=stereo"
_BT709 = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
# From linear light: phones' HDR (HLG, PQ) would look grey on the platforms, which expect BT.709.
_HDR_TO_SDR = (
    "zscale=transfer=linear:npl=203,format=gbrpf32le,zscale=primaries=bt709,tonemap=hable:desat=0,"
    "zscale=transfer=bt709:matrix=bt709:range=tv"
)


@dataclass(frozen=True, slots=True)
class ClipShape:
    """What the graph must know about input 0: sizes as shown (ffmpeg turns the picture by its flag before the graph)."""

    display_width: int
    display_height: int
    duration_ms: int
    video_stream: int
    audio_stream: int | None
    hdr: bool = False
    # Frames of our own making, which carry no label of their colours.
    in_bt709: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    text: str
    video: str
    audio: str


def build_graph(clip: ClipShape, spec: RenderSpec, *, mark_at: tuple[int, int] | None) -> Graph:
    """The graph for one pass. `mark_at` is where the mark's upper left corner goes, None without a mark."""
    parts = [*_picture(clip, spec), *_sound(clip)]
    picture = "clip"
    if mark_at is not None:
        number = 2 if spec.card else 1
        parts.append(f"[{picture}][{number}:v]overlay={mark_at[0]}:{mark_at[1]}:format=yuv420,{_BT709}[marked]")
        picture = "marked"
    if spec.card is None:
        return Graph(";".join(parts), f"[{picture}]", "[sound]")
    parts += _card(spec)
    parts.append(f"[{picture}][sound][card][hush]concat=n=2:v=1:a=1[video][audio]")
    return Graph(";".join(parts), "[video]", "[audio]")


def _picture(clip: ClipShape, spec: RenderSpec) -> list[str]:
    width, height = spec.width, spec.height
    finish = f"format=yuv420p,setsar=1,{_BT709}"
    level = f",{_HDR_TO_SDR}" if clip.hdr else ""
    # Rate first: frames that are dropped need no scaling.
    label = f"{_BT709}," if clip.in_bt709 else ""
    head = f"[0:{clip.video_stream}]{label}fps={spec.fps}:start_time=0"
    if _fills(clip, spec):
        return [f"{head},{_scale(width, height)}{level},{finish}[clip]"]
    inner_width, inner_height = _inside(clip, spec)
    fitted = f"{_scale(inner_width, inner_height)}{level},{finish}"
    left, top = (width - inner_width) // 2, (height - inner_height) // 2
    if spec.background is Background.BRAND:
        parse_colour(spec.ground)
        return [f"{head},{fitted},pad={width}:{height}:{left}:{top}:color=0x{spec.ground[1:]}[clip]"]
    # Blurred at an eighth of the size: the eye cannot tell, and it costs next to nothing.
    small = (width // 8, height // 8)
    return [
        f"{head},{fitted},split[front][back]",
        f"[back]scale={small[0]}:{small[1]}:force_original_aspect_ratio=increase:flags=fast_bilinear,"
        f"crop={small[0]}:{small[1]},boxblur=luma_radius=7:luma_power=2,eq=brightness=-0.08,"
        f"scale={width}:{height}:flags=bilinear,setsar=1,{_BT709}[ground]",
        f"[ground][front]overlay={left}:{top}:format=yuv420,{_BT709}[clip]",
    ]


def _scale(width: int, height: int) -> str:
    return f"scale={width}:{height}:flags=bicubic:out_color_matrix=bt709:out_range=tv"


def _fills(clip: ClipShape, spec: RenderSpec) -> bool:
    shape = clip.display_width / max(1, clip.display_height)
    return abs(shape / (spec.width / spec.height) - 1) <= _SHAPE_SLACK


def _inside(clip: ClipShape, spec: RenderSpec) -> tuple[int, int]:
    """The largest even size with the clip's shape inside the canvas."""
    ratio = min(spec.width / max(1, clip.display_width), spec.height / max(1, clip.display_height))
    width, height = round(clip.display_width * ratio), round(clip.display_height * ratio)
    return max(2, min(spec.width, width // 2 * 2)), max(2, min(spec.height, height // 2 * 2))


def _sound(clip: ClipShape) -> list[str]:
    seconds = clip.duration_ms / 1000
    if clip.audio_stream is None:
        return [
            f"anullsrc=channel_layout=stereo:sample_rate={SOUND_RATE},atrim=end={seconds:.3f},{_SOUND_SHAPE}[sound]"
        ]
    # Gaps that phones leave are filled, so that lips and voice stay together; the end is cut to the picture's.
    return [
        f"[0:{clip.audio_stream}]aresample={SOUND_RATE}:async=1:first_pts=0,{_SOUND_SHAPE},atrim=end={seconds:.3f}[sound]"
    ]


def _card(spec: RenderSpec) -> list[str]:
    seconds, frames = spec.card_ms / 1000, max(1, round(spec.card_ms * spec.fps / 1000))
    return [
        f"[1:v]scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=1,{_BT709},"
        f"loop=loop={frames - 1}:size=1:start=0,setpts=N/({spec.fps}*TB),fps={spec.fps}[card]",
        f"anullsrc=channel_layout=stereo:sample_rate={SOUND_RATE},atrim=end={seconds:.3f},{_SOUND_SHAPE}[hush]",
    ]
