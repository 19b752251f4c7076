"""Browser sessions kept on the server; the cookie is a random handle, stored by digest, so logout ends it.

OpenID Connect Back-Channel Logout 1.0 §2.7: a logout token ends the sessions it names at once; a cookie
sent again afterwards opens nothing. A new handle at every sign-in (session fixation). An expired session
still tells whose it was, so that a draft sent with it is not lost; it proves nothing more.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from demo.apps.common.database import Database
from demo.apps.common.visitor import Visitor

SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    id BLOB PRIMARY KEY, sub TEXT, sid TEXT, content TEXT NOT NULL,
    created_at REAL NOT NULL, seen_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_sub ON sessions (sub);
CREATE INDEX IF NOT EXISTS sessions_sid ON sessions (sid);
CREATE TABLE IF NOT EXISTS ended_sids (sid TEXT PRIMARY KEY, ended_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS logout_jtis (jti TEXT PRIMARY KEY, keep_until REAL NOT NULL) WITHOUT ROWID;
"""

_SEEN_EVERY = 30.0
_KEEP_EXPIRED = 24 * 3600.0


class BrowserSession(dict[str, Any]):
    """What one browser's cookie stands for; Authlib keeps its open sign-ins in here too."""

    def __init__(self, content: dict[str, Any], *, id_: bytes | None = None, seen_at: float = 0.0) -> None:
        super().__init__(content)
        self.id = id_
        self.seen_at = seen_at
        self.stored = json.dumps(content)
        self.renewed = False
        self.ended = False
        self.expired: Visitor | None = None
        """Whose session it was before it ended by itself."""

    @property
    def visitor(self) -> Visitor | None:
        """Who is signed in here."""
        return _visitor(self)

    def sign_in(self, visitor: Visitor) -> None:
        """Put a person into this session, under a new handle; nothing of another person stays."""
        self.clear()
        self["visitor"] = visitor.as_json()
        self.renewed = True


class SessionStore:
    """The sessions of one service."""

    def __init__(
        self, database: Database, *, idle: float, absolute: float, now: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._idle = idle
        self._absolute = absolute
        self._now = now

    def open(self, cookie: str | None) -> BrowserSession:
        """Return the session of a cookie, an empty one where there is none in force."""
        found = cookie and self._database.row(
            "SELECT id, sub, content, created_at, seen_at FROM sessions WHERE id = :id", id=_digest(cookie)
        )
        if not found:
            return BrowserSession({})
        now = self._now()
        if now - found["seen_at"] > self._idle or now - found["created_at"] > self._absolute:
            session = BrowserSession({})
            session.expired = _visitor(json.loads(found["content"]))
            return session
        return BrowserSession(json.loads(found["content"]), id_=found["id"], seen_at=found["seen_at"])

    def keep(self, session: BrowserSession) -> str | None:
        """Store what changed; return the cookie to set, an empty one to delete it, or None to leave it."""
        content, now = json.dumps(session), self._now()
        if session.id is not None and not session.renewed:
            if content == session.stored and now - session.seen_at < _SEEN_EVERY:
                return None
            # an update, never an upsert: a session that a logout token ended meanwhile stays ended
            changed = self._database.change(
                "UPDATE sessions SET content = :content, seen_at = :now WHERE id = :id",
                id=session.id,
                content=content,
                now=now,
            )
            return None if changed else ""
        if not session:
            return "" if session.ended else None
        return self._store_new(session, content, now)

    def _store_new(self, session: BrowserSession, content: str, now: float) -> str:
        cookie, visitor = secrets.token_urlsafe(32), session.visitor
        with self._database.transaction():
            if visitor and self._database.row("SELECT 1 FROM ended_sids WHERE sid = :sid", sid=visitor.sid):
                return ""  # the logout token overtook the sign-in
            self._database.change("DELETE FROM sessions WHERE id = :id", id=session.id)
            self._database.change(
                "INSERT INTO sessions VALUES (:id, :sub, :sid, :content, :now, :now)",
                id=_digest(cookie),
                sub=visitor and visitor.sub,
                sid=visitor and visitor.sid,
                content=content,
                now=now,
            )
            self._forget_old(now)
        return cookie

    def end(self, session: BrowserSession) -> None:
        """End this one session; the browser goes on with an empty one."""
        self._database.change("DELETE FROM sessions WHERE id = :id", id=session.id)
        session.clear()
        session.id, session.ended = None, True

    def end_by_logout_token(
        self, *, jti: str, keep_until: float, sub: str | None, sid: str | None
    ) -> int | None:
        """End every session a logout token names; None if that very token was used before."""
        with self._database.transaction():
            if not self._database.change(
                "INSERT OR IGNORE INTO logout_jtis VALUES (:jti, :until)", jti=jti, until=keep_until
            ):
                return None
            if sid is not None:
                self._database.change(
                    "INSERT OR REPLACE INTO ended_sids VALUES (:sid, :now)", sid=sid, now=self._now()
                )
            return self._database.change(
                "DELETE FROM sessions WHERE (:sid IS NULL OR sid = :sid) AND (:sub IS NULL OR sub = :sub)"
                " AND sub IS NOT NULL",
                sid=sid,
                sub=sub,
            )

    def _forget_old(self, now: float) -> None:
        self._database.change(
            "DELETE FROM sessions WHERE seen_at < :before", before=now - self._absolute - _KEEP_EXPIRED
        )
        self._database.change(
            "DELETE FROM ended_sids WHERE ended_at < :before", before=now - self._absolute - _KEEP_EXPIRED
        )
        self._database.change("DELETE FROM logout_jtis WHERE keep_until < :now", now=now)


def _visitor(content: Mapping[str, Any]) -> Visitor | None:
    """Return who is signed in; nobody where an older release kept it in another form."""
    try:
        return Visitor.from_json(content["visitor"])
    except (KeyError, TypeError):
        return None


def _digest(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()
