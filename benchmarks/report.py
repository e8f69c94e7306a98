"""One line of the table of aims: our work beside its floor, both measured in the same run on the same machine."""

from __future__ import annotations

import json
import os
import platform
import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

# Their versions decide what a figure means.
_PACKAGES = ("django", "wagtail", "celery", "uvicorn", "psycopg", "pillow", "moviepy", "imageio-ffmpeg", "numpy")


@dataclass(frozen=True, slots=True)
class Row:
    """`floor` and `ours` are in `unit`; `ratio` is ours / floor. `aim` reads like "<= 1.05" or ">= 0.4".

    `note` names what was compared when the words of `work` do not say it.
    """

    work: str
    size: str
    floor: float
    ours: float
    ratio: float
    aim: str
    unit: str = "s"
    note: str = ""

    @property
    def met(self) -> bool:
        return meets(self.ratio, self.aim)


def row(work: str, size: str, *, floor: float, ours: float, aim: str, unit: str = "s", note: str = "") -> Row:
    """A row with its ratio worked out. Raises ValueError for a floor of zero: then nothing was measured."""
    if floor <= 0:
        raise ValueError(f"no floor was measured for {work}")
    return Row(work, size, floor, ours, ours / floor, aim, unit, note)


def meets(ratio: float, aim: str) -> bool:
    """Whether a ratio is as its aim says. Raises ValueError for an aim that is not "<= x" or ">= x"."""
    found = re.fullmatch(r"(<=|>=)\s*([\d.]+)", aim)
    if not found:
        raise ValueError(f"an aim reads '<= 1.05' or '>= 0.4', not {aim!r}")
    limit = float(found[2])
    return ratio <= limit if found[1] == "<=" else ratio >= limit


def side_by_side(rounds: int, *works: Callable[[], float]) -> tuple[float, ...]:
    """Medians of several interleaved rounds, so that a busy minute of the machine hits all works alike.

    Each work answers with its own measure (seconds, or a rate). The order turns from round to round.
    """
    measured: list[list[float]] = [[] for _ in works]
    for number in range(rounds):
        order = range(len(works)) if number % 2 == 0 else reversed(range(len(works)))
        for place in order:
            measured[place].append(works[place]())
    return tuple(statistics.median(values) for values in measured)


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def table(rows: Sequence[Row]) -> str:
    """The rows as text for people."""
    lines = [("work", "size", "floor", "ours", "ratio", "aim", "")]
    for line in rows:
        verdict = "ok" if line.met else "MISSED"
        figures = (f"{line.floor:.3g} {line.unit}", f"{line.ours:.3g} {line.unit}", f"{line.ratio:.2f}")
        lines.append((line.work, line.size, *figures, line.aim, verdict))
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def write(rows: Sequence[Row], folder: Path, *, size: str, stamp: str) -> Path:
    """Writes the run as JSON, with machine and versions, and returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stamp}-{size}.json"
    whole = {
        "at": stamp,
        "size": size,
        "machine": machine(),
        "versions": versions(),
        "rows": [{**asdict(line), "met": line.met} for line in rows],
    }
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def machine() -> dict[str, str | int]:
    return {"system": platform.system(), "release": platform.release(), "cores": os.cpu_count() or 0}


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
