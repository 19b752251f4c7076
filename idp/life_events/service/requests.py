"""Written requests to lock or unlock: entered by one, decided by another, within two working days (DOMAIN §1.4)."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.life_events.model import Decision, Ground, LockRequest, Wish
from idp.life_events.service.standing import lift_ground, open_ground
from idp.life_events.working_days import due_at
from idp.people.model import PersonStatus
from idp.transaction import Tx

_LONGEST = 400


class RequestRefused(Exception):
    """Why a request was not taken or not decided; no letter is in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What an authority wrote."""

    authority: str = field(repr=False)
    reference: str = field(repr=False)
    received_at: datetime


def enter_request(
    tx: Tx,
    person_id: PersonId,
    wish: Wish,
    letter: Letter,
    *,
    holidays: Collection[date],
    actor: str,
    occasion: Occasion,
) -> Done[LockRequest] | Refused:
    """Take a written request in; its clock began when the letter was received."""
    person = tx.people.canonical(person_id)
    if person is None:
        return Refused(RequestRefused("no such person"))
    if person.status is PersonStatus.DECEASED:
        return Refused(RequestRefused("the person is dead; the register alone revokes that"))
    if not letter.authority.strip() or not letter.reference.strip():
        return Refused(RequestRefused("a request names its authority and its letter"))
    if max(len(letter.authority), len(letter.reference)) > _LONGEST:
        return Refused(RequestRefused("authority and letter are named in 400 characters at most"))
    if letter.received_at > occasion.now:
        return Refused(RequestRefused("the letter was received after today"))
    request = LockRequest(
        request_id=occasion.clock.random_bytes(8).hex(),
        person_id=person.person_id,
        wish=wish,
        authority=letter.authority.strip(),
        letter=letter.reference.strip(),
        received_at=letter.received_at,
        entered_at=occasion.now,
        entered_by=actor,
        due_at=due_at(letter.received_at, holidays),
    )
    tx.lock_requests.add(request)
    tx.audit.add(
        occasion.event(
            EventType.LOCK_REQUESTED,
            actor=actor,
            person_id=request.person_id,
            request_id=request.request_id,
            wish=wish.value,
            due_at=request.due_at.isoformat(),
        )
    )
    return Done(request)


def decide_request(
    tx: Tx, request_id: str, decision: Decision, reason: str, *, actor: str, occasion: Occasion
) -> Done[LockRequest] | Refused:
    """Grant or refuse a request as the second person; what was granted is done in the same transaction.

    A refusal has its reason: the authority is told it in writing.
    """
    found = tx.lock_requests.get(request_id)
    if found is None:
        return Refused(RequestRefused("no such request"))
    tx.people.lock(found.person_id)
    if found.entered_by == actor:
        event = EventType.LOCK_REQUEST_REFUSED_HAND
        tx.audit.add(occasion.event(event, actor=actor, person_id=found.person_id, request_id=request_id))
        return Refused(RequestRefused("who entered a request does not decide it: another must"))
    if decision is Decision.REFUSED and not reason.strip():
        return Refused(RequestRefused("a refusal needs its reason, which is told in writing"))
    decided = tx.lock_requests.decide(request_id, decision, reason.strip(), by=actor, now=occasion.now)
    if decided is None:
        return Refused(RequestRefused("the request is decided already"))
    done = decision is Decision.GRANTED and _carry_out(tx, decided, actor=actor, occasion=occasion)
    tx.audit.add(
        occasion.event(
            EventType.LOCK_REQUEST_DECIDED,
            actor=actor,
            person_id=decided.person_id,
            request_id=request_id,
            wish=decided.wish.value,
            decision=decision.value,
            done=done,
            entered_by=decided.entered_by,
            overdue=found.is_overdue(occasion.now),
        )
    )
    return Done(decided)


def _carry_out(tx: Tx, request: LockRequest, *, actor: str, occasion: Occasion) -> bool:
    """Lock or unlock the record that stands for the person now; False if it is so already."""
    standing = tx.people.canonical(request.person_id)
    person_id = request.person_id if standing is None else standing.person_id
    change = open_ground if request.wish is Wish.LOCK else lift_ground
    reason = f"request {request.request_id}"
    return change(tx, person_id, Ground.REQUEST, reason, actor=actor, occasion=occasion)
