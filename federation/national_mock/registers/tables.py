"""The tables of the registers and of the feed, in the service's own database."""

from sqlalchemy import JSON, Column, Integer, String, Table

from federation.national_mock.database import metadata

people = Table(
    "people",
    metadata,
    Column("personal_id", String, primary_key=True),
    Column("record", JSON, nullable=False),
)

former_numbers = Table(
    "former_numbers",
    metadata,
    Column("former_id", String, primary_key=True),
    Column("personal_id", String, nullable=False),
)
"""Cancelled numbers: never given again, and who asks by one is told the person (DOMAIN §1.4)."""

enterprises = Table(
    "enterprises",
    metadata,
    Column("tax_code", String, primary_key=True),
    Column("record", JSON, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("entered_at", Integer, nullable=False),
    Column("event", JSON, nullable=False),
    sqlite_autoincrement=True,
)

feed = Table("feed", metadata, Column("id", String, primary_key=True))
"""One row: which feed this is, so that a cursor of another one is known for what it is."""
