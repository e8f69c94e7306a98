"""Pictures as video has them: one plane of brightness, two of colour at half the size (BT.709, limited range)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

# ITU-R BT.709 weights of red and blue; the levels of limited range are 16-235 for brightness, 16-240 for colour.
_RED, _BLUE = 0.2126, 0.0722
_GREEN = 1 - _RED - _BLUE
_LUMA, _CHROMA = 219 / 255, 224 / 255
_B, _R = _CHROMA / (2 * (1 - _BLUE)), _CHROMA / (2 * (1 - _RED))
# Twelve numbers as Pillow takes them: red, green, blue and offset, for brightness, blue and red difference in turn.
# fmt: off
_RGB_TO_YUV = (
    _RED * _LUMA, _GREEN * _LUMA, _BLUE * _LUMA, 16.0,
    -_RED * _B, -_GREEN * _B, (1 - _BLUE) * _B, 128.0,
    (1 - _RED) * _R, -_GREEN * _R, -_BLUE * _R, 128.0,
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Planes:
    """Brightness (width x height) and both colour differences (half of each), all 8-bit grey images."""

    y: Image.Image
    u: Image.Image
    v: Image.Image

    @classmethod
    def of(cls, picture: Image.Image) -> Planes:
        """From an RGB picture; odd sizes lose their last row or column."""
        width, height = picture.width // 2 * 2, picture.height // 2 * 2
        y, u, v = picture.crop((0, 0, width, height)).convert("RGB", _RGB_TO_YUV).split()
        return cls(y, u.reduce(2), v.reduce(2))

    def window(self, share: float, width: int, height: int) -> Planes:
        """The middle `share` (0 to 1) of the picture, scaled to an even `width` x `height`."""
        return Planes(
            _middle(self.y, share, width, height),
            _middle(self.u, share, width // 2, height // 2),
            _middle(self.v, share, width // 2, height // 2),
        )

    def blended(self, other: Planes, share: float) -> Planes:
        """This picture with `share` (0 to 1) of the other one."""
        return Planes(
            Image.blend(self.y, other.y, share),
            Image.blend(self.u, other.u, share),
            Image.blend(self.v, other.v, share),
        )

    def packed(self) -> np.ndarray:
        """One uint8 array of shape (height * 3 / 2, width): the planes behind each other, as `yuv420p` wants them."""
        whole = b"".join(plane.tobytes() for plane in (self.y, self.u, self.v))
        return np.frombuffer(whole, dtype=np.uint8).reshape(self.y.height * 3 // 2, self.y.width)


def _middle(plane: Image.Image, share: float, width: int, height: int) -> Image.Image:
    left, top = plane.width * (1 - share) / 2, plane.height * (1 - share) / 2
    box = (left, top, plane.width - left, plane.height - top)
    return plane.resize((width, height), Image.Resampling.BILINEAR, box=box)


@dataclass(frozen=True, slots=True)
class PlanarPlate:
    """Lettering made ready to be written on planes: its own planes, how clear they are, and where they go."""

    planes: Planes
    clear: Image.Image
    clear_half: Image.Image
    left: int
    top: int

    @classmethod
    def of(cls, plate: Image.Image, width: int, top: int) -> PlanarPlate:
        """From an RGBA plate, to stand in the middle of `width` with its upper edge at `top`."""
        even = plate.crop((0, 0, (plate.width + 1) // 2 * 2, (plate.height + 1) // 2 * 2))
        clear = even.getchannel("A")
        left = (width - even.width) // 4 * 2
        return cls(Planes.of(even.convert("RGB")), clear, clear.reduce(2), left, top // 2 * 2)

    def write_on(self, picture: Planes) -> None:
        corner, half = (self.left, self.top), (self.left // 2, self.top // 2)
        picture.y.paste(self.planes.y, corner, self.clear)
        picture.u.paste(self.planes.u, half, self.clear_half)
        picture.v.paste(self.planes.v, half, self.clear_half)
