"""A person at a browser without eyes: signs in, reads pages, fills the forms it finds there, sends them over real HTTP."""

import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urljoin

import httpx
from bs4 import BeautifulSoup
from bs4.element import Tag

T = TypeVar("T")
PATIENCE = 20.0


class StepFailed(Exception):
    """A step of the walk did not come to what it should; the message says what was asked and what came back."""


class Visitor:
    """One person with their own cookies, at one address of the product."""

    def __init__(self, base: str, *, name: str = "a visitor") -> None:
        self.name = name
        self.client = httpx.Client(base_url=base, follow_redirects=True, timeout=30, headers={"Accept-Language": "en"})

    def close(self) -> None:
        """End the connections."""
        self.client.close()

    def sign_in(self, username: str, password: str) -> None:
        """Sign in through the sign-in page."""
        page = self.open("/sign-in/")
        answer = self.send(page, {"login": username, "password": password})
        if "/sign-in/" in str(answer.url):
            raise StepFailed(f"{username} could not sign in")

    def open(self, address: str, *, expect: int = 200) -> httpx.Response:
        """Read a page. Raises StepFailed when it does not answer as expected."""
        answer = self.patiently(lambda: self.client.get(address))
        if answer.status_code != expect:
            raise StepFailed(f"{self.name}: GET {answer.url.path} answered {answer.status_code} instead of {expect}")
        return answer

    def form(self, page: httpx.Response, *, having: str = "") -> tuple[str, dict[str, Any]]:
        """The address and the present values of the first form of a page that has a field or button named `having`."""
        for form in BeautifulSoup(page.text, "html.parser").find_all("form"):
            if _word(form, "method").lower() == "post" and (not having or form.select_one(f'[name="{having}"]')):
                return urljoin(str(page.url), _word(form, "action")), _values(form)
        raise StepFailed(f"{self.name}: {page.url.path} has no form with {having or 'method post'}")

    def send(
        self, page: httpx.Response, values: dict[str, Any], *, having: str = "", files: Any = None, expect: int = 200
    ) -> httpx.Response:
        """Fill the form of a page with `values` (None leaves a field out) and send it as a browser would."""
        action, filled = self.form(page, having=having or next(iter(values), ""))
        filled |= values
        return self.post(
            action, {key: value for key, value in filled.items() if value is not None}, files=files, expect=expect
        )

    def post(self, address: str, data: Any = None, *, expect: int = 200, **more: Any) -> httpx.Response:
        """Send data with this person's CSRF token. Raises StepFailed when the answer is not as expected."""
        headers = {"X-CSRFToken": self.csrf(), "Referer": str(self.client.base_url)}
        headers |= more.pop("headers", {})
        answer = self.patiently(lambda: self.client.post(address, data=data, headers=headers, **more))
        if answer.status_code != expect:
            raise StepFailed(
                f"{self.name}: POST {answer.url.path} answered {answer.status_code} instead of {expect}: {problems(answer)}"
            )
        return answer

    def csrf(self) -> str:
        """This person's CSRF token, as the browser holds it."""
        return str(self.client.cookies.get("csrftoken") or "")

    def patiently(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        """Ask again while nobody answers: a web process that died is back within seconds. Forms are safe to send twice."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return ask()
            except httpx.TransportError as fault:
                if time.monotonic() > deadline:
                    raise StepFailed(
                        f"{self.name}: {self.client.base_url} does not answer ({type(fault).__name__})"
                    ) from None
                time.sleep(0.5)

    def link(self, page: httpx.Response, words: str, *, to: str = "") -> str:
        """The address of the first link whose text holds `words` and whose address holds `to`; empty when there is none."""
        for anchor in BeautifulSoup(page.text, "html.parser").find_all("a", href=True):
            if words in anchor.get_text(" ", strip=True) and to in str(anchor["href"]):
                return urljoin(str(page.url), str(anchor["href"]))
        return ""

    def wait_for(self, what: str, look: Callable[[], T | None], *, seconds: float = 60) -> T:
        """Look again and again until there is something. Raises StepFailed when time is up."""
        deadline = time.monotonic() + seconds
        while True:
            found = look()
            if found:
                return found
            if time.monotonic() > deadline:
                raise StepFailed(f"{self.name} waited {seconds:.0f} s for {what}")
            time.sleep(0.25)


def problems(answer: httpx.Response) -> str:
    """The error words of a page, for the failing line."""
    if "html" not in answer.headers.get("content-type", ""):
        return answer.text[:200]
    soup = BeautifulSoup(answer.text, "html.parser")
    words = [
        tag.get_text(" ", strip=True)
        for tag in soup.select(".cs-field__error, .error-message, [role=alert], .help-critical")
    ]
    return "; ".join(words)[:300] or "no reason given"


def _values(form: Tag) -> dict[str, Any]:
    """What the browser would send if nobody touched the form."""
    found: dict[str, Any] = {}
    for field in form.find_all(["input", "textarea", "select"]):
        name = _word(field, "name")
        if not name or field.has_attr("disabled"):
            continue
        kind = _word(field, "type").lower()
        if field.name == "select":
            chosen = [_word(option, "value") for option in field.find_all("option") if option.has_attr("selected")]
            first = field.find("option")
            fallback = _word(first, "value") if isinstance(first, Tag) else ""
            found[name] = chosen if field.has_attr("multiple") else (chosen or [fallback])[0]
        elif field.name == "textarea":
            found[name] = field.get_text()
        elif kind in ("checkbox", "radio"):
            if field.has_attr("checked"):
                found[name] = _word(field, "value") or "on"
        elif kind not in ("submit", "button", "file", "image"):
            found[name] = _word(field, "value")
    return found


def _word(tag: Tag, name: str) -> str:
    """An attribute as text; empty when it is not there."""
    return str(tag.get(name) or "")
