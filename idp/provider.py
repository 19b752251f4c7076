"""The provider as one frozen value: what endpoints, pages, worker and commands are handed instead of globals."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from federation.fetch import Fetcher
from federation.health import Circuit
from federation.register_reader import RegisterReader
from federation.upstream import Upstream
from federation.waiting_room import WaitingRoom
from idp.admission import Admission
from idp.audit.reads import ReadsRecorded
from idp.audit.summary import Summaries
from idp.clients.keys import ClientKeys
from idp.clients.request_documents import RequestDocuments
from idp.clock import Clock
from idp.configuration.cache import ConfigurationCache
from idp.configuration.readiness import ReadinessCheck
from idp.credentials.hashing import PasswordHashing
from idp.database import Database
from idp.life_events.jobs import Readings
from idp.limits.service import Limits
from idp.messages.model import Channel, Sender
from idp.risk.places import Places
from idp.settings import Settings
from idp.tracing import Tracing
from idp.transaction import Tx
from idp.ui.pages import Pages
from idp.upstreams.model import NATIONAL, Outage
from keys.envelope import Vault
from keys.keyring import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Everything a request may need, wired once in idp/app/wiring.py."""

    settings: Settings
    admission: Admission
    response_types: tuple[str, ...]
    """What clients may ask for: `code`, and more in certification alone."""
    clock: Clock
    database: Database[Tx]
    vault: Vault
    keyring: Keyring
    configuration: ConfigurationCache
    readiness: ReadinessCheck
    pages: Pages
    fetcher: Fetcher
    registration_fetcher: Fetcher
    """Asks what registrations name: with connections and threads of its own, so that they hold up nobody else."""
    client_keys: ClientKeys
    request_documents: RequestDocuments
    national: Upstream | None
    national_fetcher: Fetcher
    """Asks the national system alone, with so many connections and no more."""
    national_circuit: Circuit
    registers: RegisterReader | None
    """What reads the national side's registers; None: nobody does."""
    readings: Readings | None
    """What reads the population register of whoever signs in; None: nobody does."""
    waiting_room: WaitingRoom
    """Before the national system: who finds no place in here waits."""
    hashing: PasswordHashing
    summaries: Summaries
    reads: ReadsRecorded
    limits: Limits
    places: Places
    """Where networks are, as far as the operator says."""
    senders: Mapping[Channel, Sender]
    """What sends to people by each channel; a channel that has none is not in it."""
    tracing: Tracing | None
    """What makes spans; None: no traces are asked for."""

    def outage(self, now: datetime) -> Outage | None:
        """Return since when nobody is sent to the national system, by its own failures or an operator's word."""
        switch = self.configuration.maintenance.get(NATIONAL)
        if switch is not None and switch.is_on(now):
            return Outage(since=switch.since, until=switch.until)
        if self.national_circuit.is_open(now):
            return Outage(since=self.national_circuit.opened_at or now)
        return None

    def takes_degraded(self, now: datetime) -> bool:
        """Tell whether city credentials may stand in for the national system now."""
        return self.settings.degraded_sign_in and self.is_national_down(now)

    def is_national_down(self, now: datetime) -> bool:
        """Tell whether people should be told that the national system is not there."""
        return self.outage(now) is not None

    async def aclose(self) -> None:
        """Give back connections and threads, the database last."""
        await self.fetcher.aclose()
        await self.registration_fetcher.aclose()
        await self.national_fetcher.aclose()
        await self.request_documents.aclose()
        self.hashing.close()
        await self.keyring.aclose()
        await self.database.close()
        if self.tracing is not None:
            await asyncio.to_thread(self.tracing.shutdown)
