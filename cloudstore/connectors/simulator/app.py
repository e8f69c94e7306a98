"""The web application: the platform's calls, its pages, the lever room, and the task that sends webhooks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette

from cloudstore.connectors.simulator import connect, control, endpoints, page
from cloudstore.connectors.simulator.platform import Platform


def build(platform: Platform) -> Starlette:
    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        sender = asyncio.create_task(platform.outbox.run())
        try:
            yield
        finally:
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sender
            platform.close()

    routes = [
        *endpoints.routes(platform),
        *connect.routes(platform),
        *control.routes(platform),
        *page.routes(platform),
    ]
    return Starlette(routes=routes, lifespan=life)
