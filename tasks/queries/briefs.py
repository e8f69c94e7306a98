"""A task's brief as the phone shows it: sorted by what it is for, whatever order the manager wrote it in."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tasks.models import MatrixTask


@dataclass(frozen=True, slots=True)
class Scene:
    """One shot of the storyboard."""

    seconds: int
    picture: str
    words: str


@dataclass(frozen=True, slots=True)
class Material:
    """A file that may be used."""

    document_id: int
    title: str
    rights: str
    expires_on: date | None


@dataclass(slots=True)
class Brief:
    """The parts of a brief; empty lists where the manager wrote nothing."""

    goals: list[str] = field(default_factory=list)
    scenes: list[Scene] = field(default_factory=list)
    must_say: list[str] = field(default_factory=list)
    do_not_say: list[str] = field(default_factory=list)
    materials: list[Material] = field(default_factory=list)
    samples: list[Any] = field(default_factory=list)

    @property
    def seconds(self) -> int:
        """Length of the storyboard."""
        return sum(scene.seconds for scene in self.scenes)


def read(task: MatrixTask) -> Brief:
    """The brief of a task. Files that were deleted meanwhile fall away."""
    brief = Brief()
    for block in task.brief:
        _add(brief, block.block_type, block.value)
    return brief


def _add(brief: Brief, kind: str, value: Any) -> None:
    if kind == "goal":
        brief.goals.append(value)
    elif kind == "scene":
        brief.scenes.append(Scene(value["seconds"], value["picture"], value.get("words") or ""))
    elif kind == "must_say":
        brief.must_say += [line for line in value if line]
    elif kind == "do_not_say":
        brief.do_not_say += [line for line in value if line]
    elif kind == "material" and value.get("file"):
        document = value["file"]
        brief.materials.append(Material(document.pk, document.title, value["rights"], value.get("expires_on")))
    elif kind == "sample" and value:
        brief.samples.append(value)


def document_ids(task: MatrixTask) -> set[int]:
    """The documents that a task gives to its dealers."""
    return {material.document_id for material in read(task).materials}
