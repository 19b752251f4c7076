"""What an HR system calls a record (`externalId`, RFC 7643 §3.1): each system its own, and no other sees it."""

from collections.abc import Sequence

from sqlalchemy import Column, Connection, ForeignKey, Index, Table, Text, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from idp.database import metadata
from idp.ids import OfficialId

external_ids = Table(
    "official_external_ids",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("official_id", Text, ForeignKey("officials.official_id"), primary_key=True),
    Column("external_id", Text, nullable=False),
    Index("ix_official_external_ids_external_id", "client_id", "external_id"),
)

_t = external_ids.c
_insert = insert(external_ids)
_PUT = _insert.on_conflict_do_update(
    index_elements=["client_id", "official_id"], set_={"external_id": _insert.excluded.external_id}
)
_FORGET = delete(external_ids).where(
    _t.client_id == bindparam("of_client"), _t.official_id == bindparam("of_official")
)
_OF_OFFICIALS = select(_t.official_id, _t.external_id).where(
    _t.client_id == bindparam("of_client"), _t.official_id.in_(bindparam("these", expanding=True))
)


def put(connection: Connection, client_id: str, official_id: OfficialId, external_id: str) -> None:
    """Keep what a client calls a record; empty: it calls it nothing."""
    if not external_id:
        connection.execute(_FORGET, {"of_client": client_id, "of_official": official_id})
        return
    row = {"client_id": client_id, "official_id": official_id, "external_id": external_id}
    connection.execute(_PUT, row)


def of_officials(
    connection: Connection, client_id: str, official_ids: Sequence[OfficialId]
) -> dict[OfficialId, str]:
    """Return what a client calls these records."""
    rows = connection.execute(_OF_OFFICIALS, {"of_client": client_id, "these": list(official_ids)})
    return {OfficialId(row.official_id): row.external_id for row in rows}
