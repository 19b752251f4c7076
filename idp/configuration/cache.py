"""Clients and signing keys as this node holds them: read again when `config_version` has moved (DESIGN 5.8).

The version is read every 400 ms. Authority older than a second is not used: it is read anew for the request, and if
that fails the answer is 503, never a guess. Nobody is refused for what only this node has not read yet: who was just
registered at another one is looked for once more.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from idp.clients.model import Client
from idp.clients.origins import browser_origins
from idp.clock import Clock
from idp.database import Database, DatabaseUnavailable
from idp.ids import ClientId
from idp.log import fields
from idp.protocol.context import realm_of
from idp.protocol.facts import ClientFacts, Realm
from idp.protocol.open_ways import takes_city_sign_in
from idp.upstreams.model import Maintenance
from keys.keyring import Keyring, UnusableKeyRecord
from keys.rotation import KeyRecord

if TYPE_CHECKING:
    from idp.transaction import Tx

_INTERVAL = 0.4
_OLDEST = 1.0
_log = logging.getLogger("hpid.configuration")


class StateRefused(DatabaseUnavailable):
    """The database answers, and what it holds is not for this process; the text says why."""


class MasterKeyOutdated(StateRefused):
    """What lies in the database was sealed anew, under a version of the master key that this process has not.

    It could find and open nothing of anybody: who signs in would be told that the password is wrong.
    """

    def __init__(self) -> None:
        super().__init__(
            "sealed anew under a version of the master key that this process does not know: bring it the new file and "
            "start it again"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Configuration:
    version: int
    clients: tuple[Client, ...]
    keys: tuple[KeyRecord, ...]
    epoch_began_at: datetime | None
    maintenance: tuple[Maintenance, ...]


class ConfigurationCache:
    """What every request may ask without a statement."""

    def __init__(self, database: "Database[Tx]", keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._version = -1
        self._read_at = float("-inf")
        self._clients: Mapping[ClientId, Client] = {}
        self._check: Callable[[Tx], None] | None = None
        self._epoch_began_at: datetime | None = None
        self._outdated: MasterKeyOutdated | None = None
        self._looking = asyncio.Lock()
        self.origins: frozenset[str] = frozenset()
        self.logos: frozenset[str] = frozenset()
        """Digests of the images that clients show."""
        self._services: tuple[ClientFacts, ...] = ()
        self.city_sign_in: Mapping[bool, bool] = {True: False, False: False}
        """Whether city credentials stand in for the national system → whether they lead into any service of citizens."""
        self.maintenance: Mapping[str, Maintenance] = {}
        """Upstream → the switch an operator has set, which may be over."""

    def require(self, check: "Callable[[Tx], None]") -> None:
        """Take nothing from a database before it passed a check, which raises StateRefused.

        It is asked with the first reading, whenever that is: a database may come up later than we do.
        """
        self._check = check

    async def client(self, client_id: ClientId) -> Client | None:
        """Return the client as registered at most a second ago; raises DatabaseUnavailable when nobody can say."""
        asked_at = self._clock.stopwatch()
        if asked_at - self._read_at > _OLDEST:
            self._take(await self._database.read(self._load), asked_at)
        return self._clients.get(client_id)

    async def services(self) -> tuple[ClientFacts, ...]:
        """Return the enabled clients people sign in at, as `client` returns one; raises DatabaseUnavailable likewise."""
        asked_at = self._clock.stopwatch()
        if asked_at - self._read_at > _OLDEST:
            self._take(await self._database.read(self._load), asked_at)
        return self._services

    async def client_now(self, client_id: ClientId) -> Client | None:
        """Return the client as it is registered by now, for whoever would else be refused; raises DatabaseUnavailable.

        However many ask at once, the version is read by one after the other, and by nobody who waited for such a reading.
        """
        asked_at = self._clock.stopwatch()
        async with self._looking:
            if self._read_at < asked_at:
                await self.refresh()
        return self._clients.get(client_id)

    async def enabled(self, client_id: ClientId) -> ClientFacts | None:
        """Return the client if it is registered and enabled, be it only just now; raises DatabaseUnavailable."""
        known = await self.client(client_id)
        if known is None or not known.facts.enabled:
            known = await self.client_now(client_id)
        return known.facts if known is not None and known.facts.enabled else None

    def last_known(self, client_id: ClientId) -> Client | None:
        """Return the client as it was read last, however long ago that is: for pages that must not fail."""
        return self._clients.get(client_id)

    @property
    def epoch_began_at(self) -> datetime | None:
        """Return when the database was last restored: what was issued before counts no more (adr/0027).

        It changes while no node runs. Raises DatabaseUnavailable as long as it was never read.
        """
        if self._version < 0:
            raise DatabaseUnavailable("the configuration was never read")
        return self._epoch_began_at

    def is_of_before(self, issued_at: datetime) -> bool:
        """Tell whether this was issued before the database was last restored."""
        began_at = self.epoch_began_at
        return began_at is not None and issued_at < began_at

    def knows(self, client_id: ClientId) -> bool:
        """Tell whether a client of this name was registered when last read: good for a label, not for authority."""
        return client_id in self._clients

    @property
    def age(self) -> float | None:
        """Return the seconds since clients and keys were known to be current; None before the first reading."""
        return None if self._version < 0 else self._clock.stopwatch() - self._read_at

    def check(self) -> None:
        """Raise MasterKeyOutdated where nothing can be opened any more: what a job can't read it would give up."""
        if self._outdated is not None:
            raise self._outdated

    async def refresh(self) -> None:
        """Ask for the version; take clients and keys anew if it moved."""
        asked_at = self._clock.stopwatch()
        self._take(await self._database.read(self._load), asked_at)

    def _load(self, tx: "Tx") -> _Configuration | None:
        if self._version < 0 and self._check is not None:
            self._check(tx)
        version = tx.configuration.version()
        if version == self._version:
            return None
        return _Configuration(
            version=version,
            clients=tx.clients.all(),
            keys=tx.signing_keys.all(),
            epoch_began_at=tx.configuration.epoch_began_at(),
            maintenance=tx.maintenance.all(),
        )

    def _take(self, found: _Configuration | None, asked_at: float) -> None:
        """Hold what was found; a slow reader never puts back what a quicker one has replaced."""
        if found is not None and found.version > self._version:
            if self._version >= 0 and self._keyring.lacks_the_version_of(found.keys):
                self._outdated = MasterKeyOutdated()
                raise self._outdated
            self._outdated = None
            self._take_keys(found.keys)
            self._clients = {client.facts.client_id: client for client in found.clients}
            self.origins = browser_origins(client.facts for client in found.clients)
            self.logos = frozenset(client.facts.logo for client in found.clients if client.facts.logo)
            self._services = tuple(
                client.facts
                for client in found.clients
                if client.facts.enabled and client.facts.signs_people_in
            )
            self.city_sign_in = _city_sign_in(self._services)
            self._epoch_began_at = found.epoch_began_at
            self.maintenance = {one.upstream: one for one in found.maintenance}
            self._version = found.version
        self._read_at = max(self._read_at, asked_at)

    def _take_keys(self, keys: tuple[KeyRecord, ...]) -> None:
        """Take the keys; a node that serves keeps those it has when a stored one does not open (SECURITY R27).

        Of those it learns what is stored all the same: one that was revoked must not live on here for that.
        """
        try:
            self._keyring.replace(keys)
        except UnusableKeyRecord as error:
            if self._version < 0:
                raise
            self._keyring.narrow(keys)
            _log.error("the keys of before go on", extra=fields(reason=str(error)))

    async def keep_fresh(self) -> None:
        """Refresh for ever; a database that is away, or holds what can't be taken, is tried again at the next turn."""
        away = unfit = False
        while True:
            try:
                await self.refresh()
                away = unfit = False
            except DatabaseUnavailable as error:
                if not away:
                    _log.warning("configuration can't be read: %s", error)
                away = True
            except UnusableKeyRecord as error:  # not ready until it opens
                if not unfit:
                    _log.error("configuration can't be taken", extra=fields(reason=str(error)))
                unfit = True
            except Exception:
                # whatever it is: a node that stopped looking would go on with what it knew
                _log.exception("configuration can't be taken")
            await asyncio.sleep(_INTERVAL)


def _city_sign_in(services: tuple[ClientFacts, ...]) -> Mapping[bool, bool]:
    """Return whether city credentials lead into any service of citizens, standing in for the national system and not."""
    of_citizens = [one for one in services if realm_of(one) is Realm.CITIZEN]
    return {
        down: any(takes_city_sign_in(one, upstream_down=down) for one in of_citizens)
        for down in (True, False)
    }
