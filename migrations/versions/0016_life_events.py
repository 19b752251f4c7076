"""Life events: grounds of locks, papers, the latest word on each fact, what was applied, what waits, written requests."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, LargeBinary, String, Text

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add empty tables, and an index to find people by their birth year; nothing that is there changes."""
    op.create_index("ix_people_birth_year", "people", ["birth_year", "bucket", "person_id"])
    op.create_table(
        "life_grounds",
        *_person(),
        Column("ground", Text, primary_key=True),
        Column("since", BigInteger, nullable=False),
        Column("reference", LargeBinary),
        Column("lifted_at", BigInteger),
        _of_people(),
    )
    op.create_table(
        "life_states",
        *_person(),
        Column("card_status", Text),
        Column("card_expires_on", Text),
        Column("residence_until", Text),
        Column("suspended_at", BigInteger),
        _of_people(),
    )
    op.create_index("ix_life_states_card_expires_on", "life_states", ["card_expires_on"])
    op.create_index("ix_life_states_residence_until", "life_states", ["residence_until"])
    op.create_table(
        "life_words",
        Column("subject", Text, primary_key=True),
        Column("fact", Text, primary_key=True),
        Column("entered_at", BigInteger, nullable=False),
        Column("event_id", Text, nullable=False),
    )
    op.create_table(
        "life_applied",
        Column("event_id", Text, primary_key=True),
        Column("event_type", Text, nullable=False),
        Column("applied_at", BigInteger, nullable=False),
    )
    op.create_index("ix_life_applied_applied_at", "life_applied", ["applied_at"])
    op.create_table(
        "life_cursors",
        Column("name", Text, primary_key=True),
        Column("cursor", Text, nullable=False),
        Column("moved_at", BigInteger, nullable=False),
    )
    _unresolved()
    _requests()


def _unresolved() -> None:
    op.create_table(
        "life_unresolved",
        Column("unresolved_id", Text, primary_key=True),
        Column("event_id", Text, nullable=False, unique=True),
        Column("event_type", Text, nullable=False),
        Column("contradiction", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("facts", LargeBinary, nullable=False),
        Column("opened_at", BigInteger, nullable=False),
        Column("settled_at", BigInteger),
        Column("settled_by", Text, nullable=False),
        Column("note", LargeBinary),
    )
    op.create_index("ix_life_unresolved_settled_at", "life_unresolved", ["settled_at", "opened_at"])


def _requests() -> None:
    op.create_table(
        "lock_requests",
        Column("request_id", Text, primary_key=True),
        Column("bucket", String(2), nullable=False),
        Column("person_id", Text, nullable=False),
        Column("wish", Text, nullable=False),
        Column("authority", LargeBinary, nullable=False),
        Column("letter", LargeBinary, nullable=False),
        Column("received_at", BigInteger, nullable=False),
        Column("entered_at", BigInteger, nullable=False),
        Column("entered_by", Text, nullable=False),
        Column("due_at", BigInteger, nullable=False),
        Column("decision", Text),
        Column("decided_at", BigInteger),
        Column("decided_by", Text, nullable=False),
        Column("reason", LargeBinary),
        _of_people(),
    )
    op.create_index("ix_lock_requests_decided_at", "lock_requests", ["decided_at", "due_at"])
    op.create_index("ix_lock_requests_person", "lock_requests", ["bucket", "person_id"])


def _person() -> tuple[Column[str], Column[str]]:
    return Column("bucket", String(2), primary_key=True), Column("person_id", Text, primary_key=True)


def _of_people() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"])
