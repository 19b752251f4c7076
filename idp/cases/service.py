"""Use cases of cases: opened once about the same thing, closed once by an official who is not concerned."""

from collections.abc import Mapping

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cases.model import NUMBER_BYTES, Case, CaseKind, CaseRefused, case_number
from idp.conflicts.service import is_concerned
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.messages.model.notices import Notice
from idp.transaction import Tx

_LONGEST = 4000


def open_case(
    tx: Tx,
    kind: CaseKind,
    person_id: PersonId,
    facts: Mapping[str, str],
    *,
    about: str = "",
    actor: str = "system",
    occasion: Occasion,
) -> str:
    """Open a case and return its number; while one of this kind about the same thing is open, that one's.

    `about`: an event's id or the like; empty: the account as a whole.
    """
    case = Case(
        case_id=case_number(occasion.clock.random_bytes(NUMBER_BYTES)),
        kind=kind,
        person_id=person_id,
        opened_at=occasion.now,
        about=about,
        facts=facts,
    )
    case_id, is_new = tx.cases.open(case)
    if is_new:
        event, what = EventType.CASE_OPENED, {"case_id": case_id, "kind": kind.value}
        tx.audit.add(occasion.event(event, actor=actor, person_id=person_id, **what))
    return case_id


def close_case(tx: Tx, case_id: str, outcome: str, *, actor: str, occasion: Occasion) -> Done[Case] | Refused:
    """Close a case with what was found or done; a question is answered instead."""
    return _close(tx, case_id, outcome, is_answer=False, actor=actor, occasion=occasion)


def answer_question(
    tx: Tx, case_id: str, answer: str, *, actor: str, occasion: Occasion
) -> Done[Case] | Refused:
    """Answer a question; the person reads the answer beside what they asked about."""
    return _close(tx, case_id, answer, is_answer=True, actor=actor, occasion=occasion)


def settle_case(
    tx: Tx, person_id: PersonId, kind: CaseKind, outcome: str, *, actor: str, occasion: Occasion
) -> None:
    """Close the case about an account whose cause is gone by itself, if one is open."""
    for record in tx.people.records_of(person_id):
        case_id = tx.cases.find_open(record, kind)
        if case_id is not None and tx.cases.close(case_id, outcome, by=actor, now=occasion.now) is not None:
            what = {"case_id": case_id, "kind": kind.value}
            tx.audit.add(occasion.event(EventType.CASE_CLOSED, actor=actor, person_id=record, **what))


def _close(
    tx: Tx, case_id: str, words: str, *, is_answer: bool, actor: str, occasion: Occasion
) -> Done[Case] | Refused:
    words = words.strip()
    if not words or len(words) > _LONGEST:
        return Refused(CaseRefused(f"say what came of it, in at most {_LONGEST} letters"))
    found = tx.cases.get(case_id)
    if found is None:
        return Refused(CaseRefused("no such case"))
    if is_concerned(tx, actor, (found.person_id,)):
        return Refused(CaseRefused("nobody works on a case about themselves or those they act for"))
    if is_answer is not (found.kind is CaseKind.QUESTION):
        return Refused(CaseRefused("a question is answered, every other case is closed"))
    closed = tx.cases.close(case_id, words, by=actor, now=occasion.now)
    if closed is None:
        return Refused(CaseRefused("it is closed"))
    event = EventType.CASE_ANSWERED if is_answer else EventType.CASE_CLOSED
    what = {"case_id": case_id, "kind": found.kind.value}
    tx.audit.add(occasion.event(event, actor=actor, person_id=found.person_id, **what))
    if is_answer:
        tx.outbox.notify(found.person_id, Notice.QUESTION_ANSWERED, occasion=occasion)
    return Done(closed)
