"""The national system under faults: maintenance, where sessions came from, sessions without it, its sign-outs."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Text, text

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add what is empty for everything that is there: a session of before has no upstream sid, a factor no level."""
    op.add_column("sessions", Column("upstream_sid", LargeBinary))
    op.add_column("sessions", Column("degraded", Boolean))
    op.add_column("sessions", Column("ial_at", BigInteger))
    op.add_column("sessions", Column("reprove_by", BigInteger))
    _index("upstream_sid", "upstream_sid", where="upstream_sid IS NOT NULL")
    _index("degraded", "reprove_by", where="degraded IS NOT NULL AND ended_at IS NULL")
    op.add_column("totp", Column("bound_acr", Text))
    op.create_table(
        "upstream_maintenance",
        Column("upstream", Text, primary_key=True),
        Column("since", BigInteger, nullable=False),
        Column("until", BigInteger, nullable=False),
        Column("set_by", Text, nullable=False),
    )
    op.create_table(
        "upstream_logouts",
        Column("issuer", Text, primary_key=True),
        Column("jti", LargeBinary, primary_key=True),
        Column("expires_at", BigInteger, nullable=False),
        Index("ix_upstream_logouts_expires_at", "expires_at"),
    )


def _index(name: str, column: str, *, where: str) -> None:
    op.create_index(
        f"ix_sessions_{name}", "sessions", [column], sqlite_where=text(where), postgresql_where=text(where)
    )
