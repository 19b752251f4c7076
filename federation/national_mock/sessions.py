"""Who is signed in where through this service: what a logout ends – OpenID Connect Back-Channel Logout §2.1.

A sign-in that gave a relying party its code is a session, `sid`, of that browser. It is for telling relying parties of a
sign-out; it never signs anybody in.
"""

import secrets
from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, Engine, Row, delete, insert, select

from federation.national_mock import database
from federation.national_mock.database import digest

SESSION_SECONDS = 12 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in at one relying party."""

    sid: str
    client_id: str
    sub: str
    started_at: int


_COLUMNS = [database.sessions.c[field.name] for field in fields(Session)]


class SessionStore:
    """Begins, lists and ends them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, *, client_id: str, sub: str, browser_digest: str, now: int) -> str:
        """Begin one; return its sid. Those that have run out go."""
        table, sid = database.sessions, secrets.token_urlsafe(24)
        row = {
            "sid": sid,
            "client_id": client_id,
            "sub": sub,
            "browser_digest": browser_digest,
            "started_at": now,
            "expires_at": now + SESSION_SECONDS,
        }
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(table.c.expires_at <= now))
            connection.execute(insert(table).values(row))
        return sid

    def of_browser(self, browser: str, *, now: int) -> list[Session]:
        """Return the sessions of this browser, the latest first."""
        table = database.sessions
        query = select(*_COLUMNS).where(table.c.browser_digest == digest(browser), table.c.expires_at > now)
        with self._engine.begin() as connection:
            rows = connection.execute(query.order_by(table.c.started_at.desc(), table.c.sid)).all()
        return [_session(row) for row in rows]

    def end_of_browser(self, browser: str, *, now: int) -> list[Session]:
        """End every session of this browser and return them; each is returned once."""
        return self._end(database.sessions.c.browser_digest == digest(browser), now)

    def end_of_account(self, sub: str, *, now: int) -> list[Session]:
        """End every session of this account, wherever."""
        return self._end(database.sessions.c.sub == sub, now)

    def end_session(self, sid: str, *, client_id: str, now: int) -> list[Session]:
        """End this one session of this relying party."""
        table = database.sessions
        return self._end((table.c.sid == sid) & (table.c.client_id == client_id), now)

    def _end(self, which: ColumnElement[bool], now: int) -> list[Session]:
        with self._engine.begin() as connection:
            ended = delete(database.sessions).where(which, database.sessions.c.expires_at > now)
            return [_session(row) for row in connection.execute(ended.returning(*_COLUMNS)).all()]


def _session(row: Row[tuple[object, ...]]) -> Session:
    return Session(**row._mapping)  # noqa: SLF001 – SQLAlchemy's documented name for a row as a mapping
