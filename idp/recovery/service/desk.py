"""What one-stop desks do for who can't sign in: a case on record, and a code on paper (DOMAIN §3.5; adr/0048).

Who may sign it stands in signers.py, what the code opens in binding.py.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.credentials.recovery_code import CODE_BYTES, read_code, write_code
from idp.database import Done, Refused
from idp.ids import OfficialId, PersonId
from idp.messages.model.notices import Act, Notice
from idp.officials.model import Official
from idp.people.model import Person, PersonStatus
from idp.recovery.model import DeskCase, DeskRefused, Method, Outcome
from idp.recovery.paper import CASE_BYTES, write_case
from idp.recovery.rules import is_good_until
from idp.recovery.service.signers import at_desk, is_at_a_desk, is_privileged, is_same_human, why_not
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an official saw at the desk."""

    person_id: PersonId
    employee_number: str
    agency_code: str = ""
    """Of the desk; empty where the official has one desk post only."""
    device: str = ""
    document_number: str = field(repr=False)
    document_until: str
    method: Method
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A case, and the code to print; None: it waits for a second official, or nothing was proved."""

    case: DeskCase
    code: str | None = field(default=None, repr=False)


def open_case(
    tx: Tx, seen: Seen, *, waits: timedelta, entered_by: str, occasion: Occasion
) -> Done[Paper] | Refused:
    """Put a case on record; a code comes with it unless a second official must confirm it first."""
    official, post = at_desk(tx, seen.employee_number, seen.agency_code, occasion)
    person = tx.people.lock_standing(seen.person_id)  # whoever locks it meanwhile ends this case too
    if person is None:
        raise DeskRefused("nobody has that number")
    if why := why_not(tx, official, person):
        return _refuse(tx, person, official, why, occasion, entered_by)
    if seen.outcome is Outcome.PROVED and not is_good_until(seen.document_until, occasion.now):
        return _refuse(tx, person, official, "the document is no longer good", occasion, entered_by)
    if person.status is not PersonStatus.ACTIVE:
        return _refuse(
            tx, person, official, "the account is locked: it is unlocked first", occasion, entered_by
        )
    if not _has_account(tx, person.person_id):
        why = "there is no account: the first sign-in is at the national system"
        return _refuse(tx, person, official, why, occasion, entered_by)
    needs_second = seen.outcome is Outcome.PROVED and is_privileged(tx, person, occasion)
    proved_alone = seen.outcome is Outcome.PROVED and not needs_second
    code = write_code(occasion.clock.random_bytes(CODE_BYTES)) if proved_alone else None
    case = DeskCase(
        case_id=write_case(occasion.clock.random_bytes(CASE_BYTES)),
        person_id=person.person_id,
        official_id=official.official_id,
        agency_code=post.agency_code,
        commune_code=post.commune_code,
        device=seen.device,
        document_digest=tx.desk_cases.document(seen.document_number),
        document_until=seen.document_until,
        method=seen.method,
        outcome=seen.outcome,
        entered_by=entered_by,
        opened_at=occasion.now,
        expires_at=occasion.now + waits,
        needs_second=needs_second,
    )
    tx.desk_cases.add(case, code=None if code is None else read_code(code))
    _record(tx, EventType.DESK_CASE_OPENED, case, official.official_id, entered_by, occasion)
    act = Act.DESK_PROVED if seen.outcome is Outcome.PROVED else Act.DESK_NOT_PROVED
    tx.outbox.notify(person.person_id, Notice.HIGH_RISK_ACT, occasion=occasion, act=act.value)
    return Done(Paper(case=case, code=code))


def confirm_case(
    tx: Tx, case_id: str, employee_number: str, *, waits: timedelta, entered_by: str, occasion: Occasion
) -> Done[Paper] | Refused:
    """Confirm another official's case of an official or administrator; the code comes with it."""
    official, _ = at_desk(tx, employee_number, "", occasion)
    case = tx.desk_cases.get(case_id)
    person = None if case is None else tx.people.get(case.person_id)
    if case is None or person is None:
        raise DeskRefused("there is no such case")
    if person.canonical_id is not None:
        return _refuse(tx, person, official, "the record was merged meanwhile", occasion, entered_by)
    if is_same_human(tx, case.official_id, official):
        why = "another official than who opened the case must confirm it"
        return _refuse(tx, person, official, why, occasion, entered_by)
    if case.entered_by == entered_by:  # else who types both numbers is both officials
        why = "another operator than who entered the case must confirm it"
        return _refuse(tx, person, official, why, occasion, entered_by)
    if not is_at_a_desk(tx, case.official_id, occasion):
        return _refuse(
            tx, person, official, "who opened the case is at no desk any more", occasion, entered_by
        )
    if why := why_not(tx, official, person):
        return _refuse(tx, person, official, why, occasion, entered_by)
    code = write_code(occasion.clock.random_bytes(CODE_BYTES))
    until = occasion.now + waits
    confirmed = tx.desk_cases.confirm(
        case_id, read_code(code) or "", by=official.official_id, until=until, now=occasion.now
    )
    if confirmed is None:
        raise DeskRefused("the case waits for nobody: it is confirmed, over, or needs no second official")
    _record(tx, EventType.DESK_CASE_CONFIRMED, confirmed, official.official_id, entered_by, occasion)
    return Done(Paper(case=confirmed, code=code))


def _has_account(tx: Tx, person_id: PersonId) -> bool:
    """Tell whether there is anything to recover: a desk makes no accounts."""
    return bool(tx.upstreams.of_person(person_id)) or any(
        tx.passwords.get(record) is not None for record in tx.people.records_of(person_id)
    )


def _refuse(
    tx: Tx, person: Person, official: Official, why: str, occasion: Occasion, entered_by: str
) -> Refused:
    """Put on record what an official must not do, and refuse it."""
    tx.audit.add(
        occasion.event(
            EventType.DESK_REFUSED,
            actor=entered_by,
            person_id=person.person_id,
            official_id=official.official_id,
            reason=why,
        )
    )
    return Refused(DeskRefused(why))


def _record(
    tx: Tx, event: EventType, case: DeskCase, by: OfficialId, entered_by: str, occasion: Occasion
) -> None:
    tx.audit.add(
        occasion.event(
            event,
            actor=entered_by,
            person_id=case.person_id,
            case_id=case.case_id,
            official_id=by,
            agency=case.agency_code,
            method=case.method.value,
            outcome=case.outcome.value,
            needs_second=case.needs_second,
        )
    )
