"""Logos of clients, as we have drawn them: one per client, found by the digest in its address."""

from dataclasses import dataclass

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    bindparam,
    delete,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from idp.clients.model import Logo
from idp.database import metadata
from idp.ids import ClientId
from keys.envelope import Vault

client_logos = Table(
    "client_logos",
    metadata,
    Column("client_id", Text, ForeignKey("clients.client_id"), primary_key=True),
    Column("digest", Text, nullable=False),
    Column("image", LargeBinary, nullable=False),
    Index("ix_client_logos_digest", "digest"),
)

_t = client_logos.c
_insert = insert(client_logos)
_PUT = _insert.on_conflict_do_update(
    index_elements=["client_id"],
    set_={"digest": _insert.excluded.digest, "image": _insert.excluded.image},
)
_FIND = select(_t.image).where(_t.digest == bindparam("this_digest")).limit(1)
_REMOVE = delete(client_logos).where(_t.client_id == bindparam("of_client"))


@dataclass(frozen=True, slots=True)
class LogoStore:
    """The logos of one transaction."""

    connection: Connection
    vault: Vault

    def put(self, client_id: ClientId, logo: Logo) -> None:
        """Keep a client's logo in place of the one before."""
        self.connection.execute(_PUT, {"client_id": client_id, "digest": logo.digest, "image": logo.image})

    def find(self, digest: str) -> bytes | None:
        """Return an image, whoever shows it."""
        image: bytes | None = self.connection.execute(_FIND, {"this_digest": digest}).scalar_one_or_none()
        return image

    def remove(self, client_id: ClientId) -> None:
        """Forget a client's logo."""
        self.connection.execute(_REMOVE, {"of_client": client_id})
