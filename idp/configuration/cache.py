"""Clients and signing keys as this node holds them: read again when `config_version` has moved (DESIGN 5.8).

The version is read every 400 ms. Authority older than a second is not used: it is read anew for the request, and if
that fails the answer is 503, never a guess.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from idp.clients.model import Client
from idp.clock import Clock
from idp.database import Database, DatabaseUnavailable
from idp.edge.cors import allowed_origins
from idp.ids import ClientId
from keys.keyring import Keyring
from keys.rotation import KeyRecord

if TYPE_CHECKING:
    from idp.transaction import Tx

_INTERVAL = 0.4
_OLDEST = 1.0
_log = logging.getLogger("hpid.configuration")


class ConfigurationCache:
    """What every request may ask without a statement."""

    def __init__(self, database: "Database[Tx]", keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._version = -1
        self._read_at = float("-inf")
        self._clients: Mapping[ClientId, Client] = {}
        self._reading = asyncio.Lock()
        self.origins: frozenset[str] = frozenset()

    async def client(self, client_id: ClientId) -> Client | None:
        """Return the client as registered at most a second ago; raises DatabaseUnavailable when nobody can say."""
        await self.make_fresh()
        return self._clients.get(client_id)

    async def make_fresh(self) -> None:
        """Read again if what is held is older than a second."""
        if self._clock.stopwatch() - self._read_at > _OLDEST:
            async with self._reading:
                if self._clock.stopwatch() - self._read_at > _OLDEST:
                    await self.refresh()

    async def refresh(self) -> None:
        """Ask for the version; read clients and keys again if it moved."""
        asked_at = self._clock.stopwatch()
        version = await self._database.read(_read_version)
        if version != self._version:
            version, clients, keys = await self._database.read(_read_all)
            self._keyring.replace(keys)
            self._clients = {client.facts.client_id: client for client in clients}
            self.origins = allowed_origins(client.facts for client in clients)
            self._version = version
        self._read_at = asked_at

    async def keep_fresh(self) -> None:
        """Refresh for ever; a database that is away is tried again at the next turn."""
        away = False
        while True:
            try:
                await self.refresh()
                away = False
            except DatabaseUnavailable as error:
                if not away:
                    _log.warning("configuration can't be read: %s", error)
                away = True
            await asyncio.sleep(_INTERVAL)


def _read_version(tx: "Tx") -> int:
    return tx.configuration.version()


def _read_all(tx: "Tx") -> tuple[int, tuple[Client, ...], tuple[KeyRecord, ...]]:
    return tx.configuration.version(), tx.clients.all(), tx.signing_keys.all()
