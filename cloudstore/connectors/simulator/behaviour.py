"""How the platform may be told to misbehave. Kept in the state file; `Behaviour()` is the polite platform."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Webhooks first, then answers, then limits. Times in seconds, sizes in bytes.

    repeat: further copies of every delivery, same Msg-Id and bytes. reorder: hold back so many deliveries, then send
    them last first. delay: wait before the first try. drop_share: this share is never sent (decided by Msg-Id).
    content_as: `alternate`, `object` or `text`. wrong_signatures: so many further deliveries are signed wrongly.
    retry_waits: the waits between the three tries. cancel_after: switch an event off after so many time-outs in a row.
    """

    repeat: int = 0
    reorder: int = 0
    delay: float = 0.0
    drop_share: float = 0.0
    content_as: str = "alternate"
    wrong_signatures: int = 0
    without_msg_id: bool = False
    concurrency: int = 1
    webhook_time_out: float = 5.0
    retry_waits: tuple[float, ...] = (5.0, 30.0)
    cancel_after: int = 0

    numbers_as_text: bool = False
    empty_first_page: bool = False
    partial_lists: bool = False
    shift_pages: bool = False
    review_seconds: float = 0.0
    room_ready_after: float = 3600.0
    views_scale: float = 1.0

    part_minimum: int = 5 * 1024 * 1024
    single_upload_maximum: int = 128 * 1024 * 1024

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """From JSON. Raises ValueError naming a key that does not exist or a value of the wrong kind."""
        known = {field.name: getattr(cls(), field.name) for field in fields(cls)}
        for key, value in values.items():
            if key not in known:
                raise ValueError(f"{key}: no such behaviour; there are {', '.join(sorted(known))}")
            if not _alike(known[key], value):
                raise ValueError(f"{key}: expected something like {known[key]!r}")
        waits = {"retry_waits": tuple(values["retry_waits"])} if "retry_waits" in values else {}
        return cls(**{**values, **waits})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def _alike(example: object, value: object) -> bool:
    if isinstance(example, bool) or isinstance(value, bool):
        return isinstance(example, bool) and isinstance(value, bool)
    if isinstance(example, tuple):
        return isinstance(value, list | tuple) and all(isinstance(part, int | float) for part in value)
    if isinstance(example, float):
        return isinstance(value, int | float)
    return isinstance(value, type(example))
