"""What a client that registered itself may change itself by: its registration access token (RFC 7592 §3), by digest."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, bindparam, delete, insert, select, update

from idp.clients.model import Registration
from idp.database import Digest, UtcTime, metadata
from idp.ids import ClientId, HandleKind, parse_handle
from idp.protocol.scopes import scope_set, scope_text
from keys.envelope import Vault

registrations = Table(
    "registrations",
    metadata,
    Column("client_id", Text, ForeignKey("clients.client_id"), primary_key=True),
    Column("digest", Digest, nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

_t = registrations.c
_ADD = insert(registrations)
_FIND = select(_t.client_id, _t.scopes).where(_t.digest == bindparam("of_digest"))
_OF_CLIENT = select(_t.scopes).where(_t.client_id == bindparam("of_client"))
_NARROW = update(registrations).where(_t.client_id == bindparam("of_client")).values(scopes=bindparam("left"))
_DELETE = delete(registrations).where(_t.client_id == bindparam("of_client")).returning(_t.client_id)


@dataclass(frozen=True, slots=True)
class RegistrationStore:
    """The registrations of one transaction that clients govern themselves."""

    connection: Connection
    vault: Vault

    def add(self, registration: Registration, token: str, now: datetime) -> None:
        """Let a client govern its registration by this token."""
        row = {
            "client_id": registration.client_id,
            "digest": self.vault.digest(token),
            "scopes": scope_text(registration.scopes),
            "created_at": now,
        }
        self.connection.execute(_ADD, row)

    def find(self, token: str) -> Registration | None:
        """Return what a token governs."""
        if parse_handle(token, HandleKind.REGISTRATION) is None:
            return None
        row = self.connection.execute(_FIND, {"of_digest": self.vault.digest(token)}).one_or_none()
        return None if row is None else Registration(client_id=row.client_id, scopes=scope_set(row.scopes))

    def narrow(self, client_id: ClientId, taken: frozenset[str]) -> None:
        """Let a client that governs its registration ask for these scopes no more."""
        given = {"of_client": client_id}
        row = self.connection.execute(_OF_CLIENT, given).one_or_none()
        if row is not None:
            left = scope_text(scope_set(row.scopes) - taken)
            self.connection.execute(_NARROW, {**given, "left": left})

    def end(self, client_id: ClientId) -> bool:
        """Leave a registration to operators alone; True if the client could change it until now."""
        return self.connection.execute(_DELETE, {"of_client": client_id}).one_or_none() is not None
