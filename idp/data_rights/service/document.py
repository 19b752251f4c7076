"""The copy as one document: `haiphong-id-copy`, version 1 (docs/reference/data-copy.md). Read at one moment, bounded.

It is JSON of ASCII letters, in which `<`, `>` and `&` are written as escapes: whatever shows it as something else runs
nothing of what people once typed (SECURITY G08).
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime

from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import person_ref
from idp.data_rights.service import access, holdings
from idp.data_rights.service.holdings import Part, moment
from idp.ids import PersonId
from idp.people.model import Person, PersonStatus
from idp.reports.services import used_by
from idp.transaction import Tx

FORMAT = "haiphong-id-copy"
VERSION = 1
MOST_EVENTS = 5000
"""Of the history, the latest; the rest is shown on request (Right.VIEW), and the document says that there is more."""
_BATCH = 500
_ABOUT_SOMEBODY = tuple(one for one in EventType if one is not EventType.SUMMARY)
_TOLD = frozenset(
    {
        *(
            "client_id",
            "scopes",
            "granted",
            "claims",
            "acr",
            "amr",
            "idp",
            "degraded",
            "device",
            "channel",
            "kind",
        ),
        *(
            "text_version",
            "text_hash",
            "context",
            "right",
            "form",
            "level",
            "was",
            "card",
            "ground",
            "factor",
        ),
    }
)
"""What of an event's payload is told: closed vocabularies and the person's own; nobody else's id, no officials' words."""
_LARGEST = 64 * 1024 * 1024


def document(tx: Tx, person_id: PersonId, *, issuer: str, now: datetime) -> bytes | None:
    """Return everything held of a person, compressed; None: there is nobody, or they may not sign in."""
    person = tx.people.canonical(person_id)
    if person is None or person.person_id != person_id or person.status is not PersonStatus.ACTIVE:
        return None
    content = {"format": FORMAT, "version": VERSION, "issuer": issuer, "made_at": moment(now)}
    return zlib.compress(encoded({**content, **_content(tx, person, now)}))


def encoded(content: Mapping[str, object]) -> bytes:
    """Return a document as bytes that no reader takes for markup."""
    text = json.dumps(content, ensure_ascii=True, indent=1)
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text.encode("ascii")


def opened(compressed: bytes) -> bytes:
    """Return the JSON of a stored document."""
    return zlib.decompressobj().decompress(compressed, _LARGEST)


def _content(tx: Tx, person: Person, now: datetime) -> dict[str, object]:
    records = tx.people.records_of(person.person_id)
    uses = used_by(tx.connection, person.person_id, now)
    events, is_complete = _history(tx, records)
    sessions = (one for record in records for one in tx.sessions.of_person(record))
    return {
        "account": {
            "status": person.status.value,
            "level": person.account_level,
            "roles": sorted(person.roles),
            "created_at": moment(person.created_at),
            "updated_at": moment(person.updated_at),
            "restricted_since": moment(person.restricted_at),
            "records": len(records),
        },
        "attributes": _of_all_records(tx, person, records),
        "identifiers": holdings.identifiers(tx, records),
        "addresses": holdings.addresses(tx, records),
        "contacts": holdings.contacts(tx, records),
        "national_accounts": holdings.national_accounts(tx, person.person_id),
        "papers": holdings.papers(tx, records),
        "consents": holdings.consents(tx, records),
        "services": [
            {
                **holdings.service(tx, client_id),
                "first_used_at": moment(use.first),
                "last_used_at": moment(use.last),
                "live": use.is_live,
            }
            for client_id, use in sorted(uses.items())
        ],
        "subjects": holdings.subjects(tx, records),
        "mandates": holdings.mandates(tx, records),
        "posts": holdings.posts(tx, person.person_id),
        "sessions": access.sessions(sessions),
        "browsers": access.browsers(tx, records, now),
        "factors": access.factors(tx, records),
        "cases": access.cases(tx, records),
        "requests": holdings.requests(tx, person),
        "history": {"complete": is_complete, "events": events},
    }


def _of_all_records(tx: Tx, person: Person, records: tuple[PersonId, ...]) -> Part:
    """Return the attributes of the record that stands, and of those merged into it."""
    others = (tx.people.get(record) for record in records[1:])
    merged = [one for other in others if other is not None for one in holdings.attributes(other.profile)]
    return [*holdings.attributes(person.profile), *({**one, "merged_record": True} for one in merged)]


def _history(tx: Tx, records: tuple[PersonId, ...]) -> tuple[Part, bool]:
    own = frozenset(person_ref(record) for record in records)
    found: list[AuditEvent] = []
    for subject_ref in sorted(own):
        for event in _events(tx, subject_ref):
            found.append(event)
            if len(found) > MOST_EVENTS * len(own):
                break
    found.sort(key=lambda event: (event.at, event.event_id), reverse=True)
    return [_event(event, own) for event in found[:MOST_EVENTS]], len(found) <= MOST_EVENTS


def _events(tx: Tx, subject_ref: str) -> Iterator[AuditEvent]:
    """Yield one event more than are told at most, so that it is known whether there are more."""
    before: AuditEvent | None = None
    for _ in range(MOST_EVENTS // _BATCH + 1):
        batch = tx.audit.about(subject_ref, _ABOUT_SOMEBODY, before, _BATCH)
        yield from batch
        if len(batch) < _BATCH:
            return
        before = batch[-1]


def _event(event: AuditEvent, own: frozenset[str]) -> dict[str, object]:
    told = {name: value for name, value in event.payload.items() if name in _TOLD}
    return {"at": moment(event.at), "event": event.type.value, "by": _who(event.actor, own), **told}


def _who(actor: str, own: frozenset[str]) -> str:
    """Return who did it by what they are: nobody else's name or id is told."""
    if actor in own:
        return "you"
    kind = actor.partition(":")[0]
    return {"person": "another person", "operator": "official", "client": "service"}.get(kind, "system")
