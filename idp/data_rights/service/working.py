"""Working the queue of requests: answered, extended, completed, refused; each once, with its words, and told at once."""

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.data_rights.deadlines import extended
from idp.data_rights.model import DataRequest, RequestOver, RequestState, Right
from idp.data_rights.service.restricting import lift_restriction
from idp.database import Done, Refused
from idp.messages.model.notices import Notice, Step
from idp.people.service import record_look
from idp.transaction import Tx

LONGEST = 2000
"""Letters of an answer or a reason."""
_OVER = "the request is over, or this was done already"


def read_request(tx: Tx, request_id: str, *, actor: str, occasion: Occasion) -> Done[DataRequest] | Refused:
    """Return a request with what its person wrote; who looks is recorded, and that person hears of it."""
    found = tx.data_requests.get(request_id)
    if found is None:
        return Refused(RequestOver("no such request"))
    look = EventType.DATA_REQUEST_READ
    record_look(tx, look, found.person_id, actor=actor, occasion=occasion, request_id=request_id)
    return Done(found)


def answer_request(
    tx: Tx, request_id: str, words: str, *, actor: str, occasion: Occasion
) -> Done[DataRequest] | Refused:
    """Tell the person what will be done, and when."""
    found = _found(tx, request_id, words)
    if isinstance(found, Refused):
        return found
    answered = tx.data_requests.answer(request_id, words.strip(), by=actor, now=occasion.now)
    if answered is None:
        return Refused(RequestOver(_OVER))
    _record(tx, EventType.DATA_REQUEST_ANSWERED, found, actor, occasion, step=Step.ANSWERED)
    return Done(answered)


def extend_request(
    tx: Tx, request_id: str, days: int, words: str, *, actor: str, occasion: Occasion
) -> Done[DataRequest] | Refused:
    """Take longer, once, by fifteen days at most, before the request is due; the person is told why."""
    found = _found(tx, request_id, words)
    if isinstance(found, Refused):
        return found
    if found.closes_account:
        return Refused(RequestOver("the account closes of itself; refuse the request if it must not"))
    try:
        until = extended(found.complete_due_at, days)
    except ValueError as error:
        return Refused(RequestOver(str(error)))
    later = tx.data_requests.extend(request_id, words.strip(), until=until, by=actor, now=occasion.now)
    if later is None:
        return Refused(RequestOver("the request is over, due already, or was extended before"))
    _record(
        tx,
        EventType.DATA_REQUEST_EXTENDED,
        found,
        actor,
        occasion,
        step=Step.EXTENDED,
        due_at=until.isoformat(),
    )
    return Done(later)


def complete_request(
    tx: Tx, request_id: str, words: str, *, actor: str, occasion: Occasion
) -> Done[DataRequest] | Refused:
    """Say that it was done, and what; a closing is done by the worker alone."""
    found = _found(tx, request_id, words)
    if isinstance(found, Refused):
        return found
    if found.closes_account:
        return Refused(RequestOver("the account closes of itself; refuse the request if it must not"))
    return close_request(tx, found, RequestState.COMPLETED, words, actor=actor, occasion=occasion)


def refuse_request(
    tx: Tx, request_id: str, words: str, *, actor: str, occasion: Occasion
) -> Done[DataRequest] | Refused:
    """Refuse it with the reason the person is told; a restriction that was begun with it ends."""
    found = _found(tx, request_id, words)
    if isinstance(found, Refused):
        return found
    return close_request(tx, found, RequestState.REFUSED, words, actor=actor, occasion=occasion)


def close_request(
    tx: Tx,
    found: DataRequest,
    state: RequestState,
    words: str,
    *,
    actor: str,
    occasion: Occasion,
    reason: str = "",
) -> Done[DataRequest] | Refused:
    """End a request, once. `reason`: a word of ours for the record, where the system refuses."""
    closed = tx.data_requests.close(found.request_id, state, words.strip(), by=actor, now=occasion.now)
    if closed is None:
        return Refused(RequestOver(_OVER))
    is_refused = state is RequestState.REFUSED
    if is_refused and found.right is Right.RESTRICT:
        lift_restriction(tx, tx.people.standing_id(found.person_id), occasion=occasion)
    event = EventType.DATA_REQUEST_REFUSED if is_refused else EventType.DATA_REQUEST_COMPLETED
    step = Step.REFUSED if is_refused else Step.COMPLETED
    _record(tx, event, found, actor, occasion, step=step, **({"reason": reason} if reason else {}))
    return Done(closed)


def _found(tx: Tx, request_id: str, words: str) -> DataRequest | Refused:
    """Return the request with its person's row locked, or why nothing can be done with it."""
    if not words.strip() or len(words) > LONGEST:
        return Refused(RequestOver(f"say it to the person, in {LONGEST} letters at most"))
    found = tx.data_requests.get(request_id)
    if found is None:
        return Refused(RequestOver("no such request"))
    tx.people.lock(tx.people.standing_id(found.person_id))
    return found


def _record(
    tx: Tx,
    event: EventType,
    request: DataRequest,
    actor: str,
    occasion: Occasion,
    *,
    step: Step,
    **payload: object,
) -> None:
    tx.audit.add(
        occasion.event(
            event,
            actor=actor,
            person_id=request.person_id,
            request_id=request.request_id,
            right=request.right.value,
            overdue=request.is_overdue(occasion.now),
            **payload,
        )
    )
    tx.outbox.notify(request.person_id, Notice.DATA_REQUEST, occasion=occasion, step=step.value)
