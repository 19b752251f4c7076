"""Sessions by what they owe to an upstream: the one they came from, and those begun without it while it was down."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, and_, bindparam, func, select, update

from idp.sessions.model import Session
from idp.sessions.store.table import session, sessions
from keys.envelope import Vault

_OF_UPSTREAM_SID = (
    select(sessions)
    .where(sessions.c.upstream_sid == bindparam("of_sid"), sessions.c.ended_at.is_(None))
    .order_by(sessions.c.created_at, sessions.c.session_id)
    .limit(bindparam("most", type_=Integer))
)
_source = sessions.alias("source")
_INHERIT = (
    update(sessions)
    .where(sessions.c.cookie == bindparam("of_cookie"))
    .values(
        upstream_sid=func.coalesce(
            select(_source.c.upstream_sid)
            .where(_source.c.session_id == bindparam("from_session"))
            .scalar_subquery(),
            sessions.c.upstream_sid,
        )
    )
)
_is_degraded = and_(sessions.c.degraded.is_not(None), sessions.c.ended_at.is_(None))
_SET_REPROVE_BY = (
    update(sessions)
    .where(
        sessions.c.session_id.in_(
            select(sessions.c.session_id)
            .where(_is_degraded, sessions.c.reprove_by.is_(None))
            .limit(bindparam("most", type_=Integer))
        ),
        sessions.c.reprove_by.is_(None),
        sessions.c.ended_at.is_(None),
    )
    .values(reprove_by=bindparam("by"))
    .returning(sessions.c.session_id)
)
_NOT_REPROVED = (
    select(sessions)
    .where(_is_degraded, sessions.c.reprove_by <= bindparam("now"))
    .order_by(sessions.c.reprove_by, sessions.c.session_id)
    .limit(bindparam("most", type_=Integer))
)


@dataclass(frozen=True, slots=True)
class UpstreamSessionStore:
    """The same sessions as `SessionStore` has, asked for in other ways."""

    connection: Connection
    vault: Vault

    def of_upstream_sid(self, upstream_sid: str, limit: int) -> tuple[Session, ...]:
        """Return the sessions that came from one session upstream and have not ended, the oldest first."""
        given = {"of_sid": self.vault.digest(upstream_sid), "most": limit}
        return tuple(session(row) for row in self.connection.execute(_OF_UPSTREAM_SID, given))

    def inherit(self, cookie: str, from_session: str) -> None:
        """Let a session that was confirmed by another come from the same session upstream: it ends with that one too.

        Where the other came from none, a session that was renewed by it still ends with the one it came from.
        """
        given = {"of_cookie": self.vault.digest(cookie), "from_session": from_session}
        self.connection.execute(_INHERIT, given)

    def set_reprove_by(self, by: datetime, limit: int) -> int:
        """Give degraded sessions that have no such moment yet one by which upstream must vouch for them."""
        return len(self.connection.execute(_SET_REPROVE_BY, {"by": by, "most": limit}).all())

    def not_reproved(self, now: datetime, limit: int) -> tuple[Session, ...]:
        """Return the degraded sessions whose moment has passed, those that waited longest first."""
        rows = self.connection.execute(_NOT_REPROVED, {"now": now, "most": limit})
        return tuple(session(row) for row in rows)
