"""Passwords proved in an interaction, each waiting for its second factor; used up once."""

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    Text,
    and_,
    bindparam,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.database import UtcTime, metadata
from idp.database.erasing import delete_oldest
from idp.database.of_person import of_person
from idp.interactions.store.ends import interaction_ends

password_proofs = Table(
    "password_proofs",
    metadata,
    Column("interaction_id", Text, primary_key=True),  # an interaction's, found before the person is known
    Column("bucket", String(2), nullable=False),
    Column("person_id", Text, nullable=False),
    Column("proved_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("spent_at", UtcTime),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index("ix_password_proofs_expires_at", "expires_at"),
)

_t = password_proofs.c
_insert = insert(password_proofs)
_is_good = and_(
    _t.interaction_id == bindparam("this_interaction"),
    _t.spent_at.is_(None),
    _t.expires_at > bindparam("now"),
    ~select(literal(1))
    .select_from(interaction_ends)
    .where(interaction_ends.c.interaction_id == _t.interaction_id)
    .correlate(password_proofs)
    .exists(),
)
PROVE = _insert.on_conflict_do_update(
    index_elements=["interaction_id"],
    set_={
        "bucket": _insert.excluded.bucket,
        "person_id": _insert.excluded.person_id,
        "proved_at": _insert.excluded.proved_at,
        "expires_at": _insert.excluded.expires_at,
        "spent_at": None,
    },
)
FIND = select(password_proofs).where(_is_good)
SPEND = (
    update(password_proofs)
    .where(_is_good)
    .values(spent_at=bindparam("now"))
    .returning(_t.interaction_id, _t.person_id, _t.proved_at, _t.expires_at)
)
END_OF_PERSON = (
    update(password_proofs)
    .where(
        _t.expires_at > bindparam("now"),
        *of_person(password_proofs),
        _t.spent_at.is_(None),
    )
    .values(spent_at=bindparam("now"))
    .returning(_t.interaction_id)
)
ERASE = delete_oldest((_t.interaction_id,), _t.expires_at)
