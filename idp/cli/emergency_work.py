"""Measuring what an emergency command would end, and ending it: short transactions, each whole by itself.

Killed anywhere, what is ended is ended and on record; the same command goes on with the rest (SECURITY I4, I5).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from idp.audit.events import EventType
from idp.cli.context import occasion, operator
from idp.database import Done
from idp.emergency.model import Affected, AffectedGrant, AffectedSession, Kinds, Target
from idp.ids import ClientId
from idp.provider import Provider
from idp.sessions.service import end_session
from idp.settings import Lifetimes
from idp.transaction import Tx

OneT = TypeVar("OneT")

_SESSIONS_AT_ONCE = 20
"""Each has a few rows for every service it reached."""
_GRANTS_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What one bucket holds."""

    sessions: list[AffectedSession]
    grants: list[AffectedGrant]
    reached: list[tuple[ClientId, int]]
    unplaced: int


@dataclass(slots=True, kw_only=True)
class Ended:
    """What this call ended."""

    sessions: int = 0
    grants: int = 0
    """Those that did not end with a session."""


def longest_offline(life: Lifetimes) -> timedelta:
    """Return how long an access token may be good once its code or refresh token is spent: bound B, and a retry."""
    return max(life.access_token, life.access_token_personal) + life.refresh_retry


async def measure(provider: Provider, target: Target, kinds: Kinds) -> Affected:
    """Add up what would end, reading one bucket after the other."""
    now, affected = provider.clock.now(), Affected()
    since = now - longest_offline(provider.settings.life)
    for bucket in await _buckets(provider, target):
        found = await _now(provider, target, kinds, bucket)
        affected.add(found.sessions, found.grants, issued_since=since)
        affected.unplaced += found.unplaced
        for client_id, count in found.reached:
            affected.reached[client_id] += count
    return affected


def _find(tx: Tx, *, target: Target, kinds: Kinds, bucket: str, now: datetime) -> _Found:
    sessions: list[AffectedSession] = []
    reached: list[tuple[ClientId, int]] = []
    if kinds.sessions:
        sessions = [one for some in tx.affected.sessions(target, bucket, now) for one in some]
        reached = list(tx.affected.reached(target, bucket, now))
    return _Found(
        sessions=sessions,
        grants=[one for some in tx.affected.grants(target, kinds, bucket, now) for one in some],
        reached=reached,
        unplaced=0 if target.networks is None else tx.affected.unplaced(bucket, now),
    )


async def end_meant(
    provider: Provider, target: Target, kinds: Kinds, *, reason: str, record: Mapping[str, object]
) -> Ended:
    """End all that is meant: the sessions, whose grants end with them, then the grants that are left.

    The record says what was asked before anything ends, and afterwards that it was carried through.
    """
    ended = Ended()
    await _note(provider, EventType.EMERGENCY_BEGUN, {**record, "reason": reason})
    for bucket in await _buckets(provider, target):
        if kinds.sessions:
            found = await _now(provider, target, Kinds(sessions=True, grants=False), bucket)
            for some in _parts(found.sessions, _SESSIONS_AT_ONCE):
                ended.sessions += await _end_sessions(provider, some, reason)
        if kinds.grants:
            found = await _now(provider, target, Kinds(sessions=False, grants=True), bucket)
            for few in _parts(found.grants, _GRANTS_AT_ONCE):
                ended.grants += await _end_grants(provider, few, reason)
    await _note(provider, EventType.EMERGENCY_DONE, {**record, "ended": vars_of(ended)})
    return ended


async def _buckets(provider: Provider, target: Target) -> tuple[str, ...]:
    return await provider.database.read(lambda tx: tx.affected.buckets(target))


async def _now(provider: Provider, target: Target, kinds: Kinds, bucket: str) -> _Found:
    find = partial(_find, target=target, kinds=kinds, bucket=bucket, now=provider.clock.now())
    return await provider.database.read(find)


def vars_of(ended: Ended) -> dict[str, int]:
    """Return the counts for the record and the screen."""
    return {"sessions": ended.sessions, "grants": ended.grants}


async def _end_sessions(provider: Provider, some: Sequence[AffectedSession], reason: str) -> int:
    happening = occasion(provider)

    def work(tx: Tx) -> Done[int]:
        count = 0
        for one in some:
            session = tx.sessions.get(one.session_id)
            if session is not None and session.ended_at is None:
                end_session(tx, session, reason=reason, occasion=happening, actor=operator())
                count += 1
        return Done(count)

    return (await provider.database.transact(work)).unwrap()


async def _end_grants(provider: Provider, some: Sequence[AffectedGrant], reason: str) -> int:
    happening = occasion(provider)

    def work(tx: Tx) -> Done[int]:
        count = 0
        for grant in some:
            if not tx.grants.revoke(grant.grant_id, happening.now, reason):
                continue
            count += 1
            event = happening.event(
                EventType.GRANT_ENDED,
                actor=operator(),
                person_id=grant.person_id,
                client_id=grant.client_id,
                reason=reason,
            )
            tx.audit.add(event)
        return Done(count)

    return (await provider.database.transact(work)).unwrap()


async def _note(provider: Provider, event_type: EventType, payload: Mapping[str, object]) -> None:
    event = replace(occasion(provider).event(event_type, actor=operator()), payload=payload)

    def work(tx: Tx) -> Done[None]:
        tx.audit.add(event)
        return Done(None)

    (await provider.database.transact(work)).unwrap()


def _parts(whole: Sequence[OneT], most: int) -> Iterator[Sequence[OneT]]:
    return (whole[start : start + most] for start in range(0, len(whole), most))
