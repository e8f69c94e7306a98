"""A fingerprint of what a clip looks like, to find the same clip again after cutting, scaling or re-encoding.

Four moments of the clip, sixteen bits each: the signs of the coarsest cosine components around their median. Two
unrelated clips differ in about 32 of the 64 bits; the rules treat 6 or fewer as "nearly the same" (see `rules`).
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from media.rendering.frames import frames_at
from media.rules.facts import Probe

SIDE = 32
BITS_PER_MOMENT = 16
# Away from the very ends, which are black or cut differently in copies.
MOMENTS = (0.125, 0.375, 0.625, 0.875)
NEAR = 6
# A component smaller than this is noise of the encoder; without the step, black frames would get random bits.
_STEP = 8.0


def perceptual_hash(clip: Path, probe: Probe) -> str:
    """Sixteen hexadecimal digits. Take it of the upload, not of the rendition, whose end card all share."""
    moments = [round(probe.duration_ms * share) for share in MOMENTS]
    return hash_frames(frames_at(clip, probe, moments, width=SIDE, height=SIDE, grey=True, squeeze=True))


def hash_frames(frames: list[np.ndarray]) -> str:
    """The hash of four grey frames of `SIDE` x `SIDE`."""
    bits = np.concatenate([_bits(frame) for frame in frames])
    return np.packbits(bits).tobytes().hex()


def distance(first: str, second: str) -> int:
    """Number of differing bits, 0 to 64."""
    return (int(first, 16) ^ int(second, 16)).bit_count()


def near_duplicate(first: str, second: str, *, limit: int = NEAR) -> bool:
    """True when both clips look the same. A clip without any structure (all black) resembles nothing."""
    return featured(first) and featured(second) and distance(first, second) <= limit


def featured(value: str) -> bool:
    return int(value, 16) != 0


def _bits(frame: np.ndarray) -> np.ndarray:
    basis = _basis()
    components = basis @ frame.astype(np.float64) @ basis.T
    coarse = np.array([components[row, column] for row, column in _zigzag()])
    steps = np.rint(coarse / _STEP)
    return (steps > np.median(steps)).astype(np.uint8)


@functools.cache
def _basis() -> np.ndarray:
    """Orthonormal type-II cosine basis, the first rows only: the finer ones are never asked for."""
    rows, places = np.arange(8)[:, None], np.arange(SIDE)[None, :]
    basis = np.cos(np.pi * (2 * places + 1) * rows / (2 * SIDE)) * np.sqrt(2.0 / SIDE)
    basis[0] /= np.sqrt(2.0)
    return basis


@functools.cache
def _zigzag() -> tuple[tuple[int, int], ...]:
    """Coarsest components first, without the mean brightness."""
    places = [(row, column) for row in range(8) for column in range(8) if row + column > 0]
    return tuple(sorted(places, key=lambda place: (place[0] + place[1], place[0]))[:BITS_PER_MOMENT])
