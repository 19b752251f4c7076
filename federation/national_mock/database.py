"""The service's own SQLite file: tables and engine.

Every transaction starts with BEGIN IMMEDIATE, so that a read followed by a write never meets a stale
snapshot. Codes, access tokens and browser secrets are kept as SHA-256 digests: they are long and random.
"""

import hashlib
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
)

metadata = MetaData()

accounts = Table(
    "accounts",
    metadata,
    Column("sub", String, primary_key=True),
    Column("account_type", String, nullable=False),
    Column("number", String, nullable=False, index=True),
    Column("tech_id", String, index=True),
    Column("tax_code", String, index=True),
    Column("password_hash", String, nullable=False),
    Column("record", JSON, nullable=False),
)

flows = Table(
    "flows",
    metadata,
    Column("id", String, primary_key=True),
    Column("browser_digest", String, nullable=False),
    Column("form_token", String, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("language", String, nullable=False),
    Column("step", String, nullable=False),
    Column("goal", String),
    Column("login", String),
    Column("sub", String),
    Column("otp", String),
    Column("otp_expires_at", Integer),
    Column("error", String),
    Column("method", String),
    Column("scan_code", String, index=True),
    Column("scan_digits", String),
    Column("scan_state", String),
    Column("scan_sub", String),
    Column("scan_wrong", Integer),
    Column("scan_expires_at", Integer),
    Column("expires_at", Integer, nullable=False, index=True),
)

codes = Table(
    "codes",
    metadata,
    Column("digest", String, primary_key=True),
    Column("client_id", String, nullable=False),
    Column("redirect_uri", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("nonce", String),
    Column("code_challenge", String),
    Column("code_challenge_method", String),
    Column("sub", String, nullable=False),
    Column("acr", String, nullable=False),
    Column("amr", JSON, nullable=False),
    Column("auth_time", Integer, nullable=False),
    Column("sid", String, nullable=False),
    Column("expires_at", Integer, nullable=False, index=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("sid", String, primary_key=True),
    Column("client_id", String, nullable=False),
    Column("sub", String, nullable=False, index=True),
    Column("browser_digest", String, nullable=False, index=True),
    Column("started_at", Integer, nullable=False),
    Column("expires_at", Integer, nullable=False, index=True),
)

tokens = Table(
    "tokens",
    metadata,
    Column("digest", String, primary_key=True),
    Column("code_digest", String, nullable=False, index=True),
    Column("client_id", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("sub", String, nullable=False),
    Column("acr", String, nullable=False),
    Column("expires_at", Integer, nullable=False, index=True),
)

assertions = Table(
    "assertions",
    metadata,
    Column("digest", String, primary_key=True),
    Column("expires_at", Integer, nullable=False, index=True),
)
"""Client assertions that were used, until they have run out."""

attempts = Table(
    "attempts",
    metadata,
    Column("key", String, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("window_ends_at", Integer, nullable=False),
)


EDITION = 4
"""Raised when the tables change: a file of another edition is emptied, since what it held comes from files again."""


def open_database(path: Path) -> Engine:
    """Open the file, making it and its tables when they are not there or are those of another edition."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin_immediate)
    with engine.begin() as connection:
        if connection.exec_driver_sql("PRAGMA user_version").scalar_one() != EDITION:
            _drop_everything(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {EDITION}")
        metadata.create_all(connection)
    return engine


def _drop_everything(connection: Connection) -> None:
    found = MetaData()
    found.reflect(connection)
    found.drop_all(connection)


def digest(secret: str) -> str:
    """What is stored in place of a long random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _configure(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
