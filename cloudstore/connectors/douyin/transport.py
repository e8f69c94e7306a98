"""One HTTP call to the platform: sent once, answered in time, judged by its inner code.

Two answer shells exist, `{"data": {"error_code": 0, …}, "extra": {…}}` and `{"err_no": 0, "data": {…}}`, and HTTP 200
alone means nothing. Tokens and contents appear in no log line, exception or repr.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import IO, Any

import httpx

from cloudstore.connectors.douyin.codes import ACTIONS, action_for, wait_for
from cloudstore.connectors.douyin.parsing import MalformedBody, load_object, whole
from cloudstore.connectors.errors import Action, ConnectorError

ANSWER_LIMIT = 4_000_000
TIMEOUT = httpx.Timeout(connect=5.0, read=20.0, write=60.0, pool=5.0)
BODY_DEADLINE = 30.0
LONGEST_ACCEPTED_WAIT = 3_600.0

Files = Mapping[str, tuple[str, IO[bytes], str]]


class Transport:
    """A reused connection to one host.

    `base_url` must be https, except for a host on this machine. Redirects are not followed and proxies of the
    environment are not used. `body_deadline` bounds, in seconds, an answer that trickles in byte by byte.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: httpx.Timeout = TIMEOUT,
        body_deadline: float = BODY_DEADLINE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        _check_address(base_url)
        self._clock = clock
        self._body_deadline = body_deadline
        self._http = httpx.Client(
            base_url=base_url,
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "car-cloud-store", "Accept": "application/json"},
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=30),
        )

    def close(self) -> None:
        self._http.close()

    def call(
        self,
        name: str,
        method: str,
        path: str,
        *,
        access_token: str = "",
        query: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        files: Files | None = None,
        changes: bool = False,
    ) -> dict[str, Any]:
        """The answer's fields, those of `data` over those beside it. Numbers come as text with every digit.

        `changes` marks a call that alters something at the platform and must not be repeated blindly. Raises
        ConnectorError for everything that is not a clear success.
        """
        headers = {"access-token": access_token} if access_token else {}
        try:
            with self._http.stream(
                method, path, params=query, json=json, data=form, files=files, headers=headers
            ) as response:
                status, raw = response.status_code, self._take_in(name, response, changes)
                retry_after = _seconds(response.headers.get("retry-after"))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise self._error(name, "unreachable", Action.RETRY) from None
        except httpx.TimeoutException:
            raise self._error(name, "timeout", Action.RETRY, maybe_done=changes) from None
        except httpx.HTTPError:
            raise self._error(name, "broken_connection", Action.RETRY, maybe_done=changes) from None
        return self._judge(name, status, raw, retry_after, changes)

    def _take_in(self, name: str, response: httpx.Response, changes: bool) -> bytes:
        until = time.monotonic() + self._body_deadline
        raw = bytearray()
        for chunk in response.iter_bytes():
            raw += chunk
            if len(raw) > ANSWER_LIMIT:
                raise self._error(name, "answer_too_long", Action.FIX_CONFIGURATION, maybe_done=changes)
            if time.monotonic() > until:
                raise self._error(name, "timeout", Action.RETRY, maybe_done=changes)
        return bytes(raw)

    def _judge(self, name: str, status: int, raw: bytes, retry_after: float | None, changes: bool) -> dict[str, Any]:
        try:
            answer = load_object(raw, ANSWER_LIMIT)
        except MalformedBody:
            answer = {}
        code = inner_code(answer)
        if code is not None and code != 0 and (status == httpx.codes.OK or code in ACTIONS):
            action = action_for(code)
            raise self._error(name, str(code), action, retry_after=retry_after, maybe_done=changes and _unsure(action))
        if status != httpx.codes.OK:
            action = _action_for_status(status)
            unsure = changes and _unsure(action)
            raise self._error(name, f"http_{status}", action, retry_after=retry_after, maybe_done=unsure)
        if code is None:
            raise self._error(name, "unreadable_answer", Action.RETRY, maybe_done=changes)
        inner = answer.get("data")
        return {**answer, **(inner if isinstance(inner, dict) else {})}

    def _error(
        self, name: str, code: str, action: Action, *, retry_after: float | None = None, maybe_done: bool = False
    ) -> ConnectorError:
        wait = retry_after if retry_after is not None else wait_for(action, self._clock())
        return ConnectorError(code=code, action=action, call=name, retry_after=wait, maybe_done=maybe_done)


def inner_code(answer: Mapping[str, Any]) -> int | None:
    """The code inside the answer: the first that is not 0, 0 when all are, None when there is none to read."""
    data, extra = answer.get("data"), answer.get("extra")
    places = [
        data.get("error_code") if isinstance(data, dict) else None,
        answer.get("err_no"),
        extra.get("error_code") if isinstance(extra, dict) else None,
    ]
    codes = [code for code in map(whole, places) if code is not None]
    return next((code for code in codes if code != 0), 0 if codes else None)


def _unsure(action: Action) -> bool:
    """After "busy" or a broken gateway the platform may have acted; after a refusal it has not."""
    return action is Action.RETRY


def _action_for_status(status: int) -> Action:
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return Action.SLOW_DOWN
    if status == httpx.codes.UNAUTHORIZED:
        return Action.REFRESH_TOKEN
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.REQUEST_TIMEOUT:
        return Action.RETRY
    if status < httpx.codes.BAD_REQUEST or status in (httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND):
        return Action.FIX_CONFIGURATION  # a redirect included: a moved host is for a person to decide
    return Action.FIX_REQUEST


def _seconds(header: str | None) -> float | None:
    """A Retry-After in seconds, within reason. The date form is not used by this platform."""
    number = whole(header)
    return None if number is None or number < 0 else min(float(number), LONGEST_ACCEPTED_WAIT)


def _check_address(base_url: str) -> None:
    url = httpx.URL(base_url)
    if url.scheme == "https" and url.host:
        return
    if url.scheme == "http" and (url.host == "localhost" or _is_loopback(url.host)):
        return
    raise ValueError("The platform's address must begin with https:// (http:// is for this machine only)")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
