"""Reading who would be hit: live sessions and grants, a bucket and a few thousand rows at a time (DESIGN 5.7).

SELECT alone, over the tables of several features, which are named here without their stores. A chunk is found by the
primary key whatever is searched for, so that no statement grows with the table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    String,
    TableClause,
    Text,
    and_,
    bindparam,
    column,
    false,
    func,
    literal,
    or_,
    select,
    table,
    true,
)

from idp.database import UtcTime
from idp.emergency.model import AffectedGrant, AffectedSession, Kinds, Target
from idp.ids import ClientId, GrantId, PersonId
from keys.envelope import Vault

CHUNK = 5000

_sessions = table(
    "sessions",
    column("bucket", String),
    column("session_id", Text),
    column("person_id", Text),
    column("created_at", UtcTime),
    column("auth_time", UtcTime),
    column("expires_at", UtcTime),
    column("ended_at", UtcTime),
    column("idp", Text),
    column("network", LargeBinary),
)
_reached = table(
    "session_clients", column("bucket", String), column("session_id", Text), column("client_id", Text)
)
_grants = table(
    "grants",
    column("bucket", String),
    column("grant_id", Text),
    column("person_id", Text),
    column("client_id", Text),
    column("session_id", Text),
    column("is_offline", Boolean),
    column("facts", Text),
    column("created_at", UtcTime),
    column("expires_at", UtcTime),
    column("revoked_at", UtcTime),
    column("family_ended_at", UtcTime),
    column("network", LargeBinary),
)
_codes = table("codes", column("bucket", String), column("grant_id", Text), column("spent_at", UtcTime))
_refresh_tokens = table(
    "refresh_tokens",
    column("bucket", String),
    column("grant_id", Text),
    column("issued_at", UtcTime),
    column("expires_at", UtcTime),
    column("spent_at", UtcTime),
)

_NEXT_BUCKETS = tuple(
    select(func.min(of.c.bucket)).where(of.c.bucket > bindparam("after")) for of in (_sessions, _grants)
)


@dataclass(frozen=True, slots=True)
class AffectedStore:
    """What one transaction sees of sessions and grants that are live."""

    connection: Connection
    vault: Vault

    def buckets(self, target: Target) -> tuple[str, ...]:
        """Return the buckets in which there may be something, each found by one step along an index."""
        if target.bucket is not None:
            return (target.bucket,)
        found: set[str] = set()
        for statement in _NEXT_BUCKETS:
            bucket = ""
            while (bucket := self.connection.execute(statement, {"after": bucket}).scalar_one() or "") != "":
                found.add(bucket)
        return tuple(sorted(found))

    def sessions(self, target: Target, bucket: str, now: datetime) -> Iterator[list[AffectedSession]]:
        """Yield the live sessions that are meant, chunk by chunk."""
        wanted = (
            select(_sessions.c.session_id, _sessions.c.person_id)
            .where(*_live_session(now), *_meant_session(target))
            .order_by(_sessions.c.session_id)
        )
        for rows in self._chunks(_sessions, "session_id", wanted, bucket):
            yield [
                AffectedSession(session_id=row.session_id, person_id=PersonId(row.person_id)) for row in rows
            ]

    def reached(self, target: Target, bucket: str, now: datetime) -> Iterator[tuple[ClientId, int]]:
        """Yield how many of these sessions reached which client, chunk by chunk."""
        wanted = (
            select(_reached.c.client_id, func.count().label("sessions"))
            .select_from(_sessions.join(_reached, _of_session))
            .where(*_live_session(now), *_meant_session(target))
            .group_by(_reached.c.client_id)
        )
        for rows in self._chunks(_sessions, "session_id", wanted, bucket):
            yield from ((ClientId(row.client_id), row.sessions) for row in rows)

    def unplaced(self, bucket: str, now: datetime) -> int:
        """Count live sessions of which no network is known."""
        wanted = select(func.count().label("sessions")).where(
            *_live_session(now), _sessions.c.network.is_(None)
        )
        return sum(
            row.sessions for rows in self._chunks(_sessions, "session_id", wanted, bucket) for row in rows
        )

    def grants(
        self, target: Target, kinds: Kinds, bucket: str, now: datetime
    ) -> Iterator[list[AffectedGrant]]:
        """Yield the live grants that are meant or end with a session that is, chunk by chunk."""
        by_itself = and_(*_meant_grant(target)) if kinds.grants else false()
        with_session = and_(_grants.c.is_offline.is_(false()), _session_of_grant(now, target))
        meant = or_(by_itself, with_session) if kinds.sessions else by_itself
        wanted = (
            select(
                _grants.c.grant_id,
                _grants.c.person_id,
                _grants.c.client_id,
                _grants.c.is_offline,
                _has_family(now).label("has_family"),
                _last_code.label("code_at"),
                _last_refresh.label("refresh_at"),
            )
            .where(*_live_grant(now), meant)
            .order_by(_grants.c.grant_id)
        )
        for rows in self._chunks(_grants, "grant_id", wanted, bucket):
            yield [_grant(row) for row in rows]

    def _chunks(self, of: TableClause, key: str, wanted: Select[Any], bucket: str) -> Iterator[list[Any]]:
        """Yield what is wanted of one chunk of a table after the other."""
        after, name = "", of.c[key]
        while True:
            keys = (
                select(name).where(of.c.bucket == bucket, name > after).order_by(name).limit(CHUNK).subquery()
            )
            last = self.connection.execute(select(func.max(keys.c[key]))).scalar_one()
            if last is None:
                return
            within = wanted.where(of.c.bucket == bucket, name > after, name <= last)
            yield list(self.connection.execute(within).all())
            after = last


_of_session = and_(_reached.c.bucket == _sessions.c.bucket, _reached.c.session_id == _sessions.c.session_id)
_of_code = and_(_codes.c.bucket == _grants.c.bucket, _codes.c.grant_id == _grants.c.grant_id)
_of_token = and_(
    _refresh_tokens.c.bucket == _grants.c.bucket, _refresh_tokens.c.grant_id == _grants.c.grant_id
)
_last_code = select(func.max(_codes.c.spent_at)).where(_of_code).correlate(_grants).scalar_subquery()
_last_refresh = (
    select(func.max(_refresh_tokens.c.issued_at)).where(_of_token).correlate(_grants).scalar_subquery()
)


def _live_session(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (_sessions.c.ended_at.is_(None), _sessions.c.expires_at > now)


def _meant_session(target: Target) -> list[ColumnElement[bool]]:
    """One that was begun earlier and proved again since then is what the proof made of it."""
    found = _meant(_sessions, target)
    if target.since is not None:
        found.append(or_(_sessions.c.created_at >= target.since, _sessions.c.auth_time >= target.since))
    if target.idp is not None:
        found.append(_sessions.c.idp == target.idp)
    if target.clients is not None:
        reached = select(literal(1)).where(_of_session, _reached.c.client_id.in_(target.clients))
        found.append(reached.correlate(_sessions).exists())
    return found


def _live_grant(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Not revoked, not over, and its session there unless it outlives that; a locked person's counts: it may revive."""
    lives = _session_of_grant(now, Target())
    return (_grants.c.revoked_at.is_(None), _grants.c.expires_at > now, or_(_grants.c.is_offline, lives))


def _meant_grant(target: Target) -> list[ColumnElement[bool]]:
    found = _meant(_grants, target)
    if target.since is not None:
        found.append(_grants.c.created_at >= target.since)
    if target.idp is not None:  # in JSON text, where a quotation mark within a value is escaped
        found.append(_grants.c.facts.contains(f'"idp":"{target.idp}"', autoescape=True))
    if target.clients is not None:
        found.append(_grants.c.client_id.in_(target.clients))
    return found


def _meant(of: TableClause, target: Target) -> list[ColumnElement[bool]]:
    """Return what is asked of sessions and grants alike; since when, each says for itself."""
    found: list[ColumnElement[bool]] = [true()]
    if target.person_id is not None:
        found.append(of.c.person_id == target.person_id)
    if target.networks is not None:
        found.append(of.c.network.between(*target.networks))
    if target.until is not None:
        found.append(of.c.created_at < target.until)
    return found


def _session_of_grant(now: datetime, target: Target) -> ColumnElement[bool]:
    its_own = and_(
        _sessions.c.bucket == _grants.c.bucket,
        _sessions.c.session_id == _grants.c.session_id,
        *_live_session(now),
        *_meant_session(target),
    )
    return select(literal(1)).select_from(_sessions).where(its_own).correlate(_grants).exists()


def _has_family(now: datetime) -> ColumnElement[bool]:
    good = and_(_of_token, _refresh_tokens.c.spent_at.is_(None), _refresh_tokens.c.expires_at > now)
    held = select(literal(1)).select_from(_refresh_tokens).where(good).correlate(_grants).exists()
    return and_(_grants.c.family_ended_at.is_(None), held)


def _grant(row: Any) -> AffectedGrant:
    issued = [moment for moment in (row.code_at, row.refresh_at) if moment is not None]
    return AffectedGrant(
        grant_id=GrantId(row.grant_id),
        person_id=PersonId(row.person_id),
        client_id=ClientId(row.client_id),
        is_offline=bool(row.is_offline),
        has_family=bool(row.has_family),
        issued_at=max(issued, default=None),
    )
