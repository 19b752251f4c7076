"""Posts: begun, put right, ended. The official's row is their root: whoever changes them has locked it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, insert, select, update

from idp.database import UtcTime
from idp.ids import OfficialId, PostId
from idp.officials.model import Post
from idp.officials.rows import roles_of, roles_text
from idp.officials.store.table import posts

_t = posts.c
_this_open_post = and_(_t.post_id == bindparam("this_post"), _t.closed_at.is_(None))
_ADD = insert(posts)
OF_OFFICIALS = (
    select(posts)
    .where(_t.official_id.in_(bindparam("these", expanding=True)))
    .order_by(_t.starts_at, _t.post_id)
)
_CORRECT = (
    update(posts)
    .where(_this_open_post)
    .values(
        position=bindparam("new_position"),
        starts_at=bindparam("new_start", type_=UtcTime),
        ends_at=bindparam("new_end", type_=UtcTime),
        changed_at=bindparam("now", type_=UtcTime),
    )
)
_CLOSE = (
    update(posts)
    .where(_this_open_post)
    .values(
        ends_at=bindparam("end", type_=UtcTime),
        closed_at=bindparam("now", type_=UtcTime),
        end_reason=bindparam("reason"),
        changed_at=bindparam("now", type_=UtcTime),
    )
    .returning(_t.post_id)
)
_OVERDUE = (
    select(_t.official_id)
    .where(_t.closed_at.is_(None), _t.ends_at <= bindparam("now", type_=UtcTime))
    .order_by(_t.ends_at)
    .limit(bindparam("most"))
)


def add(connection: Connection, new: Iterable[Post]) -> None:
    """Store posts."""
    rows = [post_row(post) for post in new]
    if rows:
        connection.execute(_ADD, rows)


def by_official(rows: Iterable[Row[Any]]) -> dict[OfficialId, tuple[Post, ...]]:
    """Return rows as the posts of each official, the earliest first."""
    found: dict[OfficialId, list[Post]] = {}
    for row in rows:
        found.setdefault(OfficialId(row.official_id), []).append(_post(row))
    return {official_id: tuple(held) for official_id, held in found.items()}


def correct(connection: Connection, post: Post, *, now: datetime) -> None:
    """Put position and days of an open post right."""
    given = {
        "this_post": post.post_id,
        "new_position": post.position,
        "new_start": post.starts_at,
        "new_end": post.ends_at,
        "now": now,
    }
    connection.execute(_CORRECT, given)


def close(connection: Connection, post: Post, *, now: datetime, reason: str) -> bool:
    """Mark a post as ended; True if this call did it. One that was to begin later ends as it begins."""
    end = max(post.starts_at, now if post.ends_at is None else min(now, post.ends_at))
    given = {"this_post": post.post_id, "end": end, "now": now, "reason": reason}
    return connection.execute(_CLOSE, given).one_or_none() is not None


def overdue(connection: Connection, now: datetime, limit: int) -> tuple[OfficialId, ...]:
    """Return whose posts are over by this moment and not closed."""
    rows = connection.execute(_OVERDUE, {"now": now, "most": limit})
    return tuple(dict.fromkeys(OfficialId(row.official_id) for row in rows))


def _post(row: Row[Any]) -> Post:
    return Post(
        post_id=PostId(row.post_id),
        official_id=OfficialId(row.official_id),
        agency_code=row.agency_code,
        commune_code=row.commune_code,
        position=row.position,
        roles=roles_of(row.roles),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        closed_at=row.closed_at,
        changed_at=row.changed_at,
    )


def post_row(post: Post) -> dict[str, object]:
    """Return the row of a post."""
    return {
        "post_id": post.post_id,
        "official_id": post.official_id,
        "agency_code": post.agency_code,
        "commune_code": post.commune_code,
        "position": post.position,
        "roles": roles_text(post.roles),
        "starts_at": post.starts_at,
        "ends_at": post.ends_at,
        "closed_at": post.closed_at,
        "changed_at": post.changed_at,
    }
