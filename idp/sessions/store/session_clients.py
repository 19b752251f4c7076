"""The relying parties a session has reached, and what each of them knows it as (`sid`)."""

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    select,
)

from idp.database import UtcTime, metadata
from idp.ids import ClientId, Sid
from idp.sessions.model import SessionClient

session_clients = Table(
    "session_clients",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("session_id", Text, primary_key=True),
    Column("client_id", Text, ForeignKey("clients.client_id"), primary_key=True),
    Column("sid", Text, nullable=False),
    Column("sub", Text, nullable=False),
    Column("reached_at", UtcTime, nullable=False),
    Column("context_id", Text),  # for whom it is used there; NULL: written by a release that did not say
    ForeignKeyConstraint(
        ["bucket", "session_id"], ["sessions.bucket", "sessions.session_id"], ondelete="CASCADE"
    ),
    UniqueConstraint("client_id", "sid"),
)

known_as = and_(
    session_clients.c.client_id == bindparam("of_client"), session_clients.c.sid == bindparam("of_sid")
)
REACHED_AS = select(session_clients).where(known_as)


def session_client(row: Row[Any]) -> SessionClient:
    """Return the relying party of a row."""
    return SessionClient(
        session_id=row.session_id,
        client_id=ClientId(row.client_id),
        sid=Sid(row.sid),
        sub=row.sub,
        reached_at=row.reached_at,
        context_id=row.context_id,
    )
