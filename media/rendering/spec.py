"""What a rendition is made of, as plain values with a stable name: same input and same wishes, same file name."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from media.rules.marks import Mark

# Raise when the recipe changes what the picture looks like, so that results of the old one are not taken for new.
RECIPE = 1


class Background(StrEnum):
    """What fills the canvas around a clip that is not as tall as the canvas."""

    BLUR = "blur"
    BRAND = "brand"


@dataclass(frozen=True, slots=True)
class EndCard:
    """The brand's last two seconds. `initials` stand in the logo's place; texts are drawn, never interpreted."""

    brand: str
    dealer: str
    colour: str = "#2F5BEA"
    initials: str = ""
    line: str = ""
    milliseconds: int = 2000


@dataclass(frozen=True, slots=True)
class RenderSpec:
    """How a clip is rendered. Everything that changes a pixel is in here, and nothing else is."""

    card: EndCard | None
    mark: Mark = Mark.NONE
    mark_text: str = ""
    background: Background = Background.BLUR
    width: int = 1080
    height: int = 1920
    fps: int = 30
    quality: int = 21
    preset: str = "veryfast"
    max_bit_rate_kbit: int = 8000

    @property
    def ground(self) -> str:
        """Colour of a plain background: the brand's, or the product's near-black."""
        return self.card.colour if self.card else "#0B1020"

    @property
    def card_ms(self) -> int:
        return self.card.milliseconds if self.card else 0


def fingerprint(source_sha256: str, spec: object, *, kind: str) -> str:
    """Name of a result: 32 hexadecimal digits out of the input's hash and every field of the (dataclass) spec."""
    wishes = json.dumps(asdict(spec), sort_keys=True, ensure_ascii=True, default=str)  # type: ignore[call-overload]
    whole = f"{kind}/{RECIPE}/{source_sha256}/{wishes}"
    return hashlib.sha256(whole.encode()).hexdigest()[:32]
