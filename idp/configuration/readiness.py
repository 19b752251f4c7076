"""Whether this process can serve, found out by doing what that needs: reading, writing, a key (SECURITY R03, R04, R14).

Asked for by load balancers, so a finding stands for a moment and those who ask at once share one: however often it is
asked, the database is asked, and a page of it written, once a second at most.
"""

import asyncio
import logging
from enum import StrEnum
from typing import TYPE_CHECKING

from idp.admission import Admission
from idp.clock import Clock
from idp.configuration.cache import ConfigurationCache, MasterKeyOutdated, StateRefused
from idp.database import Database, DatabaseBusy, DatabaseReadOnly, DatabaseUnavailable, Done
from idp.log import fields
from keys.keyring import Keyring, UnusableKeyRecord
from keys.signer import SigningUnavailable

if TYPE_CHECKING:
    from idp.transaction import Tx

_STANDS_SECONDS = 1.0
_FULL_SECONDS = 5.0
"""A database that has answered within this time is there, however long the queue; one that is silent fills it too."""
_log = logging.getLogger("hpid.readiness")


class Readiness(StrEnum):
    """What /health/ready says."""

    READY = "ready"
    LEAVING = "this process is about to end"
    NO_DATABASE = "the database does not answer"
    READ_ONLY = "the database takes no writes"
    OUTDATED = "the master key file is older than what is sealed"
    WRONG_STATE = "the database is not fit for this release or profile"
    NO_CONFIGURATION = "a stored signing key can't be read"
    NO_KEY = "no signing key is active"
    CANT_SIGN = "a signing key can't sign"


class ReadinessCheck:
    """The check of one process."""

    def __init__(
        self,
        database: "Database[Tx]",
        configuration: ConfigurationCache,
        keyring: Keyring,
        admission: Admission,
        clock: Clock,
    ) -> None:
        self._database = database
        self._configuration = configuration
        self._keyring = keyring
        self._admission = admission
        self._clock = clock
        self._found = Readiness.NO_DATABASE
        self._found_at = float("-inf")
        self._looking: asyncio.Task[Readiness] | None = None

    async def now(self) -> Readiness:
        """Return whether it can serve, as found at most a second ago."""
        if self._admission.is_leaving:
            return Readiness.LEAVING
        if self._clock.stopwatch() - self._found_at <= _STANDS_SECONDS:
            return self._found
        if self._looking is None:
            self._looking = asyncio.get_running_loop().create_task(self._look())
        return await asyncio.shield(self._looking)

    async def _look(self) -> Readiness:
        try:
            found, reason = await self._find()
        finally:
            self._looking = None
        if found is not self._found:
            level = logging.INFO if found is Readiness.READY else logging.WARNING
            _log.log(level, found.value, extra=fields(reason=reason))
        self._found, self._found_at = found, self._clock.stopwatch()
        return found

    async def _find(self) -> tuple[Readiness, str]:
        try:
            await self._configuration.refresh()
            await self._database.transact(_write)
        except MasterKeyOutdated as error:
            return Readiness.OUTDATED, str(error)
        except StateRefused as error:
            return Readiness.WRONG_STATE, str(error)
        except DatabaseReadOnly as error:
            return Readiness.READ_ONLY, str(error)
        except DatabaseBusy as error:
            # a node that is full stays: if it left, the others would be fuller, and leave too
            age = self._configuration.age
            is_merely_full = age is not None and age < _FULL_SECONDS
            return self._found if is_merely_full else Readiness.NO_DATABASE, str(error)
        except DatabaseUnavailable as error:
            return Readiness.NO_DATABASE, str(error)
        except UnusableKeyRecord as error:
            return Readiness.NO_CONFIGURATION, str(error)
        if not self._keyring.algorithms():
            return Readiness.NO_KEY, ""
        try:
            await self._keyring.check()
        except SigningUnavailable as error:
            return Readiness.CANT_SIGN, str(error)
        return Readiness.READY, ""


def _write(tx: "Tx") -> Done[None]:
    """Write what changes nothing: only that tells a full disk, and a server that has become a standby."""
    tx.configuration.touch()
    return Done(None)
