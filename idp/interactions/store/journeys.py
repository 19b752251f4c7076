"""People gone upstream: found again by the keyed digest of `state`, once; nonce and verifier sealed."""

from sqlalchemy import Column, Index, Table, Text, bindparam, insert, literal, select, update

from idp.database import Digest, Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest
from idp.interactions.store.ends import interaction_ends

PURPOSE = "interaction.journey"

upstream_journeys = Table(
    "upstream_journeys",
    metadata,
    Column("state", Digest, primary_key=True),
    Column("interaction_id", Text, nullable=False),
    Column("nonce", Sealed(PURPOSE), nullable=False),
    Column("code_verifier", Sealed(PURPOSE), nullable=False),
    Column("requested_loa", Text, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("spent_at", UtcTime),
    Index("ix_upstream_journeys_expires_at", "expires_at"),
)

_t = upstream_journeys.c
_is_finished = (
    select(literal(1))
    .select_from(interaction_ends)
    .where(interaction_ends.c.interaction_id == _t.interaction_id)
    .correlate(upstream_journeys)
    .exists()
)
ADD = insert(upstream_journeys)
SPEND = (
    update(upstream_journeys)
    .where(
        _t.state == bindparam("of_state"),
        _t.spent_at.is_(None),
        _t.expires_at > bindparam("now"),
        ~_is_finished,
    )
    .values(spent_at=bindparam("now"))
    .returning(_t.interaction_id, _t.nonce, _t.code_verifier, _t.requested_loa, _t.expires_at)
)
FIND = select(_t.interaction_id).where(
    _t.state == bindparam("of_state"),
    _t.spent_at.is_(None),
    _t.expires_at > bindparam("now"),
    ~_is_finished,
)
ERASE = delete_oldest((_t.state,), _t.expires_at)
