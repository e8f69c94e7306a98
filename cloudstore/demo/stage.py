"""Where the main job is played: the people at their browsers and the platform's levers."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from cloudstore.demo.visitor import StepFailed, Visitor


@dataclass
class Stage:
    """Where the play takes place: the people at their browsers, and what came of the steps so far."""

    url: str
    platform: httpx.Client
    password: str
    folder: Path
    people: dict[str, Visitor] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)

    def person(self, username: str) -> Visitor:
        """The signed-in browser of one person; empty name = a customer."""
        if username not in self.people:
            self.people[username] = Visitor(self.url, name=username or "a customer")
            if username:
                self.people[username].sign_in(username, self.password)
        return self.people[username]

    def pull(self, lever: str, **values: Any) -> dict[str, Any]:
        """Use a lever of the platform simulator."""
        try:
            answer = self.platform.post(f"/_control/{lever}", json=values)
        except httpx.TransportError as fault:
            raise StepFailed(f"the platform simulator does not answer ({type(fault).__name__})") from None
        if answer.status_code >= 400:
            raise StepFailed(f"the platform simulator refused {lever}: {answer.text[:200]}")
        found: dict[str, Any] = answer.json()
        return found
