"""The registers in the database: one person, one enterprise, one more event, the feed.

An event is entered and applied in one transaction: who reads the feed finds the record already changed.
"""

import secrets
import uuid
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, select

from federation.national_mock.registers import tables
from federation.national_mock.registers.applying import NotApplicable, apply_event
from federation.national_mock.registers.cursor import UnknownCursor, read_cursor, write_cursor
from federation.national_mock.registers.events import Event, read_event, told
from federation.national_mock.registers.loading import load
from federation.national_mock.registers.records import Enterprise, Person, Registers
from federation.national_mock.registers.rows import find_enterprise, find_person

__all__ = ["NotApplicable", "RegisterStore", "UnknownCursor"]


class RegisterStore:
    """Both registers and their feed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def replace_all(self, registers: Registers, *, now: int) -> None:
        """Hold what the file says, and what every event made of it since."""
        with self._engine.begin() as connection:
            load(connection, registers)
            _feed_id(connection)
            past = connection.execute(select(tables.events.c.event).order_by(tables.events.c.position))
            for document in past.scalars().all():
                try:
                    apply_event(connection, read_event(document), now=now)
                except NotApplicable:
                    continue  # the file has changed since: whom it happened to is not in it any more

    def person(self, personal_id: str) -> Person | None:
        """Return who has this number, or had it."""
        with self._engine.begin() as connection:
            return find_person(connection, personal_id, also_former=True)

    def enterprise(self, tax_code: str) -> Enterprise | None:
        with self._engine.begin() as connection:
            return find_enterprise(connection, tax_code)

    def enter(self, event: Event, *, now: int) -> str:
        """Change the records and append the event; return its id, or raise NotApplicable."""
        event_id = str(uuid.uuid4())
        with self._engine.begin() as connection:
            apply_event(connection, event, now=now)
            row = {"id": event_id, "entered_at": now, "event": told(event)}
            connection.execute(insert(tables.events).values(row))
        return event_id

    def events(self, *, after: str, limit: int) -> tuple[list[dict[str, object]], str]:
        """Return the next events behind the cursor, and the cursor behind them; raise UnknownCursor."""
        table = tables.events
        with self._engine.begin() as connection:
            feed = _feed_id(connection)
            position = read_cursor(feed, after)
            query = select(table).where(table.c.position > position).order_by(table.c.position).limit(limit)
            rows = connection.execute(query).all()
        found = [
            {"id": row.id, "entered_at": _moment(row.entered_at)}
            | {name: row.event[name] for name in ("type", "subject", "facts")}
            for row in rows
        ]
        return found, write_cursor(feed, rows[-1].position if rows else position)


def _feed_id(connection: Connection) -> str:
    known: str | None = connection.execute(select(tables.feed.c.id)).scalar_one_or_none()
    if known is None:
        known = secrets.token_hex(8)
        connection.execute(insert(tables.feed).values(id=known))
    return known


def _moment(seconds: int) -> str:
    """RFC 3339, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
