"""Secrets of clients, as keyed digests; two may overlap while one is being replaced.

Those of client_secret_jwt are sealed beside their digest: what signs must be known to be verified with (DESIGN 5.10).
"""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, delete, insert, or_, update

from idp.database import Digest, Sealed, UtcTime, metadata

PURPOSE = "client.secret"

client_secrets = Table(
    "client_secrets",
    metadata,
    Column("secret_id", Text, primary_key=True),
    Column("client_id", Text, ForeignKey("clients.client_id"), nullable=False),
    Column("digest", Digest, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("sealed", Sealed(PURPOSE)),
    Index("ix_client_secrets_client_id", "client_id"),
)

_t = client_secrets.c
ADD = insert(client_secrets)
EXPIRE_OTHERS = (
    update(client_secrets)
    .where(
        _t.client_id == bindparam("of_client"),
        _t.secret_id != bindparam("except_secret"),
        or_(_t.expires_at.is_(None), _t.expires_at > bindparam("at")),
    )
    .values(expires_at=bindparam("at"))
)
FORGET_SEALED = (
    update(client_secrets)
    .where(_t.client_id == bindparam("of_client"), _t.sealed.is_not(None))
    .values(sealed=None)
)
END_ONE = (
    update(client_secrets)
    .where(
        _t.client_id == bindparam("of_client"),
        _t.secret_id == bindparam("this_secret"),
        or_(_t.expires_at.is_(None), _t.expires_at > bindparam("at")),
    )
    .values(expires_at=bindparam("at"), sealed=None)
    .returning(_t.secret_id)
)
DELETE_ENDED = delete(client_secrets).where(
    _t.client_id == bindparam("of_client"), _t.expires_at <= bindparam("now")
)
DELETE = delete(client_secrets).where(_t.client_id == bindparam("of_client"))
