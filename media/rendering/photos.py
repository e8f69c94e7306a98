"""Photos for a story: judged by their headers, then decoded in a child and written anew without anything private."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from media.rendering.child import MIB, Cage, job_folder, run_child
from media.rendering.errors import RenderFailed, RenderRefused
from media.rendering.sniff import HEAD_BYTES, name_content, refuse_polyglots
from media.rules.accept import accepted, decide_photos, photo_count
from media.rules.facts import PhotoFacts
from media.rules.limits import PHOTO_LIMITS, PhotoLimits
from media.rules.refusals import Finding, Refusal

KINDS = frozenset({"jpeg", "png", "webp"})
# Longest side of a kept photo; twice the height of a phone's screen is enough to print a story from.
KEPT_SIDE = 3840
LOOK_CAGE = Cage(memory_bytes=512 * MIB, cpu_seconds=5, wall_seconds=10.0, output_bytes=1 * MIB)
# Forty megapixels with four bytes each, in two copies while turning upright.
TAKE_CAGE = Cage(memory_bytes=1024 * MIB, cpu_seconds=60, wall_seconds=90.0, output_bytes=128 * MIB)
# Photos up to this shape (width / height) fill the tall canvas; wider ones would lose the car's ends.
_TALL_UP_TO = 0.8
_WORKER = Path(__file__).with_name("photo_child.py")


@dataclass(frozen=True, slots=True)
class PhotoExamination:
    """Facts of the readable photos, in order, and what speaks against the set."""

    photos: tuple[PhotoFacts, ...]
    findings: tuple[Finding, ...]

    @property
    def accepted(self) -> bool:
        return bool(self.photos) and accepted(self.findings)


def examine_photos(paths: Sequence[Path], limits: PhotoLimits = PHOTO_LIMITS) -> PhotoExamination:
    """Judges photos without decoding them. Raises RenderFailed only when the look itself broke off."""
    if len(paths) > limits.max_photos:
        return PhotoExamination((), tuple(photo_count(len(paths), limits)))
    refused = [finding for place, path in enumerate(paths, start=1) for finding in _by_content(path, place, limits)]
    if refused or not paths:
        return PhotoExamination((), (*refused, *photo_count(len(paths), limits)))
    answers = _ask("look", {"photos": [str(path.resolve()) for path in paths]}, LOOK_CAGE)
    damaged = [
        Finding(Refusal.PHOTO_DAMAGED, {"photo": place})
        for place, answer in enumerate(answers, start=1)
        if "error" in answer
    ]
    if damaged:
        return PhotoExamination((), tuple(damaged))
    facts = tuple(
        PhotoFacts(answer["kind"], path.stat().st_size, answer["width"], answer["height"], answer["frames"])
        for path, answer in zip(paths, answers, strict=True)
    )
    return PhotoExamination(facts, decide_photos(facts, limits))


def keep_photo(source: Path, target: Path, limits: PhotoLimits = PHOTO_LIMITS) -> tuple[int, int]:
    """Writes the photo anew as JPEG at `target`: upright, at most `KEPT_SIDE` long, no EXIF; returns width, height.

    Raises RenderRefused(PHOTO_DAMAGED) when it does not decode. Judge it with `examine_photos` before.
    """
    request = {"width": KEPT_SIDE, "height": KEPT_SIDE, "canvas": False, "format": "JPEG", "options": {"quality": 90}}
    with job_folder(beside=target.parent) as job:
        made = job / "photo.jpg"
        size = _take([(source, made)], request, limits)[0]
        made.replace(target)
    return size


def prepare_canvases(
    sources: Sequence[Path], folder: Path, width: int, height: int, limits: PhotoLimits = PHOTO_LIMITS
) -> list[Path]:
    """Each photo on a canvas of the given size, as plain PNG in `folder`; raises as `keep_photo` does."""
    targets = [folder / f"photo-{place}.png" for place in range(len(sources))]
    request: dict[str, Any] = {"width": width, "height": height, "canvas": True, "tall_up_to": _TALL_UP_TO}
    request |= {"format": "PNG", "options": {"compress_level": 1}}
    _take(list(zip(sources, targets, strict=True)), request, limits)
    return targets


def _by_content(path: Path, place: int, limits: PhotoLimits) -> list[Finding]:
    size = path.stat().st_size
    if size == 0:
        return [Finding(Refusal.EMPTY_FILE, {"photo": place})]
    if size > limits.max_bytes:
        facts = {"photo": place, "megabytes": round(size / MIB, 1), "limit": limits.max_bytes // MIB}
        return [Finding(Refusal.PHOTO_TOO_BIG, facts)]
    with path.open("rb") as file:
        kind = name_content(file.read(HEAD_BYTES))
    if kind not in KINDS:
        return [Finding(Refusal.NOT_A_PHOTO, {"photo": place, "looks_like": kind})]
    try:
        refuse_polyglots(path)
    except RenderRefused as refusal:
        return [Finding(refusal.code, {**refusal.facts, "photo": place})]
    return []


def _take(pairs: Sequence[tuple[Path, Path]], request: dict[str, Any], limits: PhotoLimits) -> list[tuple[int, int]]:
    photos = [{"source": str(source.resolve()), "target": str(target.resolve())} for source, target in pairs]
    answers = _ask("take", {**request, "photos": photos, "max_pixels": limits.max_pixels}, TAKE_CAGE)
    for place, answer in enumerate(answers, start=1):
        if "error" in answer:
            raise RenderRefused(Refusal.PHOTO_DAMAGED, {"photo": place})
    return [(answer["width"], answer["height"]) for answer in answers]


def _ask(action: str, request: dict[str, Any], cage: Cage) -> list[dict[str, Any]]:
    with job_folder() as job:
        command = [sys.executable, "-I", str(_WORKER), action, json.dumps(request)]
        ended = run_child(command, folder=job, cage=cage)
    if ended.returncode == 0:
        answers: list[dict[str, Any]] = json.loads(ended.output)
        return answers
    if ended.returncode in (-9, -15):
        raise RenderFailed("killed", permanent=False, detail=ended.complaints)
    # A decoder that crashed or ran out of its limits did so over one of these photos.
    return [{"error": "damaged"} for _ in request["photos"]]
