"""How many sessions of a person are live, what they have reached, and for whom they act there: SELECT only."""

from datetime import datetime

from sqlalchemy import Connection, Select, Table, and_, bindparam, case, func, or_, select

from idp.database import UtcTime
from idp.database.of_person import of_person, person_given
from idp.ids import ClientId, PersonId
from idp.lifetimes import Lifetimes
from idp.protocol.assurance import Acr
from idp.protocol.context import SELF
from idp.sessions.store.session_clients import session_clients
from idp.sessions.store.session_contexts import session_contexts
from idp.sessions.store.table import sessions


def _of_person(table: Table) -> Select[tuple[object, ...]]:
    """Return a statement that reads a table of sessions' own rows, of one person's open sessions."""
    return (
        select(*table.c)
        .join(
            sessions, and_(table.c.bucket == sessions.c.bucket, table.c.session_id == sessions.c.session_id)
        )
        .where(*of_person(sessions), sessions.c.ended_at.is_(None))
    )


_REACHED = _of_person(session_clients).order_by(session_clients.c.reached_at, session_clients.c.client_id)
_used_as = _of_person(session_clients).outerjoin(
    session_contexts,
    and_(
        session_contexts.c.bucket == session_clients.c.bucket,
        session_contexts.c.session_id == session_clients.c.session_id,
        session_contexts.c.client_id == session_clients.c.client_id,
        session_clients.c.context_id.is_(None),
    ),
)
"""With what was chosen, where a release reached the service that did not say as whom."""
_USED_AS = _used_as.with_only_columns(
    session_clients.c.session_id,
    func.coalesce(session_clients.c.context_id, session_contexts.c.choice_id, SELF).label("used_as"),
).order_by(session_clients.c.reached_at, session_clients.c.client_id)

_is_low = and_(sessions.c.acr == Acr.LOW.value, or_(sessions.c.degraded.is_(None), ~sessions.c.degraded))
_COUNT_LIVE = select(func.count()).where(  # as Session.is_live
    *of_person(sessions),
    sessions.c.ended_at.is_(None),
    sessions.c.expires_at > bindparam("now"),
    sessions.c.last_seen_at
    > case(
        (_is_low, bindparam("low_seen_after", type_=UtcTime)), else_=bindparam("seen_after", type_=UtcTime)
    ),
)


def count_live(connection: Connection, person_id: PersonId, now: datetime, life: Lifetimes) -> int:
    """Return how many sessions of a person are live."""
    seen = {"seen_after": now - life.session_idle, "low_seen_after": now - life.session_low}
    return connection.execute(_COUNT_LIVE, {**person_given(person_id), "now": now, **seen}).scalar_one()


def reached_by(connection: Connection, person_id: PersonId) -> dict[str, tuple[ClientId, ...]]:
    """Return session → the services it has reached, the earliest first."""
    return {
        session_id: tuple(ClientId(one) for one in clients)
        for session_id, clients in _grouped(connection, _REACHED, person_id, "client_id").items()
    }


def used_as(connection: Connection, person_id: PersonId) -> dict[str, tuple[str, ...]]:
    """Return session → the choices of those for whom it is used anywhere."""
    return _grouped(connection, _USED_AS, person_id, "used_as")


def _grouped(
    connection: Connection, statement: Select[tuple[object, ...]], person_id: PersonId, column: str
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(statement, person_given(person_id)).mappings():
        found[row["session_id"]] = (*found.get(row["session_id"], ()), row[column])
    return found
