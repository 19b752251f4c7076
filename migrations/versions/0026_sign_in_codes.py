"""Codes sent to an address as a way to sign in, and how often an account was tried at all."""

from alembic import op
from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Text, column, table, update

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add an empty table and two columns: no address opens an account yet, and each failure of before was a try."""
    op.create_table(
        "sign_in_codes",
        Column("interaction_id", Text, primary_key=True),
        Column("person_id", Text, nullable=False),
        Column("account", Text, nullable=False),
        Column("channel", Text, nullable=False),
        Column("address", LargeBinary, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        Column("tries", Integer, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        Index("ix_sign_in_codes_expires_at", "expires_at"),
    )
    op.add_column("contacts", Column("signs_in_since", BigInteger))
    op.add_column("attempts", Column("tries", BigInteger, nullable=False, server_default="0"))
    attempts = table("attempts", column("failures", Integer), column("tries", BigInteger))
    op.execute(update(attempts).values(tries=attempts.c.failures))
