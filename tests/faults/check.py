"""What must be true of the database after every fault, held against what outsiders were told (SECURITY §4.2).

Returns what is wrong instead of failing, so that the checker can be shown to find it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from idp.audit.events import EventType
from idp.audit.record import AuditRecord
from idp.database import metadata
from idp.ids import PersonId
from idp.transaction import Tx
from tests.faults.history import History
from tests.server import ServedWorld

_NUMBERED_WITHIN = 10.0
_PAGE = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One snapshot of all that is compared."""

    records: list[AuditRecord]
    next_index: int
    grants: list[Any]
    codes: list[Any]
    generations: list[Any]
    sessions: list[Any]
    consents: list[Any]

    def events(self, event_type: EventType) -> list[AuditRecord]:
        return [record for record in self.records if record.event.type is event_type]


async def check(world: ServedWorld, history: History) -> list[str]:
    """Return every invariant that does not hold."""
    problems = await _unnumbered(world)
    stored = await world.provider.database.read(load)
    problems += _log_has_a_gap(stored)
    problems += _events_and_rows_differ(stored)
    problems += _acknowledged_and_lost(stored, history)
    problems += _more_than_one_generation_lives(stored)
    problems += _codes_without_consent(stored)
    problems += await world.provider.database.read(lambda tx: list(_lost_sign_ins(tx, history)))
    return problems


async def _unnumbered(world: ServedWorld) -> list[str]:
    """Wait for the sequencer."""
    events = metadata.tables["audit_events"]
    waiting = select(func.count()).where(events.c.leaf_index.is_(None))
    deadline = time.monotonic() + _NUMBERED_WITHIN
    while left := await world.provider.database.read(lambda tx: tx.connection.execute(waiting).scalar_one()):
        if time.monotonic() > deadline:
            return [f"I5: {left} events have no number"]
        await asyncio.sleep(0.1)
    return []


def load(tx: Tx) -> Stored:
    """Read all that is compared, in one snapshot."""
    rows = {
        name: list(tx.connection.execute(select(metadata.tables[name])).all())
        for name in ("grants", "codes", "refresh_tokens", "sessions", "consents", "audit_head")
    }
    records: list[AuditRecord] = []
    while page := tx.audit.read(after=len(records) - 1, limit=_PAGE):
        records += page
    return Stored(
        records=records,
        next_index=rows["audit_head"][0].next_index,
        grants=rows["grants"],
        codes=rows["codes"],
        generations=rows["refresh_tokens"],
        sessions=rows["sessions"],
        consents=rows["consents"],
    )


def _log_has_a_gap(stored: Stored) -> list[str]:
    problems = []
    if [record.leaf_index for record in stored.records] != list(range(stored.next_index)):
        problems.append(f"I5: leaf indexes are not 0 to {stored.next_index - 1} without a gap")
    if damaged := sum(not record.is_intact for record in stored.records):
        problems.append(f"I5: {damaged} events are not what they were hashed as")
    return problems


def _events_and_rows_differ(stored: Stored) -> list[str]:
    """Each change has exactly one event, and no event is without its change."""
    gid_of = {row.grant_id: row.gid for row in stored.grants}
    pairs: dict[EventType, tuple[Counter[Any], Counter[Any]]] = {
        EventType.CODE_ISSUED: (
            Counter(
                (record.event.subject_ref, record.event.payload["client_id"], record.event.at)
                for record in stored.events(EventType.CODE_ISSUED)
            ),
            Counter((f"person:{row.person_id}", row.client_id, row.created_at) for row in stored.grants),
        ),
        EventType.CODE_REDEEMED: (
            Counter(record.event.payload["gid"] for record in stored.events(EventType.CODE_REDEEMED)),
            Counter(gid_of[row.grant_id] for row in stored.generations if row.generation == 1),
        ),
        EventType.REFRESH_ROTATED: (
            Counter(
                (record.event.payload["gid"], record.event.payload["generation"])
                for record in stored.events(EventType.REFRESH_ROTATED)
            ),
            Counter(
                (gid_of[row.grant_id], row.generation - 1) for row in stored.generations if row.generation > 1
            ),
        ),
        EventType.SESSION_STARTED: (
            Counter(
                (record.event.subject_ref, record.event.at)
                for record in stored.events(EventType.SESSION_STARTED)
            ),
            Counter((f"person:{row.person_id}", row.created_at) for row in stored.sessions),
        ),
        EventType.CONSENT_RECORDED: (
            Counter(
                (record.event.subject_ref, record.event.at)
                for record in stored.events(EventType.CONSENT_RECORDED)
            ),
            Counter({(f"person:{row.person_id}", row.decided_at) for row in stored.consents}),
        ),
    }
    problems = [
        f"I5: {event_type.value}: {sum((events - rows).values())} events without a change,"
        f" {sum((rows - events).values())} changes without an event"
        for event_type, (events, rows) in pairs.items()
        if events != rows
    ]
    if _spent_codes_differ(stored):
        problems.append("I1: the codes that are spent are not those that gave tokens")
    return problems


def _spent_codes_differ(stored: Stored) -> bool:
    """A code that gave tokens is spent; any other that is was burnt by a refusal that is on record."""
    person_of = {row.grant_id: f"person:{row.person_id}" for row in stored.grants}
    gave = {row.grant_id for row in stored.generations if row.generation == 1}
    spent = {row.grant_id for row in stored.codes if row.spent_at is not None}
    burnt = Counter(person_of[grant_id] for grant_id in spent - gave)
    refused = Counter(record.event.subject_ref for record in stored.events(EventType.CODE_REFUSED))
    return not gave <= spent or bool(burnt - refused)


def _acknowledged_and_lost(stored: Stored, history: History) -> list[str]:
    redeemed = {record.event.payload["gid"] for record in stored.events(EventType.CODE_REDEEMED)}
    rotated = {
        (record.event.payload["gid"], record.event.payload["generation"])
        for record in stored.events(EventType.REFRESH_ROTATED)
    }
    read = {
        gid
        for record in stored.events(EventType.USERINFO_READ)
        for gid in _gids(stored, record.event.subject_ref)
    }
    agreed = {row.person_id for row in stored.consents if row.granted}
    grants = Counter(row.person_id for row in stored.grants)
    codes = Counter(told["person"] for told in history.told("code"))
    lost = {
        "tokens": [told["gid"] for told in history.told("tokens") if told["gid"] not in redeemed],
        "rotation": [
            told for told in history.told("rotation") if (told["gid"], told["generation"]) not in rotated
        ],
        "read": [told["gid"] for told in history.told("read") if told["gid"] not in read],
        "consent": [told["person"] for told in history.told("consent") if told["person"] not in agreed],
        "code": list((codes - grants).elements()),
    }
    return [f"I4: {what}: {len(which)} acknowledged and lost" for what, which in lost.items() if which]


def _gids(stored: Stored, subject_ref: str) -> Iterator[str]:
    return (row.gid for row in stored.grants if f"person:{row.person_id}" == subject_ref)


def _more_than_one_generation_lives(stored: Stored) -> list[str]:
    families = {row.grant_id for row in stored.generations}
    unspent = Counter(row.grant_id for row in stored.generations if row.spent_at is None)
    wrong = [family for family in families if unspent[family] != 1]
    return [f"I2: {len(wrong)} families have not exactly one unspent generation"] if wrong else []


def _codes_without_consent(stored: Stored) -> list[str]:
    decided = {
        (f"person:{row.person_id}", row.client_id, row.scope): row.decided_at
        for row in stored.consents
        if row.granted
    }
    early = [
        record
        for record in stored.events(EventType.CODE_ISSUED)
        for scope in _scopes(record)
        if (at := decided.get((record.event.subject_ref, str(record.event.payload["client_id"]), scope)))
        is None
        or at > record.event.at
    ]
    return [f"R10: {len(early)} codes release what nobody had agreed to"] if early else []


def _scopes(record: AuditRecord) -> set[str]:
    scopes = record.event.payload["scopes"]
    assert isinstance(scopes, list)
    return set(scopes) - {"openid"}


def _lost_sign_ins(tx: Tx, history: History) -> Iterator[str]:
    for told in history.told("session"):
        if tx.sessions.find(told["cookie"]) is None:
            yield "I4: a session was acknowledged and lost"
        totp = tx.totp.get(PersonId(told["person"]))
        if totp is None or totp.last_step < told["step"]:
            yield "I1: a code of an authenticator was used and is good again"
