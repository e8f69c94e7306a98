"""The platform simulator as a process of its own, for tests that need a platform at the other end.

with SimulatorProcess(state=tmp_path / "douyin.sqlite3", target="http://127.0.0.1:8000") as platform:
    (account,) = platform.accounts("od_1")
    platform.fire("lead_card", open_id="od_1", phone="13800138000")
    platform.settle()
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import httpx

ROOT = Path(__file__).resolve().parent.parent
READY = "Platform simulator at "
CLIENT_KEY = "ck_demo"
CLIENT_SECRET = "dy_secret_demo"


class SimulatorProcess:
    """Starts, stops, kills and restarts the simulator; a restart keeps the port and the state."""

    def __init__(self, *, state: Path, target: str = "http://127.0.0.1:9", port: int = 0) -> None:
        self.state = state
        self.target = target
        self.port = port
        self._process: subprocess.Popen[str] | None = None
        self._http = httpx.Client(timeout=30, trust_env=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._http.close()

    def start(self) -> Self:
        command = [sys.executable, "-m", "cloudstore.connectors.simulator", "--port", str(self.port)]
        command += ["--state", str(self.state), "--target", self.target]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line.startswith(READY):
            raise RuntimeError(f"the simulator did not start: {line!r}")
        self.port = int(line.strip().rsplit(":", 1)[1])
        return self

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a machine does it: no chance to tidy up."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        self._process.wait(timeout=20)
        if self._process.stdout:
            self._process.stdout.close()
        self._process = None

    def get(self, lever: str, **query: object) -> dict[str, Any]:
        given = {key: str(value) for key, value in query.items()}
        return self._read(self._http.get(f"{self.url}/_control/{lever}", params=given))

    def pull(self, lever: str, **values: Any) -> dict[str, Any]:
        """One lever of the control room, e.g. `pull("behaviour", repeat=1)`."""
        return self._read(self._http.post(f"{self.url}/_control/{lever}", json=values))

    @staticmethod
    def _read(response: httpx.Response) -> dict[str, Any]:
        answer: dict[str, Any] = response.json()
        if response.status_code != 200:
            raise AssertionError(f"{response.status_code}: {answer}")
        return answer

    def accounts(self, *open_ids: str, **fields: Any) -> list[dict[str, Any]]:
        """Make accounts; each comes with an authorisation `code` for the real token call."""
        listed: list[dict[str, Any]] = self.pull(
            "accounts", accounts=[{"open_id": open_id, **fields} for open_id in open_ids]
        )["accounts"]
        return listed

    def fire(self, event: str, **values: Any) -> dict[str, Any]:
        return self.pull("fire", event=event, **values)

    def advance(self, seconds: float) -> None:
        self.pull("clock", advance=seconds)

    def settle(self, *, everything: bool = False, timeout: float = 15.0) -> bool:
        """Wait until all webhooks that are due have been tried; with `everything` until none waits for a retry."""
        query = {"all": 1} if everything else {}
        return bool(self.get("idle", timeout=timeout, **query)["idle"])

    def deliveries(self, **filters: object) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.get("deliveries", **filters)["deliveries"]
        return listed
