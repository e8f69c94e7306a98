"""The pictures that go into a clip: the end card and, where the platform bears it, a small mark. Drawn once, as PNG."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from media.rendering.lettering import (
    Colour,
    Style,
    clean,
    draw_lines,
    fit,
    font,
    ink_on,
    parse_colour,
    text_plate,
)
from media.rendering.spec import EndCard
from media.rules.marks import Mark

# Where the mark stands, as shares of the canvas: below the platform's own header, beside its column of buttons.
_MARK_TOP = 0.07
_MARK_SIDE = 0.04
_LOWER_BAND = 0.74


def draw_end_card(card: EndCard, width: int, height: int) -> Image.Image:
    """The brand's end card: a disc with the initials, the brand, the dealer and one line, on the brand's colour."""
    ground = parse_colour(card.colour)
    ink = ink_on(ground)
    image = Image.new("RGB", (width, height), ground)
    _disc(image, clean(card.initials) or initials_of(card.brand), ground, ink)
    room = round(width * 0.82)
    top = round(height * 0.50)
    for text, size, weight, gap in (
        (card.brand, 0.085, 2, 0.012),
        (card.dealer, 0.055, 0, 0.030),
        (card.line, 0.042, 0, 0.0),
    ):
        wanted = Style(round(width * size), ink, weight=weight, max_lines=2)
        style, lines = fit(text, room, wanted, smallest=round(width * 0.034))
        top = draw_lines(image, lines, style, centre_x=width // 2, top=top) + round(height * gap)
    bar = round(width * 0.06)
    lower = round(height * 0.93)
    ImageDraw.Draw(image).rectangle((width // 2 - bar, lower, width // 2 + bar, lower + max(2, width // 270)), fill=ink)
    return image


def initials_of(brand: str) -> str:
    """Two characters for a name: the first two Chinese ones, or the first letters of the first two words."""
    text = clean(brand)
    if not text:
        return ""
    if ord(text[0]) >= 0x2E80:
        return text[:2]
    words = [word for word in text.split(" ") if word]
    return "".join(word[0] for word in words[:2]).upper()


def _disc(image: Image.Image, initials: str, ground: Colour, ink: Colour) -> None:
    """A disc in the ink's colour with the initials cut out of it, drawn four times too large for smooth edges."""
    radius = round(image.width * 0.15)
    large = Image.new("L", (radius * 8, radius * 8), 0)
    pen = ImageDraw.Draw(large)
    pen.ellipse((0, 0, large.width - 1, large.height - 1), fill=255)
    face = font(round(radius * (4.0 if len(initials) <= 1 else 3.0 if len(initials) == 2 else 2.0)))
    pen.text((large.width // 2, large.height // 2), initials[:4], font=face, fill=0, anchor="mm", stroke_width=6)
    mask = large.resize((radius * 2, radius * 2), Image.Resampling.LANCZOS)
    image.paste(Image.new("RGB", mask.size, ink), ((image.width - mask.width) // 2, round(image.height * 0.28)), mask)


def draw_mark(mark: Mark, text: str, width: int, height: int) -> tuple[Image.Image, int, int] | None:
    """The mark's picture and the place of its upper left corner; None when there is nothing to draw."""
    if mark is Mark.NONE:
        return None
    band = mark is Mark.LOWER_BAND
    style = Style(round(width * (0.042 if band else 0.030)), max_lines=1)
    plate = text_plate(text, round(width * (0.78 if band else 0.42)), style, smallest=round(width * 0.022))
    if plate is None:
        return None
    side = round(width * _MARK_SIDE)
    if band:
        return plate, side, round(height * _LOWER_BAND)
    left = side if mark is Mark.TOP_LEFT else width - plate.width - side
    return plate, left, round(height * _MARK_TOP)


def write_png(image: Image.Image, path: Path) -> None:
    """Lightly compressed: it is read once, right away."""
    image.save(path, format="PNG", compress_level=1)
