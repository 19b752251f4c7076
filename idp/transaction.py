"""One transaction, one attribute per store: tx.clients, tx.grants, tx.audit … (DESIGN 5.7).

State, audit event and outgoing message go through the same connection, so they commit together or not at
all. A store is made when it is first asked for.
"""

from collections.abc import Callable
from functools import cached_property

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
    def unit(vault: Vault, clock: Clock) -> "Callable[[Connection], Tx]":
        """Return what `Database` makes a Tx of each connection with."""
        audit_keys = KnownKeys()
        return lambda connection: Tx(connection, vault, clock, audit_keys)

    @cached_property
    def people(self) -> PeopleStore:
        return PeopleStore(self.connection, self._vault)

    @cached_property
    def person_rights(self) -> PersonRightsStore:
        return PersonRightsStore(self.connection, self._vault)

    @cached_property
    def contacts(self) -> ContactStore:
        return ContactStore(self.connection, self._vault)

    @cached_property
    def organisations(self) -> OrganisationStore:
        return OrganisationStore(self.connection, self._vault)

    @cached_property
    def agencies(self) -> AgencyStore:
        return AgencyStore(self.connection, self._vault)

    @cached_property
    def passwords(self) -> PasswordStore:
        return PasswordStore(self.connection, self._vault)

    @cached_property
    def totp(self) -> TotpStore:
        return TotpStore(self.connection, self._vault)

    @cached_property
    def passkeys(self) -> PasskeyStore:
        return PasskeyStore(self.connection, self._vault)

    @cached_property
    def passkey_challenges(self) -> PasskeyChallengeStore:
        return PasskeyChallengeStore(self.connection, self._vault)

    @cached_property
    def recovery_codes(self) -> RecoveryCodeStore:
        return RecoveryCodeStore(self.connection, self._vault)

    @cached_property
    def recovery_holds(self) -> HoldStore:
        return HoldStore(self.connection, self._vault)

    @cached_property
    def desk_cases(self) -> DeskCaseStore:
        return DeskCaseStore(self.connection, self._vault)

    @cached_property
    def attempts(self) -> AttemptStore:
        return AttemptStore(self.connection, self._vault)

    @cached_property
    def sign_in_codes(self) -> SignInCodeStore:
        return SignInCodeStore(self.connection, self._vault)

    @cached_property
    def links(self) -> LinkStore:
        return LinkStore(self.connection, self._vault)

    @cached_property
    def sessions(self) -> SessionStore:
        return SessionStore(self.connection, self._vault)

    @cached_property
    def devices(self) -> DeviceStore:
        return DeviceStore(self.connection, self._vault)

    @cached_property
    def upstream_sessions(self) -> UpstreamSessionStore:
        return UpstreamSessionStore(self.connection, self._vault)

    @cached_property
    def interactions(self) -> InteractionStore:
        return InteractionStore(self.connection, self._vault)

    @cached_property
    def cross_device(self) -> CrossDeviceStore:
        return CrossDeviceStore(self.connection, self._vault)

    @cached_property
    def limits(self) -> LimitStore:
        return LimitStore(self.connection, self._vault)

    @cached_property
    def clients(self) -> ClientStore:
        return ClientStore(self.connection, self._vault)

    @cached_property
    def invitations(self) -> InvitationStore:
        return InvitationStore(self.connection, self._vault)

    @cached_property
    def logos(self) -> LogoStore:
        return LogoStore(self.connection, self._vault)

    @cached_property
    def registrations(self) -> RegistrationStore:
        return RegistrationStore(self.connection, self._vault)

    @cached_property
    def client_assertions(self) -> ClientAssertionStore:
        return ClientAssertionStore(self.connection, self._vault)

    @cached_property
    def codes(self) -> CodeStore:
        return CodeStore(self.connection, self._vault)

    @cached_property
    def grants(self) -> GrantStore:
        return GrantStore(self.connection, self._vault)

    @cached_property
    def refresh_tokens(self) -> RefreshTokenStore:
        return RefreshTokenStore(self.connection, self._vault)

    @cached_property
    def pushed_requests(self) -> PushedRequestStore:
        return PushedRequestStore(self.connection, self._vault)

    @cached_property
    def revoked_tokens(self) -> RevokedTokenStore:
        return RevokedTokenStore(self.connection, self._vault)

    @cached_property
    def subjects(self) -> SubjectStore:
        return SubjectStore(self.connection, self._vault)

    @cached_property
    def consents(self) -> ConsentStore:
        return ConsentStore(self.connection, self._vault)

    @cached_property
    def mandates(self) -> MandateStore:
        return MandateStore(self.connection, self._vault)

    @cached_property
    def mandate_firms(self) -> FirmStore:
        return FirmStore(self.connection, self._vault)

    @cached_property
    def mandate_invitations(self) -> MandateInvitationStore:
        return MandateInvitationStore(self.connection, self._vault)

    @cached_property
    def mandate_removals(self) -> RemovalStore:
        return RemovalStore(self.connection, self._vault)

    @cached_property
    def life_grounds(self) -> GroundStore:
        return GroundStore(self.connection, self._vault)

    @cached_property
    def life_states(self) -> LifeStateStore:
        return LifeStateStore(self.connection, self._vault)

    @cached_property
    def life_words(self) -> WordStore:
        return WordStore(self.connection, self._vault)

    @cached_property
    def life_cursors(self) -> CursorStore:
        return CursorStore(self.connection, self._vault)

    @cached_property
    def life_readings(self) -> ReadingStore:
        return ReadingStore(self.connection, self._vault)

    @cached_property
    def life_unresolved(self) -> UnresolvedStore:
        return UnresolvedStore(self.connection, self._vault)

    @cached_property
    def lock_requests(self) -> LockRequestStore:
        return LockRequestStore(self.connection, self._vault)

    @cached_property
    def data_requests(self) -> DataRequestStore:
        return DataRequestStore(self.connection, self._vault)

    @cached_property
    def data_copies(self) -> DataCopyStore:
        return DataCopyStore(self.connection, self._vault)

    @cached_property
    def officials(self) -> OfficialStore:
        return OfficialStore(self.connection, self._vault)

    @cached_property
    def merges(self) -> MergeStore:
        return MergeStore(self.connection, self._vault)

    @cached_property
    def conflicts(self) -> ConflictStore:
        return ConflictStore(self.connection, self._vault)

    @cached_property
    def cases(self) -> CaseStore:
        return CaseStore(self.connection, self._vault)

    @cached_property
    def dispute_links(self) -> DisputeLinkStore:
        return DisputeLinkStore(self.connection, self._vault)

    @cached_property
    def upstreams(self) -> UpstreamStore:
        return UpstreamStore(self.connection, self._vault)

    @cached_property
    def maintenance(self) -> MaintenanceStore:
        return MaintenanceStore(self.connection, self._vault)

    @cached_property
    def upstream_logouts(self) -> UpstreamLogoutStore:
        return UpstreamLogoutStore(self.connection, self._vault)

    @cached_property
    def signing_keys(self) -> SigningKeyStore:
        return SigningKeyStore(self.connection, self._vault)

    @cached_property
    def resealing(self) -> ResealingStore:
        return ResealingStore(self.connection, self._vault)

    @cached_property
    def configuration(self) -> ConfigurationStore:
        return ConfigurationStore(self.connection, self._vault)

    @cached_property
    def audit(self) -> AuditStore:
        return AuditStore(self.connection, self._vault, self._clock, self._audit_keys)

    @cached_property
    def outbox(self) -> OutboxStore:
        return OutboxStore(self.connection, self._vault)

    @cached_property
    def affected(self) -> AffectedStore:
        return AffectedStore(self.connection, self._vault)

    @cached_property
    def deliveries(self) -> DeliveryStore:
        return DeliveryStore(self.connection, self._vault)
