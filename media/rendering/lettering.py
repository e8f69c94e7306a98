"""Text as pictures: Chinese and Latin lettering with Pillow, wrapped by the rules of Chinese typesetting.

One font with all of GB 18030's common characters comes with our packages, so a title looks the same on every
machine. User text is cleaned of what no font can draw; it is never given to a filter or a command line.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

import noto_cjk_sans_otc
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]

WHITE: Colour = (255, 255, 255)
# The near-black of the product's palette; also the plate behind lettering.
INK: Colour = (11, 16, 32)
_PLATE_ALPHA = 190

# Kinsoku: what must not begin or end a line (GB/T 15834 for Chinese punctuation).
_NOT_FIRST = "!%),.:;?]}¢°·ˇ‘’”†‡›℃∶、。〃〆〕〗〞︰﹐﹑﹒﹔﹕﹖﹗﹚﹜﹞！＂％＇），．：；？］｀｜｝～》」』】〉"
_NOT_LAST = "([{£¥‘“‵〈《「『【〔〖〝﹙﹛﹝（［｛￡￥$"
_WORD = re.compile(r"[A-Za-z0-9À-ɏ][A-Za-z0-9À-ɏ'’&@#+\-./%]*|\s+|.", re.DOTALL)
_ELLIPSIS = "…"
_JOINERS = {"\u200d", "\ufe0e", "\ufe0f", "\u20e3"}


@functools.cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The simplified-Chinese face of the collection at `size` pixels."""
    return ImageFont.truetype(noto_cjk_sans_otc.FONT_PATH, size=size, index=_simplified_face())


@functools.cache
def _simplified_face() -> int:
    """The collection holds faces for Japanese, Korean, simplified and traditional; the same code looks different in each."""
    for index in range(16):
        try:
            family, _ = ImageFont.truetype(noto_cjk_sans_otc.FONT_PATH, size=10, index=index).getname()
        except OSError:
            break
        if family and family.endswith("SC") and "Mono" not in family:
            return index
    return 0


def clean(text: str) -> str:
    """One line of drawable text: no control, direction or private characters, no emoji, single blanks."""
    drawable = (character if _drawable(character) else " " for character in unicodedata.normalize("NFC", text))
    return re.sub(r"\s+", " ", "".join(drawable)).strip()


def _drawable(character: str) -> bool:
    if character in _JOINERS or (ord(character) >= 0x1F000 and not 0x20000 <= ord(character) <= 0x323AF):
        return False
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def wrap(text: str, face: ImageFont.FreeTypeFont, width: int, max_lines: int) -> list[str]:
    """Lines of `text` at most `width` pixels wide; the last one ends with … when not all of it fits.

    Chinese breaks between any two characters except before closing and after opening punctuation; Latin words stay
    whole unless a single word is wider than the line.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(clean(text), face, width):
        if face.getlength((line + piece).rstrip()) <= width or not line.strip():
            line += piece
            continue
        if piece[0] in _NOT_FIRST and len(line) > 1:
            line, carried = line[:-1], line[-1]
            piece = carried + piece
        lines.append(line.rstrip())
        line = piece.lstrip()
    lines.append(line.rstrip())
    lines = [_move_openers(lines, place) for place in range(len(lines))] if len(lines) > 1 else lines
    lines = [line for line in lines if line]
    if len(lines) > max_lines:
        lines = [*lines[: max_lines - 1], _shorten(lines[max_lines - 1] + _ELLIPSIS, face, width)]
    return lines


def _pieces(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    pieces: list[str] = []
    for piece in _WORD.findall(text):
        pieces.extend(piece if len(piece) > 1 and face.getlength(piece) > width else [piece])
    return pieces


def _move_openers(lines: list[str], place: int) -> str:
    """An opening bracket left at the end of a line belongs to the next one."""
    line = lines[place]
    while place + 1 < len(lines) and line and line[-1] in _NOT_LAST:
        lines[place + 1] = line[-1] + lines[place + 1]
        line = line[:-1].rstrip()
    return line


def _shorten(line: str, face: ImageFont.FreeTypeFont, width: int) -> str:
    while len(line) > 1 and face.getlength(line) > width:
        line = line[:-2].rstrip() + _ELLIPSIS
    return line


@dataclass(frozen=True, slots=True)
class Style:
    """How a block of text looks. `weight` thickens the strokes, for the font has one weight only."""

    size: int
    colour: Colour = WHITE
    weight: int = 0
    max_lines: int = 3
    spacing: float = 1.3


def fit(text: str, width: int, style: Style, *, smallest: int) -> tuple[Style, list[str]]:
    """The largest size between `style.size` and `smallest` at which the whole text fits, and its lines."""
    for size in range(style.size, smallest - 1, -4):
        face = font(size)
        if not _overflows(text, face, width, style.max_lines):
            return Style(size, style.colour, style.weight, style.max_lines, style.spacing), wrap(
                text, face, width, style.max_lines
            )
    small = Style(smallest, style.colour, style.weight, style.max_lines, style.spacing)
    return small, wrap(text, font(smallest), width, style.max_lines)


def _overflows(text: str, face: ImageFont.FreeTypeFont, width: int, max_lines: int) -> bool:
    return len(wrap(text, face, width, max_lines + 1)) > max_lines


def draw_lines(image: Image.Image, lines: list[str], style: Style, *, centre_x: int, top: int) -> int:
    """Draws centred lines from `top` downwards; returns the lower edge in pixels."""
    pen, face = ImageDraw.Draw(image), font(style.size)
    step = round(style.size * style.spacing)
    for number, line in enumerate(lines):
        middle = top + number * step + step // 2
        pen.text(
            (centre_x, middle),
            line,
            font=face,
            fill=style.colour,
            anchor="mm",
            stroke_width=style.weight,
            stroke_fill=style.colour,
        )
    return top + len(lines) * step


def text_plate(text: str, width: int, style: Style, *, smallest: int) -> Image.Image | None:
    """White lettering on a dark, half-clear plate of at most `width` pixels; None for text without any drawable mark.

    The plate keeps the contrast above 4.5 : 1 on any picture: over pure white it still is a grey of 74 of 255.
    """
    padding = style.size // 2
    style, lines = fit(text, width - 2 * padding, style, smallest=smallest)
    if not lines:
        return None
    face = font(style.size)
    inner = max(round(face.getlength(line)) for line in lines) + 2 * style.weight
    height = len(lines) * round(style.size * style.spacing)
    plate = Image.new("RGBA", (min(width, inner + 2 * padding), height + padding), (0, 0, 0, 0))
    ImageDraw.Draw(plate).rounded_rectangle(
        (0, 0, plate.width - 1, plate.height - 1), radius=padding // 2, fill=(*INK, _PLATE_ALPHA)
    )
    draw_lines(plate, lines, style, centre_x=plate.width // 2, top=padding // 2)
    return plate


def ink_on(ground: Colour) -> Colour:
    """White or near-black, whichever reads better on `ground` (WCAG relative luminance)."""
    return WHITE if contrast(WHITE, ground) >= contrast(INK, ground) else INK


def contrast(first: Colour, second: Colour) -> float:
    """WCAG contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        (part / 255 / 12.92) if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def parse_colour(text: str) -> Colour:
    """`#RRGGBB` to numbers. Raises ValueError for anything else."""
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", text):
        raise ValueError(f"not a #RRGGBB colour: {text[:20]!r}")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
