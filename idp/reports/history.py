"""A person's own history: the events about them and about the records they stand for, the latest first (PAGES §3.1.17).

SELECT only, by the index on person and time. Which service an event names is sealed, so that filter is applied to
what was opened, within a bound: then a page may hold fewer and still lead on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge

from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import person_ref
from idp.ids import PersonId
from idp.transaction import Tx

PAGE = 50
MOST_READ = 500
"""Events that one page opens at most to find those of one service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Some events, the latest first."""

    events: tuple[AuditEvent, ...]
    older_than: str = ""
    """The event the next page begins after; empty: there is none."""


def history(
    tx: Tx,
    person_id: PersonId,
    types: Sequence[EventType],
    *,
    client_id: str = "",
    unverified_before: str = "",
    most: int = PAGE,
) -> HistoryPage:
    """Return a page. `unverified_before` that is no event of this person's is as if it were not there."""
    found: list[AuditEvent] = []
    last: AuditEvent | None = None
    read = 0
    for event in _latest(tx, person_id, types, find_event(tx, person_id, unverified_before)):
        if len(found) == most or read == MOST_READ:
            return HistoryPage(events=tuple(found), older_than=last.event_id if last else "")
        last, read = event, read + 1
        if not client_id or event.payload.get("client_id") == client_id:
            found.append(event)
    return HistoryPage(events=tuple(found))


def find_event(tx: Tx, person_id: PersonId, unverified_event_id: str) -> AuditEvent | None:
    """Return an event if it is about this person, or a record they stand for; another's is as if there were none."""
    if not unverified_event_id:
        return None
    for record in tx.people.records_of(person_id):
        event = tx.audit.one_about(person_ref(record), unverified_event_id)
        if event is not None:
            return event
    return None


def _latest(
    tx: Tx, person_id: PersonId, types: Sequence[EventType], before: AuditEvent | None
) -> Iterator[AuditEvent]:
    """Yield the events of all records of a person in one order."""
    each = (_of_record(tx, person_ref(one), types, before) for one in tx.people.records_of(person_id))
    return merge(*each, key=lambda event: (event.at, event.event_id), reverse=True)


def _of_record(
    tx: Tx, subject_ref: str, types: Sequence[EventType], before: AuditEvent | None
) -> Iterator[AuditEvent]:
    while batch := tx.audit.about(subject_ref, types, before, PAGE + 1):
        yield from batch
        if len(batch) <= PAGE:
            return
        before = batch[-1]
