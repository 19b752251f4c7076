"""Merges of people's records, and the stewards' queue of conflicts."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Text, text

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add two empty tables; that a record is merged stands in people.canonical_id, which was there from the beginning."""
    _merges()
    _conflicts()


def _merges() -> None:
    op.create_table(
        "merges",
        Column("merge_id", Text, primary_key=True),
        Column("winner_id", Text, nullable=False),
        Column("loser_id", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("cause", Text),
        Column("dead_with_living", Boolean, nullable=False),
        Column("conflict_id", Text),
        Column("reason", LargeBinary, nullable=False),
        Column("letter", LargeBinary, nullable=False),
        Column("proposed_by", Text, nullable=False),
        Column("proposed_at", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        Column("merged_by", Text),
        Column("merged_at", BigInteger),
        Column("winner_before", LargeBinary),
        Column("closed_by", Text),
        Column("closed_at", BigInteger),
        Column("close_reason", LargeBinary),
    )
    op.create_index("ix_merges_winner", "merges", ["winner_id", "state"])
    op.create_index("ix_merges_loser", "merges", ["loser_id"])
    op.create_index("ix_merges_state", "merges", ["state", "proposed_at"])
    _partial("ix_merges_expires_at", "merges", "expires_at", "state <> 'merged'")
    _partial("ix_merges_stands", "merges", "loser_id", "state = 'merged'", unique=True)


def _conflicts() -> None:
    op.create_table(
        "conflicts",
        Column("conflict_id", Text, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("key", LargeBinary, nullable=False),
        Column("people", Text, nullable=False),
        Column("facts", LargeBinary, nullable=False),
        Column("state", Text, nullable=False),
        Column("opened_at", BigInteger, nullable=False),
        Column("last_at", BigInteger, nullable=False),
        Column("times", Integer, nullable=False),
        Column("assignee", Text),
        Column("closed_at", BigInteger),
        Column("closed_by", Text),
        Column("close_reason", LargeBinary),
    )
    _partial("ix_conflicts_key", "conflicts", "key", "state <> 'resolved'", unique=True)
    op.create_index("ix_conflicts_state", "conflicts", ["state", "opened_at"])
    op.create_index("ix_conflicts_closed_at", "conflicts", ["closed_at"])


def _partial(name: str, table: str, column: str, condition: str, *, unique: bool = False) -> None:
    op.create_index(
        name,
        table,
        [column],
        unique=unique,
        sqlite_where=text(condition),
        postgresql_where=text(condition),
    )
