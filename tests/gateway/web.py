"""The web process as the product runs it, for tests that kill it."""

import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]


class WebProcess:
    """uvicorn with the product's application; a restart keeps the port."""

    def __init__(self, *, log: Path, environment: dict[str, str]) -> None:
        self._log, self._environment = log, environment
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "WebProcess":
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)

    def start(self) -> None:
        """Start and wait until it listens."""
        words = ["-m", "uvicorn", "cloudstore.asgi:application", "--port", str(self.port), "--no-access-log"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        until = time.monotonic() + 60
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(OSError):
                self.connect().close()
                return
            time.sleep(0.05)
        raise AssertionError(f"the web process did not start: {self._log.read_text()[-2000:]}")

    def kill(self) -> None:
        """As a machine does it: at once, with nothing tidied up."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(20)

    def connect(self) -> socket.socket:
        """A connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text()
