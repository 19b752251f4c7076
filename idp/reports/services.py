"""Which services a person is connected to, and when each was first and last used, as far as that is kept: SELECT only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, case, func, literal, or_, select, union_all

from idp.consents.store import consents
from idp.database.of_person import of_person, person_given
from idp.grants.store.table import grants
from idp.ids import ClientId, PersonId
from idp.sessions.store.session_clients import session_clients
from idp.sessions.store.table import sessions

_is_live = and_(grants.c.revoked_at.is_(None), grants.c.expires_at > bindparam("now"))
_granted = select(
    grants.c.client_id,
    grants.c.created_at.label("at"),
    case((_is_live, 1), else_=0).label("live"),
).where(*of_person(grants))
_reached = (
    select(session_clients.c.client_id, session_clients.c.reached_at.label("at"), func.abs(0).label("live"))
    .join(
        sessions,
        and_(
            session_clients.c.bucket == sessions.c.bucket,
            session_clients.c.session_id == sessions.c.session_id,
        ),
    )
    .where(*of_person(sessions))
)
_each = union_all(_granted, _reached).subquery("each_use")
_USED = select(
    _each.c.client_id,
    func.min(_each.c.at, type_=grants.c.created_at.type).label("first"),
    func.max(_each.c.at, type_=grants.c.created_at.type).label("last"),
    func.max(_each.c.live).label("live"),
).group_by(_each.c.client_id)
_is_withdrawn = consents.c.withdrawn_at.is_not(None)
_told = select(
    consents.c.client_id,
    case((and_(consents.c.granted, ~_is_withdrawn), 1), else_=0).label("agreed"),
    case((_is_withdrawn, 1), else_=0).label("withdrawn"),
    literal(0).label("live"),
).where(*of_person(consents), consents.c.superseded_at.is_(None))
_may_ask = select(grants.c.client_id, literal(0), literal(0), literal(1)).where(*of_person(grants), _is_live)
_tie = union_all(_told, _may_ask).subquery("each_tie")
_CONNECTED = (
    select(_tie.c.client_id)
    .group_by(_tie.c.client_id)
    .having(
        or_(
            func.max(_tie.c.agreed) == 1,
            and_(func.max(_tie.c.live) == 1, func.max(_tie.c.withdrawn) == 0),
        )
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One person's use of one service."""

    first: datetime
    last: datetime
    is_live: bool
    """A grant holds: the service may ask for something now."""


def used_by(connection: Connection, person_id: PersonId, now: datetime) -> dict[ClientId, Use]:
    """Return the uses of a person that grants and sessions still tell of; both are erased some time after their end."""
    return {
        ClientId(row.client_id): Use(first=row.first, last=row.last, is_live=bool(row.live))
        for row in connection.execute(_USED, {**person_given(person_id), "now": now})
    }


def connected_to(connection: Connection, person_id: PersonId, now: datetime) -> tuple[ClientId, ...]:
    """Return the services that may get something of a person: something is agreed to, or a grant holds and nothing was
    taken back. Some may be registered no more.
    """
    found = connection.execute(_CONNECTED, {**person_given(person_id), "now": now})
    return tuple(ClientId(one) for one in found.scalars())
