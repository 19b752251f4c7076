"""Taking in what somebody asks about their data, and taking it back (DOMAIN §1.8)."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.data_rights.deadlines import clocks
from idp.data_rights.model import DataRequest, NotTaken, RequestNotTaken, Right
from idp.data_rights.service.closing import why_not_closed
from idp.data_rights.service.restricting import lift_restriction, restrict
from idp.database import Done, Refused
from idp.ids import ClientId, PersonId
from idp.messages.model.notices import Notice, Step
from idp.people.model import PersonStatus
from idp.transaction import Tx

MOST_OPEN = 5
"""Requests of one person."""
MOST_LISTED = 100
"""Requests of one record that a page or a copy names."""
_MOST_IN_A_MONTH = 20
_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the form says; the texts are their writer's own."""

    right: Right
    client_id: ClientId | None = None
    what: str = field(default="", repr=False)
    why: str = field(default="", repr=False)


def make_request(
    tx: Tx,
    person_id: PersonId,
    wanted: Wanted,
    *,
    holidays: Collection[date],
    closing: timedelta,
    occasion: Occasion,
) -> Done[DataRequest] | Refused:
    """Take a request in and begin what needs nobody else: a restriction at once, a closing after `closing`."""
    tx.people.lock(person_id)
    broken = _why_not(tx, person_id, wanted, occasion)
    if broken is not None:
        return Refused(RequestNotTaken(broken))
    due = clocks(wanted.right, occasion.now, holidays, elsewhere=wanted.client_id is not None)
    closes = wanted.right is Right.DELETE and wanted.client_id is None
    request = DataRequest(
        request_id=occasion.clock.random_bytes(8).hex(),
        person_id=person_id,
        right=wanted.right,
        client_id=wanted.client_id,
        what=wanted.what,
        why=wanted.why,
        received_at=occasion.now,
        answer_due_at=due.answer_at,
        complete_due_at=due.complete_at,
        close_at=occasion.now + closing if closes else None,
    )
    tx.data_requests.add(request)
    if wanted.right is Right.RESTRICT:
        restrict(tx, person_id, occasion=occasion)
    about = {} if wanted.client_id is None else {"client_id": wanted.client_id}
    tx.audit.add(
        occasion.event(
            EventType.DATA_REQUESTED,
            actor=person_ref(person_id),
            person_id=person_id,
            request_id=request.request_id,
            right=request.right.value,
            due_at=request.complete_due_at.isoformat(),
            **about,
            **occasion.told_device,
        )
    )
    step = Step.CLOSING if closes else Step.RECEIVED
    tx.outbox.notify(person_id, Notice.DATA_REQUEST, occasion=occasion, step=step.value)
    return Done(request)


def withdraw_request(
    tx: Tx, person_id: PersonId, request_id: str, *, occasion: Occasion
) -> Done[DataRequest | None]:
    """Take a request back; one that restricts takes the restriction with it. None: no open one of theirs is named so."""
    tx.people.lock(person_id)
    withdrawn = None
    for record in tx.people.records_of(person_id):
        withdrawn = withdrawn or tx.data_requests.withdraw(
            record, request_id, by=person_ref(person_id), now=occasion.now
        )
    if withdrawn is None:
        return Done(None)
    if withdrawn.right is Right.RESTRICT:
        lift_restriction(tx, person_id, occasion=occasion)
    _record_withdrawn(tx, person_id, withdrawn, Step.WITHDRAWN, occasion)
    return Done(withdrawn)


def take_closing_back(tx: Tx, person_id: PersonId, *, reason: str, occasion: Occasion) -> None:
    """Take back that an account be closed, and tell its person: whoever asked for it may be whom they got rid of.

    The person's row is locked by then.
    """
    for record in tx.people.records_of(person_id):
        for one in tx.data_requests.of_person(record, MOST_LISTED):
            if one.close_at is None or one.closed_at is not None:
                continue
            by = person_ref(person_id)
            if tx.data_requests.withdraw(record, one.request_id, by=by, now=occasion.now) is not None:
                step = Step.CLOSING_TAKEN_BACK
                _record_withdrawn(tx, person_id, one, step, occasion, reason=reason)


def end_requests_since(
    tx: Tx, person_id: PersonId, since: datetime, *, reason: str, actor: str, occasion: Occasion
) -> None:
    """End what was asked since, and erase its words: nobody can tell who of two people wrote them.

    The person's row is locked by then. Their own record hears of each that was open.
    """
    for one in tx.data_requests.of_person(person_id, MOST_LISTED):
        if one.received_at < since or one.closed_at is not None:
            continue
        if tx.data_requests.withdraw(person_id, one.request_id, by=actor, now=occasion.now) is not None:
            _record_withdrawn(tx, person_id, one, Step.WITHDRAWN, occasion, actor=actor, reason=reason)
    tx.data_requests.silence(person_id, since)


def _record_withdrawn(
    tx: Tx,
    person_id: PersonId,
    request: DataRequest,
    step: Step,
    occasion: Occasion,
    *,
    actor: str = "",
    **why: str,
) -> None:
    tx.audit.add(
        occasion.event(
            EventType.DATA_REQUEST_WITHDRAWN,
            actor=actor or person_ref(person_id),
            person_id=person_id,
            request_id=request.request_id,
            right=request.right.value,
            **why,
        )
    )
    tx.outbox.notify(person_id, Notice.DATA_REQUEST, occasion=occasion, step=step.value)


def requests_of(tx: Tx, person_id: PersonId) -> tuple[DataRequest, ...]:
    """Return the requests of a person, those of records merged into theirs too, the latest first."""
    records = tx.people.records_of(person_id)
    found = [one for record in records for one in tx.data_requests.of_person(record, MOST_LISTED)]
    return tuple(sorted(found, key=lambda one: (one.received_at, one.request_id), reverse=True))


def _why_not(tx: Tx, person_id: PersonId, wanted: Wanted, occasion: Occasion) -> NotTaken | None:
    person = tx.people.canonical(person_id)
    if person is None or person.person_id != person_id or person.status is not PersonStatus.ACTIVE:
        return NotTaken.NOT_ACTIVE
    earlier = requests_of(tx, person_id)
    is_open = [one for one in earlier if one.closed_at is None]
    lately = [one for one in earlier if one.received_at > occasion.now - _MONTH]
    is_there = any((one.right, one.client_id) == (wanted.right, wanted.client_id) for one in is_open)
    if len(is_open) >= MOST_OPEN or len(lately) >= _MOST_IN_A_MONTH or is_there:
        return NotTaken.TOO_MANY
    if wanted.right is Right.DELETE and wanted.client_id is None:
        return why_not_closed(tx, person, occasion=occasion)
    return None
