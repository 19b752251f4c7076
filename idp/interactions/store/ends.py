"""Interactions that have ended: each issues one code or is burnt once (SECURITY R16), or was declined."""

from sqlalchemy import Boolean, Column, Index, Table, Text, bindparam, literal, select
from sqlalchemy.dialects.postgresql import insert

from idp.database import UtcTime, metadata
from idp.database.erasing import delete_oldest

interaction_ends = Table(
    "interaction_ends",
    metadata,
    Column("interaction_id", Text, primary_key=True),
    Column("ended_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("declined", Boolean),
    Index("ix_interaction_ends_expires_at", "expires_at"),
)

_t = interaction_ends.c
FINISH = (
    insert(interaction_ends)
    .on_conflict_do_nothing(index_elements=["interaction_id"])
    .returning(_t.interaction_id)
)
IS_FINISHED = select(literal(1)).where(_t.interaction_id == bindparam("this_interaction"))
WAS_DECLINED = IS_FINISHED.where(_t.declined)
ERASE = delete_oldest((_t.interaction_id,), _t.expires_at)
