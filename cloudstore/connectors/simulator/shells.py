"""How the platform answers: two shells for its calls, a third for tokens, and refusals inside HTTP 200."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Shell(StrEnum):
    A = "a"  # {"data": {"error_code": …}, "extra": {…}}
    B = "b"  # {"err_no": …, "data": {…}}
    TOKEN = "token"  # noqa: S105 - {"data": {…}, "message": "success"}


class Refusal(Exception):
    """The platform says no. `code` is one of its documented codes."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call gives: fields of `data`, and those few that stand beside it."""

    data: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, Any] = field(default_factory=dict)


def dress(shell: Shell, answer: Answer, *, code: int, description: str, now: float) -> dict[str, Any]:
    """The JSON object of an answer or a refusal in its shell."""
    log_id = hashlib.sha256(f"{now}".encode()).hexdigest()[:32]
    if shell is Shell.B:
        return {"err_no": code, "err_msg": description, "log_id": log_id, "data": answer.data, **answer.beside}
    data = {**answer.data, "error_code": code, "description": description}
    if shell is Shell.TOKEN:
        return {"data": {**data, "captcha": "", "desc_url": "", "log_id": log_id}, "message": _word(code)}
    extra = {
        "error_code": code,
        "description": description,
        "sub_error_code": 0,
        "sub_description": "",
        "logid": log_id,
        "now": int(now * 1000),
    }
    return {"data": data, "extra": extra, **answer.beside}


def _word(code: int) -> str:
    return "error" if code else "success"


def numbers_as_text(value: Any) -> Any:
    """The same answer with its numbers as text, as some of the platform's gateways send them."""
    if isinstance(value, dict):
        return {key: numbers_as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [numbers_as_text(inner) for inner in value]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
