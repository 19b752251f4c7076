"""Relying parties. What finds or spends a token reads `enabled` in the same statement (grants/store).

One that was removed stays as a row, since grants, consents and the record point at it: disabled, and never found again.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Row, Table, Text, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from idp.clients.model import Client, ClientSecret, UnreadableRegistration
from idp.clients.rows import client_facts, client_text, saying
from idp.clients.store import client_secrets as secrets_of_clients
from idp.clients.store.client_secrets import client_secrets
from idp.database import UtcTime, metadata
from idp.ids import ClientId
from idp.log import fields
from idp.protocol.facts import ClientFacts
from idp.protocol.subject import PUBLIC_SECTOR, sector_of
from keys.envelope import Vault

_log = logging.getLogger("hpid.clients")

clients = Table(
    "clients",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("facts", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("removed_at", UtcTime),
)

_ALL = (
    select(
        clients,
        client_secrets.c.secret_id,
        client_secrets.c.digest,
        client_secrets.c.created_at.label("secret_created_at"),
        client_secrets.c.expires_at.label("secret_expires_at"),
        client_secrets.c.sealed,
    )
    .outerjoin(client_secrets, client_secrets.c.client_id == clients.c.client_id)
    .where(clients.c.removed_at.is_(None))
    .order_by(clients.c.client_id, client_secrets.c.created_at, client_secrets.c.secret_id)
)
_GET = _ALL.where(clients.c.client_id == bindparam("this_client"))
_OF_SECTOR = _ALL.where(func.replace(clients.c.facts, bindparam("said"), "") != clients.c.facts)
_HOLD = select(clients.c.client_id).where(clients.c.client_id == bindparam("this_client")).with_for_update()
_insert = insert(clients)
_PUT = _insert.on_conflict_do_update(
    index_elements=["client_id"],
    set_={
        "enabled": _insert.excluded.enabled,
        "facts": _insert.excluded.facts,
        "updated_at": _insert.excluded.updated_at,
    },
    where=clients.c.removed_at.is_(None),
).returning(clients.c.client_id)
_SET_ENABLED = (
    update(clients)
    .where(
        clients.c.client_id == bindparam("this_client"),
        clients.c.enabled != bindparam("be_enabled"),
        clients.c.removed_at.is_(None),
    )
    .values(enabled=bindparam("be_enabled"), updated_at=bindparam("now"))
    .returning(clients.c.client_id)
)
_REMOVE = (
    update(clients)
    .where(clients.c.client_id == bindparam("this_client"), clients.c.removed_at.is_(None))
    .values(enabled=False, updated_at=bindparam("now"), removed_at=bindparam("now"))
    .returning(clients.c.client_id)
)


@dataclass(frozen=True, slots=True)
class ClientStore:
    """The clients of one transaction."""

    connection: Connection
    vault: Vault

    def get(self, client_id: ClientId) -> Client | None:
        """Return a client, enabled or not; raises UnreadableRegistration."""
        if not client_id.isprintable():  # a stranger's text: PostgreSQL takes no NUL
            return None
        rows = list(self.connection.execute(_GET, {"this_client": client_id}))
        return _client(rows) if rows else None

    def hold(self, client_id: ClientId) -> Client | None:
        """Return a client as it is until this transaction ends: nobody else changes it meanwhile.

        For whoever decides by what is registered and then writes: `put` replaces everything, `enabled` too.
        """
        self.connection.execute(_HOLD, {"this_client": client_id})
        return self.get(client_id)

    def all(self) -> tuple[Client, ...]:
        """Return all clients, in order of their ids; one that can't be read is as good as none, and harms no other."""
        return tuple(_readable(self.connection.execute(_ALL)))

    def of_sector(self, sector: str) -> tuple[Client, ...]:
        """Return the clients whose subjects are of a sector; all are looked through, for who registers one."""
        is_public = sector == PUBLIC_SECTOR
        given = {"said": saying("subject_type", "public") if is_public else saying("sector", sector)}
        found = _readable(self.connection.execute(_OF_SECTOR, given))
        return tuple(client for client in found if sector_of(client.facts) == sector)

    def put(self, facts: ClientFacts, now: datetime) -> bool:
        """Register a client, or replace what is registered; its secrets stay. False: one of this id was removed."""
        row = {
            "client_id": facts.client_id,
            "enabled": facts.enabled,
            "facts": client_text(facts),
            "created_at": now,
            "updated_at": now,
        }
        return self.connection.execute(_PUT, row).one_or_none() is not None

    def remove(self, client_id: ClientId, now: datetime) -> bool:
        """Take a client away for ever, and its secrets; True if this call did it. Its grants are dead with it."""
        given = {"this_client": client_id, "now": now}
        if self.connection.execute(_REMOVE, given).one_or_none() is None:
            return False
        self.connection.execute(secrets_of_clients.DELETE, {"of_client": client_id})
        return True

    def set_enabled(self, client_id: ClientId, enabled: bool, now: datetime) -> bool:  # noqa: FBT001 - it sets a bool
        """Disable a client or enable it again; True if this call changed it."""
        given = {"this_client": client_id, "be_enabled": enabled, "now": now}
        return self.connection.execute(_SET_ENABLED, given).one_or_none() is not None

    def add_secret(self, client_id: ClientId, secret: ClientSecret) -> None:
        """Give a client one more secret; those that have ended by then go."""
        ended = {"of_client": client_id, "now": secret.created_at}
        self.connection.execute(secrets_of_clients.DELETE_ENDED, ended)
        row = {
            "secret_id": secret.secret_id,
            "client_id": client_id,
            "digest": secret.digest,
            "created_at": secret.created_at,
            "expires_at": secret.expires_at,
            "sealed": secret.sealed,
        }
        self.connection.execute(secrets_of_clients.ADD, row)

    def expire_secrets(self, client_id: ClientId, at: datetime, except_secret_id: str) -> int:
        """Let all secrets of a client but one end by this moment; return how many that shortened."""
        given = {"of_client": client_id, "at": at, "except_secret": except_secret_id}
        return self.connection.execute(secrets_of_clients.EXPIRE_OTHERS, given).rowcount

    def forget_sealed(self, client_id: ClientId) -> int:
        """Keep of a client's secrets the digests alone; return how many were sealed."""
        return self.connection.execute(secrets_of_clients.FORGET_SEALED, {"of_client": client_id}).rowcount

    def end_secret(self, client_id: ClientId, secret_id: str, at: datetime) -> bool:
        """Let one secret end at this moment; True if it would have gone on."""
        given = {"of_client": client_id, "this_secret": secret_id, "at": at}
        return self.connection.execute(secrets_of_clients.END_ONE, given).one_or_none() is not None


def _readable(rows: Iterable[Row[Any]]) -> Iterator[Client]:
    for client_id, group in groupby(rows, key=attrgetter("client_id")):
        try:
            yield _client(list(group))
        except UnreadableRegistration as error:
            told = fields(client_id=client_id, reason=str(error))
            _log.error("a registration can't be read", extra=told)


def _client(rows: list[Row[Any]]) -> Client:
    first = rows[0]
    return Client(
        facts=client_facts(first.facts, enabled=first.enabled),
        secrets=tuple(
            ClientSecret(
                secret_id=row.secret_id,
                digest=row.digest,
                created_at=row.secret_created_at,
                expires_at=row.secret_expires_at,
                sealed=row.sealed,
            )
            for row in rows
            if row.secret_id is not None
        ),
        created_at=first.created_at,
        updated_at=first.updated_at,
    )
