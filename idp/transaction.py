"""One transaction, one attribute per store: tx.clients, tx.grants, tx.audit … (DESIGN 5.7).

State, audit event and outgoing message go through the same connection, so they commit together or not at
all. A store is made when it is first asked for.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Generic, TypeVar

from sqlalchemy import Connection

from idp.audit.store import AuditStore
from idp.audit.store.keys import KnownKeys
from idp.cases.store import CaseStore, DisputeLinkStore
from idp.clients.store import ClientAssertionStore, ClientStore, InvitationStore, LogoStore, RegistrationStore
from idp.clock import Clock
from idp.configuration.store import ConfigurationStore
from idp.conflicts.store import ConflictStore
from idp.consents.store import ConsentStore
from idp.credentials.store import (
    AttemptStore,
    LinkStore,
    PasskeyChallengeStore,
    PasskeyStore,
    PasswordStore,
    RecoveryCodeStore,
    SignInCodeStore,
    TotpStore,
)
from idp.cross_device.store import CrossDeviceStore
from idp.data_rights.store import DataCopyStore, DataRequestStore
from idp.emergency.store import AffectedStore
from idp.grants.store import CodeStore, GrantStore, PushedRequestStore, RefreshTokenStore, RevokedTokenStore
from idp.interactions.store import InteractionStore
from idp.life_events.store import (
    CursorStore,
    GroundStore,
    LifeStateStore,
    LockRequestStore,
    ReadingStore,
    UnresolvedStore,
    WordStore,
)
from idp.limits.store import LimitStore
from idp.mandates.store import FirmStore, MandateInvitationStore, MandateStore, RemovalStore
from idp.merges.store import MergeStore
from idp.officials.store import OfficialStore
from idp.organisations.store import AgencyStore, OrganisationStore
from idp.outbox.store import DeliveryStore, OutboxStore
from idp.people.store import ContactStore, PeopleStore, PersonRightsStore
from idp.recovery.store import DeskCaseStore, HoldStore
from idp.resealing.store import ResealingStore
from idp.risk.store import DeviceStore
from idp.sessions.store import SessionStore, UpstreamSessionStore
from idp.signing_keys.store import SigningKeyStore
from idp.subjects.store import SubjectStore
from idp.upstreams.store import MaintenanceStore, UpstreamLogoutStore, UpstreamStore
from keys.envelope import Vault

StoreT = TypeVar("StoreT")


class _Store(Generic[StoreT]):
    """An attribute that makes its store when it is first asked for; after that it is found without us.

    `cached_property` does the same under a lock, which costs as much as the store.
    """

    def __init__(self, make: Callable[[Connection, Vault], StoreT]) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, tx: "Tx", owner: type | None = None) -> StoreT:
        store = tx.__dict__[self._name] = self._make(tx.connection, tx._vault)  # noqa: SLF001 - a part of it
        return store


class Tx:
    """The stores on the connection of one transaction; reports read through the connection itself."""

    def __init__(
        self, connection: Connection, vault: Vault, clock: Clock, audit_keys: KnownKeys | None = None
    ) -> None:
        self.connection = connection
        self._vault = vault
        self._clock = clock
        self._audit_keys = audit_keys or KnownKeys()

    @staticmethod
    def unit(vault: Vault, clock: Clock) -> "TxUnit":
        """Return what `Database` makes a Tx of each connection with."""
        return TxUnit(vault, clock, KnownKeys())

    people = _Store(PeopleStore)
    person_rights = _Store(PersonRightsStore)
    contacts = _Store(ContactStore)
    organisations = _Store(OrganisationStore)
    agencies = _Store(AgencyStore)
    passwords = _Store(PasswordStore)
    totp = _Store(TotpStore)
    passkeys = _Store(PasskeyStore)
    passkey_challenges = _Store(PasskeyChallengeStore)
    recovery_codes = _Store(RecoveryCodeStore)
    recovery_holds = _Store(HoldStore)
    desk_cases = _Store(DeskCaseStore)
    attempts = _Store(AttemptStore)
    sign_in_codes = _Store(SignInCodeStore)
    links = _Store(LinkStore)
    sessions = _Store(SessionStore)
    devices = _Store(DeviceStore)
    upstream_sessions = _Store(UpstreamSessionStore)
    interactions = _Store(InteractionStore)
    cross_device = _Store(CrossDeviceStore)
    limits = _Store(LimitStore)
    clients = _Store(ClientStore)
    invitations = _Store(InvitationStore)
    logos = _Store(LogoStore)
    registrations = _Store(RegistrationStore)
    client_assertions = _Store(ClientAssertionStore)
    codes = _Store(CodeStore)
    grants = _Store(GrantStore)
    refresh_tokens = _Store(RefreshTokenStore)
    pushed_requests = _Store(PushedRequestStore)
    revoked_tokens = _Store(RevokedTokenStore)
    subjects = _Store(SubjectStore)
    consents = _Store(ConsentStore)
    mandates = _Store(MandateStore)
    mandate_firms = _Store(FirmStore)
    mandate_invitations = _Store(MandateInvitationStore)
    mandate_removals = _Store(RemovalStore)
    life_grounds = _Store(GroundStore)
    life_states = _Store(LifeStateStore)
    life_words = _Store(WordStore)
    life_cursors = _Store(CursorStore)
    life_readings = _Store(ReadingStore)
    life_unresolved = _Store(UnresolvedStore)
    lock_requests = _Store(LockRequestStore)
    data_requests = _Store(DataRequestStore)
    data_copies = _Store(DataCopyStore)
    officials = _Store(OfficialStore)
    merges = _Store(MergeStore)
    conflicts = _Store(ConflictStore)
    cases = _Store(CaseStore)
    dispute_links = _Store(DisputeLinkStore)
    upstreams = _Store(UpstreamStore)
    maintenance = _Store(MaintenanceStore)
    upstream_logouts = _Store(UpstreamLogoutStore)
    signing_keys = _Store(SigningKeyStore)
    resealing = _Store(ResealingStore)
    configuration = _Store(ConfigurationStore)
    outbox = _Store(OutboxStore)
    affected = _Store(AffectedStore)
    deliveries = _Store(DeliveryStore)

    @cached_property
    def audit(self) -> AuditStore:
        return AuditStore(self.connection, self._vault, self._clock, self._audit_keys)


class TxUnit:
    """Makes a Tx of each connection; all of them share what this process remembers."""

    def __init__(self, vault: Vault, clock: Clock, audit_keys: KnownKeys) -> None:
        self._given = vault, clock
        self._audit_keys = audit_keys

    def __call__(self, connection: Connection) -> Tx:
        return Tx(connection, *self._given, self._audit_keys)

    def anew(self, connection: Connection) -> Tx:
        """The same for work that broke a constraint and is run again: what it needs it looks up."""
        return Tx(connection, *self._given, self._audit_keys.anew)
