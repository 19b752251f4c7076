"""The sessions as rows; the cookie is kept as a keyed digest only."""

import json
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from idp.database import Digest, UtcTime, metadata
from idp.ids import ClientId, PersonId
from idp.protocol.assurance import Acr
from idp.protocol.facts import Realm
from idp.sessions.model import Session

_HAS_SID = "upstream_sid IS NOT NULL"
_DEGRADED = "degraded IS NOT NULL AND ended_at IS NULL"

sessions = Table(
    "sessions",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("session_id", Text, primary_key=True, unique=True),
    Column("cookie", Digest, nullable=False, unique=True),
    Column("person_id", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("auth_time", UtcTime, nullable=False),
    Column("acr", Text, nullable=False),
    Column("amr", Text, nullable=False),
    Column("ial", SmallInteger, nullable=False),
    Column("idp", Text, nullable=False),
    Column("ended_at", UtcTime),
    Column("end_reason", Text),
    Column("network", LargeBinary),  # version and first bytes of the address (audit/occasion.py)
    Column("device", Text),  # browser and system, of a closed list (audit/agent.py); empty: not known
    Column("realm", Text),  # empty: a citizen's
    Column("upstream_sid", Digest),  # of the session at the upstream it came from; by it upstream signs out
    Column("degraded", Boolean),  # true: begun with city credentials while the national system was down
    Column("ial_at", UtcTime),  # of a degraded one: when the national system last vouched for the person
    Column(
        "reprove_by", UtcTime
    ),  # of a degraded one, once the system is back: proved there again by then, or over
    Column("device_id", Text),  # in which of the person's known browsers; empty: none
    Column("device_since", UtcTime),  # since when they are known there
    Column("is_public", Boolean),  # true: at a computer its person calls public
    Column("told_ended", Text),  # lines: the relying parties told of its end though it goes on (`sid_at`)
    Column("asks_more", Boolean),  # true: what is above low asks for a fresh proof
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index("ix_sessions_person", "bucket", "person_id"),
    Index("ix_sessions_expires_at", "expires_at"),
    Index(
        "ix_sessions_upstream_sid",
        "upstream_sid",
        sqlite_where=text(_HAS_SID),
        postgresql_where=text(_HAS_SID),
    ),
    Index(
        "ix_sessions_degraded", "reprove_by", sqlite_where=text(_DEGRADED), postgresql_where=text(_DEGRADED)
    ),
)


def amr_text(amr: tuple[str, ...]) -> str:
    """Return methods as the text of a row; their order stays."""
    return json.dumps(amr, separators=(",", ":"))


def session(row: Row[Any], *, is_restricted: bool = False, sub: str | None = None) -> Session:
    """Return the session of a row, and what was found beside it."""
    return Session(
        session_id=row.session_id,
        person_id=PersonId(row.person_id),
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        auth_time=row.auth_time,
        acr=Acr(row.acr),
        amr=tuple(json.loads(row.amr)),
        ial=row.ial,
        idp=row.idp,
        network=row.network,
        device=row.device or "",
        ended_at=row.ended_at,
        realm=Realm(row.realm) if row.realm else Realm.CITIZEN,
        degraded=bool(row.degraded),
        ial_at=row.ial_at,
        has_upstream_sid=row.upstream_sid is not None,
        device_id=row.device_id or "",
        device_since=row.device_since,
        is_public=bool(row.is_public),
        asks_more=bool(row.asks_more),
        told_ended=tuple(ClientId(one) for one in (row.told_ended or "").split("\n") if one),
        is_restricted=is_restricted,
        sub=sub,
    )
