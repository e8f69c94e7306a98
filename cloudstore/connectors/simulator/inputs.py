"""What a caller sent: query, headers and a body that may be form, JSON or multipart, with or without its length."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.requests import Request

from cloudstore.connectors.simulator.shells import Refusal

BAD_PARAMETER = 28_001_007
LARGEST_TEXT_BODY = 1_000_000


@dataclass(slots=True)
class Inputs:
    """`values` holds body fields over query fields."""

    values: dict[str, Any]
    files: dict[str, UploadFile] = field(default_factory=dict)
    access_token: str = ""

    def text(self, key: str, default: str = "") -> str:
        """A value as text; numbers are welcome."""
        value = self.values.get(key)
        return default if value is None or isinstance(value, dict | list) else str(value)

    def need(self, key: str) -> str:
        found = self.text(key)
        if not found:
            raise Refusal(BAD_PARAMETER, f"{key} is required")
        return found

    def whole(self, key: str, default: int, *, most: int = 2**62) -> int:
        try:
            number = int(self.text(key) or default)
        except ValueError:
            raise Refusal(BAD_PARAMETER, f"{key} must be a whole number") from None
        if not 0 <= number <= most:
            raise Refusal(BAD_PARAMETER, f"{key} must lie between 0 and {most}")
        return number

    def items(self, key: str) -> list[Any]:
        value = self.values.get(key)
        return value if isinstance(value, list) else []


async def take_in(request: Request) -> Inputs:
    """Read a request. An empty body is an empty object; nonsense is refused as a bad parameter."""
    inputs = Inputs(values=dict(request.query_params))
    inputs.access_token = request.headers.get("access-token") or request.headers.get("access_token") or ""
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        for key, value in (await request.form(max_files=2, max_fields=20)).multi_items():
            if isinstance(value, UploadFile):
                inputs.files[key] = value
            else:
                inputs.values[key] = value
    else:
        inputs.values |= _fields(await _body(request), kind)
    inputs.access_token = inputs.access_token or inputs.text("access_token")
    return inputs


async def _body(request: Request) -> bytes:
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LARGEST_TEXT_BODY:
            raise Refusal(BAD_PARAMETER, "the body is too long")
    return bytes(raw)


def _fields(raw: bytes, kind: str) -> dict[str, Any]:
    try:
        words = raw.decode().strip()
    except UnicodeDecodeError:
        raise Refusal(BAD_PARAMETER, "the body is not UTF-8") from None
    if not words:
        return {}
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(words, keep_blank_values=True))
    try:
        value = json.loads(words)
    except (ValueError, RecursionError):
        raise Refusal(BAD_PARAMETER, "the body is neither JSON nor a form") from None
    if not isinstance(value, dict):
        raise Refusal(BAD_PARAMETER, "the body must be an object")
    return value
