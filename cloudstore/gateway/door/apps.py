"""Whose door is it? All registrations with their valid secrets, kept in the process for a few seconds."""

import asyncio
import logging
import time
from dataclasses import dataclass, field

from cloudstore.gateway.door.stores import StoreAway
from cloudstore.gateway.door.writer import Writer
from cloudstore.gateway.registrations import secret_aad
from cloudstore.kit.crypto import CannotUnseal, unseal

log = logging.getLogger(__name__)

#: Platforms whose signatures this door can verify.
PLATFORMS = frozenset({"douyin"})
FRESH_SECONDS = 10.0
#: Strangers must not be able to make us read the table more often than this.
AT_MOST_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class App:
    """One registration: its brand and the secrets valid now, the current one first."""

    platform: str
    client_key: str
    brand_id: int
    secrets: tuple[str, ...] = field(repr=False)


class Apps:
    """The registrations as last read. An old copy serves while the database is away; without any, StoreAway is raised."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._known: dict[tuple[str, str], App] = {}
        self._read_at = float("-inf")
        self._reading: asyncio.Future[None] | None = None

    async def find(self, platform: str, client_key: str) -> App | None:
        """The registration of this name. One that was made a moment ago is found too."""
        age = time.monotonic() - self._read_at
        known = self._known.get((platform, client_key))
        if age > FRESH_SECONDS or (known is None and age > AT_MOST_EVERY):
            await self._read()
            known = self._known.get((platform, client_key))
        return known

    async def again(self, app: App) -> App | None:
        """The registration read anew, unless that was done a moment ago."""
        if time.monotonic() - self._read_at > AT_MOST_EVERY:
            await self._read()
        return self._known.get((app.platform, app.client_key))

    def forget(self) -> None:
        """Read anew at the next request."""
        self._read_at = float("-inf")

    async def _read(self) -> None:
        """Requests that need the same reading share it."""
        reading = self._reading
        if reading is None or reading.done() or reading.get_loop() is not asyncio.get_running_loop():
            reading = self._reading = asyncio.ensure_future(self._read_now())
        await asyncio.shield(reading)

    async def _read_now(self) -> None:
        try:
            rows = await self._writer.registrations()
        except StoreAway:
            if not self._known:
                raise
            return
        finally:
            self._read_at = time.monotonic()
        self._known = {(row[0], row[1]): _app(*row) for row in rows if row[0] in PLATFORMS}


def _app(platform: str, client_key: str, brand_id: int, secret: bytes, former: bytes) -> App:
    """Unsealed. A secret that does not open is as good as none: everything signed with it is refused, and the log says why."""
    found = []
    for sealed in (secret, former):
        try:
            found.append(unseal(sealed, secret_aad(client_key)))
        except CannotUnseal:
            log.error("door: a secret of app %s cannot be unsealed", client_key)
    return App(platform, client_key, brand_id, tuple(filter(None, found)))
