"""The configuration version: one row, raised by every change of clients, keys, policies (DESIGN 5.8); and the epoch.

Each node reads it every 400 ms. Raising it first in a transaction also makes concurrent changes wait for
each other. An epoch begins when a back-up is restored: what was issued before may have been used up or ended
since the back-up was made, so it counts no more (adr/0027).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Integer,
    Table,
    inspect,
    select,
    text,
    update,
)

from idp.database import UtcTime, metadata
from keys.envelope import Vault

config_version = Table(
    "config_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("epoch", BigInteger),
    Column("epoch_began_at", UtcTime),
    CheckConstraint("id = 1", name="one_row"),
)

_GET = select(config_version.c.version).where(config_version.c.id == 1)
_TOUCH = update(config_version).where(config_version.c.id == 1).values(version=config_version.c.version)
_TURN = "PRAGMA user_version"
_TURNS = ("PRAGMA user_version = 1", "PRAGMA user_version = 0")
_REVISION = text("SELECT version_num FROM alembic_version")
_EPOCH = select(config_version.c.epoch_began_at).where(config_version.c.id == 1)
_RAISE = (
    update(config_version)
    .where(config_version.c.id == 1)
    .values(version=config_version.c.version + 1)
    .returning(config_version.c.version)
)


@dataclass(frozen=True, slots=True)
class ConfigurationStore:
    """The configuration version as one transaction sees it."""

    connection: Connection
    vault: Vault

    def version(self) -> int:
        """Return the version."""
        number: int = self.connection.execute(_GET).scalar_one()
        return number

    def epoch_began_at(self) -> datetime | None:
        """Return when the database was last restored, None if never."""
        began_at: datetime | None = self.connection.execute(_EPOCH).scalar_one()
        return began_at

    def raise_version(self) -> int:
        """Raise the version and return it; holds its row until the commit."""
        number: int = self.connection.execute(_RAISE).scalar_one()
        return number

    def touch(self) -> None:
        """Write what means nothing: succeeds where writing is possible.

        PostgreSQL writes a row anew even as it was. SQLite doesn't, so a number in the head of its file takes turns.
        """
        if self.connection.dialect.name == "sqlite":
            turn = self.connection.exec_driver_sql(_TURN).scalar_one()
            self.connection.exec_driver_sql(_TURNS[turn & 1])
        else:
            self.connection.execute(_TOUCH)

    def revision(self) -> str | None:
        """Return the revision of the schema; None when there is none yet."""
        if not inspect(self.connection).has_table("alembic_version"):
            return None
        revision: str | None = self.connection.scalar(_REVISION)
        return revision
