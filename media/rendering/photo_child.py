"""Opens photos of strangers, in a child process: `python -I photo_child.py look|take REQUEST_AS_JSON`.

A file of its own that needs Pillow alone. It is run under the limits of `child`; whatever a picture does to the
decoder, it does it here. The answer is one JSON list on standard output, an entry per photo.

`look` reads headers only. `take` decodes, turns upright, fits to a canvas or a longest side and writes plain pixels
again, so that nothing but the picture survives: no EXIF, no position, no text, no trailing bytes.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

from PIL import Image, ImageFilter, ImageOps, PngImagePlugin

KINDS = ("JPEG", "PNG", "WEBP")
_ORIENTATION = 0x0112
# Text blocks in PNG files unpack to at most this much.
PngImagePlugin.MAX_TEXT_MEMORY = 1024 * 1024
warnings.simplefilter("error", Image.DecompressionBombWarning)


def look(request: dict[str, Any]) -> list[dict[str, Any]]:
    # Sizes are judged by the rules, with the numbers in hand; nothing is decoded here.
    Image.MAX_IMAGE_PIXELS = None
    return [_facts(path) for path in request["photos"]]


def _facts(path: str) -> dict[str, Any]:
    webp = _webp_size(path)
    if webp is not None and webp[0] * webp[1] > 64_000_000:
        # Pillow reserves the whole canvas of a WebP on opening.
        return {"kind": "webp", "width": webp[0], "height": webp[1], "frames": 1}
    try:
        with Image.open(path, formats=KINDS) as image:
            width, height = image.size
            # Pillow decodes a whole PNG to look for EXIF behind the pixels; what stands before them is enough here.
            told = image.format != "PNG" or "exif" in image.info
            if told and image.getexif().get(_ORIENTATION) in (5, 6, 7, 8):
                width, height = height, width
            kind, frames = (image.format or "").lower(), getattr(image, "n_frames", 1)
    except Exception:
        return {"error": "damaged"}
    # Phones append a second picture (depth, brightness) to a JPEG, which is then called MPO; the first one is the photo.
    if kind == "mpo":
        kind, frames = "jpeg", 1
    return {"kind": kind, "frames": frames, "width": width, "height": height}


def _webp_size(path: str) -> tuple[int, int] | None:
    with open(path, "rb") as file:
        head = file.read(30)
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or head[12:16] != b"VP8X" or len(head) < 30:
        return None
    return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1


def take(request: dict[str, Any]) -> list[dict[str, Any]]:
    Image.MAX_IMAGE_PIXELS = request["max_pixels"]
    return [_taken(photo, request) for photo in request["photos"]]


def _taken(photo: dict[str, str], request: dict[str, Any]) -> dict[str, Any]:
    try:
        with Image.open(photo["source"], formats=KINDS) as image:
            # A JPEG can be decoded at a half or a quarter of its size, which saves most of the time.
            image.draft("RGB", (request["width"], request["height"]))
            upright = ImageOps.exif_transpose(image)
            plain = _on_white(upright)
        made = _on_canvas(plain, request) if request["canvas"] else _within(plain, request)
        made.info.clear()
        made.save(photo["target"], format=request["format"], **request["options"])
        return {"width": made.width, "height": made.height}
    except Exception:
        return {"error": "damaged"}


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        ground = Image.new("RGBA", clear.size, (255, 255, 255, 255))
        return Image.alpha_composite(ground, clear).convert("RGB")
    return image.convert("RGB")


def _within(image: Image.Image, request: dict[str, Any]) -> Image.Image:
    image.thumbnail((request["width"], request["height"]), Image.Resampling.LANCZOS)
    return image


def _on_canvas(image: Image.Image, request: dict[str, Any]) -> Image.Image:
    """Fills the canvas with a tall photo; lays a wide one, whole, over a blurred enlargement of itself."""
    width, height = request["width"], request["height"]
    if image.width / image.height <= request["tall_up_to"]:
        return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
    small = ImageOps.fit(image, (width // 12, height // 12), Image.Resampling.BILINEAR)
    ground = small.filter(ImageFilter.GaussianBlur(4)).point(lambda value: round(value * 0.8))
    canvas = ground.resize((width, height), Image.Resampling.BICUBIC)
    front = ImageOps.contain(image, (width, height), Image.Resampling.LANCZOS)
    canvas.paste(front, ((width - front.width) // 2, (height - front.height) // 2))
    return canvas


def main(action: str, request_json: str) -> None:
    answer = {"look": look, "take": take}[action](json.loads(request_json))
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
