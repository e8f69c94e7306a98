"""Time limits for many requests at once: one timer looks after all of them, for a timer each would cost more than the work."""

import asyncio
import time
from types import TracebackType


class Limits:
    """Ends what takes longer than `seconds`, up to a tenth of that too late."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until: dict[asyncio.Task[None], float] = {}
        self._ended: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._until[task] = time.monotonic() + self.seconds
        loop = task.get_loop()
        if self._loop is not loop:
            self._loop = loop
            loop.call_later(self.seconds / 10, self._look)

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, place: TracebackType | None
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._until.pop(task, None)
        if task in self._ended:
            self._ended.discard(task)
            task.uncancel()
            if kind is asyncio.CancelledError:
                raise TimeoutError from fault

    def _look(self) -> None:
        now = time.monotonic()
        for task in [task for task, until in self._until.items() if until <= now]:
            del self._until[task]
            self._ended.add(task)
            task.cancel()
        if self._until and self._loop is not None:
            self._loop.call_later(self.seconds / 10, self._look)
        else:
            self._loop = None
