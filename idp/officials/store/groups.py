"""Who holds which role in which agency, now: read off the posts, kept nowhere else."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)

from idp.database import UtcTime
from idp.ids import OfficialId
from idp.officials.model import AgencyRole
from idp.officials.query import GroupQuery
from idp.officials.roles import Role
from idp.officials.store.table import is_held, is_within, officials, posts

_roles = union_all(*(select(cast(literal(role.value), Text).label("role")) for role in Role)).subquery(
    "one_role"
)
_gives = func.replace(posts.c.roles, literal(" ").concat(_roles.c.role).concat(" "), "") != posts.c.roles
_NOW = bindparam("now", type_=UtcTime)
_held = (
    select(posts.c.agency_code, _roles.c.role)
    .select_from(posts)
    .join(officials, officials.c.official_id == posts.c.official_id)
    .join(_roles, _gives)
    .where(
        is_within(posts.c.agency_code, bindparam("root")),
        is_within(officials.c.agency_code, bindparam("root")),
        officials.c.removed_at.is_(None),
        officials.c.status == "active",
        is_held(_NOW),
    )
)
_MEMBERS = (
    _held.with_only_columns(posts.c.official_id)
    .where(posts.c.agency_code == bindparam("of_agency"), _roles.c.role == bindparam("of_role"))
    .distinct()
    .order_by(posts.c.official_id)
    .limit(bindparam("most"))
)


def groups(
    connection: Connection, query: GroupQuery, *, skip: int, limit: int
) -> tuple[int, tuple[AgencyRole, ...]]:
    """Return how many agencies and roles somebody holds, and a stretch of them in their order."""
    found = _of(query)
    given = {"root": query.root, "now": query.now}
    total = connection.execute(select(func.count()).select_from(found.subquery("some")), given).scalar_one()
    page = found.order_by(posts.c.agency_code, _roles.c.role).offset(skip).limit(limit)
    rows = connection.execute(page, given) if limit else ()
    return total, tuple(AgencyRole(agency_code=row.agency_code, role=Role(row.role)) for row in rows)


def members(
    connection: Connection, group: AgencyRole, *, root: str, now: datetime, limit: int
) -> tuple[OfficialId, ...]:
    """Return who holds this role in this agency now."""
    given = {
        "root": root,
        "now": now,
        "of_agency": group.agency_code,
        "of_role": group.role.value,
        "most": limit,
    }
    return tuple(OfficialId(row.official_id) for row in connection.execute(_MEMBERS, given))


def _of(query: GroupQuery) -> Select[Any]:
    name = posts.c.agency_code.concat(" ").concat(_roles.c.role)
    conditions: list[ColumnElement[bool]] = [
        posts.c.agency_code == query.agency if query.agency else true(),
        _roles.c.role == query.role if query.role else true(),
        posts.c.official_id == query.member if query.member else true(),
        func.substr(name, 1, len(query.prefix)) == query.prefix if query.prefix else true(),
    ]
    return _held.where(and_(*conditions)).distinct()
