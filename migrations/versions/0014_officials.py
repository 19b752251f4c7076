"""Officials: employment records and their posts."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Text,
    text,
)

revision = "0014"
down_revision = "0013"

_BYTES = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add tables; nothing that is there changes."""
    op.create_table(
        "officials",
        Column("official_id", Text, primary_key=True),
        Column("bucket", String(2)),
        Column("person_id", Text),
        Column("employee_number", Text, nullable=False),
        Column("number_fold", _BYTES, nullable=False),
        Column("agency_code", _BYTES, nullable=False),
        Column("status", Text, nullable=False),
        Column("profile", LargeBinary, nullable=False),
        Column("awaited_id", LargeBinary),
        Column("looked_at", BigInteger),
        Column("version", Integer, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("updated_at", BigInteger, nullable=False),
        Column("removed_at", BigInteger),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    )
    _index("officials", "number_fold", ["number_fold"], where="removed_at IS NULL", unique=True)
    _index("officials", "agency_code", ["agency_code", "number_fold"])
    _index("officials", "person", ["bucket", "person_id"])
    _index("officials", "looked_at", ["looked_at"], where="awaited_id IS NOT NULL")
    op.create_table(
        "official_posts",
        Column("post_id", Text, primary_key=True),
        Column("official_id", Text, ForeignKey("officials.official_id"), nullable=False),
        Column("agency_code", _BYTES, nullable=False),
        Column("commune_code", Text, nullable=False),
        Column("position", Text, nullable=False),
        Column("roles", Text, nullable=False),
        Column("starts_at", BigInteger, nullable=False),
        Column("ends_at", BigInteger),
        Column("closed_at", BigInteger),
        Column("end_reason", Text),
    )
    _index("official_posts", "official_id", ["official_id", "starts_at"])
    _index("official_posts", "agency_code", ["agency_code", "official_id"])
    _index("official_posts", "ends_at", ["ends_at"], where="closed_at IS NULL AND ends_at IS NOT NULL")
    op.create_table(
        "official_external_ids",
        Column("client_id", Text, primary_key=True),
        Column("official_id", Text, ForeignKey("officials.official_id"), primary_key=True),
        Column("external_id", Text, nullable=False),
    )
    _index("official_external_ids", "external_id", ["client_id", "external_id"])


def _index(table: str, name: str, columns: list[str], *, where: str = "", unique: bool = False) -> None:
    condition = text(where) if where else None
    op.create_index(
        f"ix_{table}_{name}",
        table,
        columns,
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )
