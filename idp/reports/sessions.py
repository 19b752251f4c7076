"""What a person's open sessions have reached, and for whom they act there: SELECT only."""

from sqlalchemy import Connection, Select, Table, and_, bindparam, select

from idp.ids import ClientId, PersonId, bucket_of
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
        .where(
            sessions.c.bucket == bindparam("of_bucket"),
            sessions.c.person_id == bindparam("of_person"),
            sessions.c.ended_at.is_(None),
        )
    )


_REACHED = _of_person(session_clients).order_by(session_clients.c.reached_at, session_clients.c.client_id)
_CHOSEN = _of_person(session_contexts).order_by(session_contexts.c.chosen_at, session_contexts.c.client_id)


def reached_by(connection: Connection, person_id: PersonId) -> dict[str, tuple[ClientId, ...]]:
    """Return session → the services it has reached, the earliest first."""
    return {
        session_id: tuple(ClientId(one) for one in clients)
        for session_id, clients in _grouped(connection, _REACHED, person_id, "client_id").items()
    }


def chosen_by(connection: Connection, person_id: PersonId) -> dict[str, tuple[str, ...]]:
    """Return session → the choices of those it acts for anywhere."""
    return _grouped(connection, _CHOSEN, person_id, "choice_id")


def _grouped(
    connection: Connection, statement: Select[tuple[object, ...]], person_id: PersonId, column: str
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    given = {"of_bucket": bucket_of(person_id), "of_person": person_id}
    for row in connection.execute(statement, given).mappings():
        found[row["session_id"]] = (*found.get(row["session_id"], ()), row[column])
    return found
