"""When a person's services were first and last used, as far as it is still kept: SELECT only, by two indexes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, case, func, select, union_all

from idp.grants.store.table import grants
from idp.ids import ClientId, PersonId, bucket_of
from idp.sessions.store.session_clients import session_clients
from idp.sessions.store.table import sessions

_is_live = and_(grants.c.revoked_at.is_(None), grants.c.expires_at > bindparam("now"))
_granted = select(
    grants.c.client_id,
    grants.c.created_at.label("at"),
    case((_is_live, 1), else_=0).label("live"),
).where(grants.c.bucket == bindparam("of_bucket"), grants.c.person_id == bindparam("of_person"))
_reached = (
    select(session_clients.c.client_id, session_clients.c.reached_at.label("at"), func.abs(0).label("live"))
    .join(
        sessions,
        and_(
            session_clients.c.bucket == sessions.c.bucket,
            session_clients.c.session_id == sessions.c.session_id,
        ),
    )
    .where(sessions.c.bucket == bindparam("of_bucket"), sessions.c.person_id == bindparam("of_person"))
)
_each = union_all(_granted, _reached).subquery("each_use")
_USED = select(
    _each.c.client_id,
    func.min(_each.c.at, type_=grants.c.created_at.type).label("first"),
    func.max(_each.c.at, type_=grants.c.created_at.type).label("last"),
    func.max(_each.c.live).label("live"),
).group_by(_each.c.client_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One person's use of one service."""

    first: datetime
    last: datetime
    is_live: bool
    """A grant holds: the service may ask for something now."""


def used_by(connection: Connection, person_id: PersonId, now: datetime) -> dict[ClientId, Use]:
    """Return the uses of a person that grants and sessions still tell of; both are erased some time after their end."""
    given = {"of_bucket": bucket_of(person_id), "of_person": person_id, "now": now}
    return {
        ClientId(row.client_id): Use(first=row.first, last=row.last, is_live=bool(row.live))
        for row in connection.execute(_USED, given)
    }
