"""What one-stop desks do for who can't sign in: a case on record, a code on paper, and the binding of new factors by it.

An official proves neither themselves nor anybody of their family or household, and is an official with a desk post at
that moment. Officials and administrators are proved by two (DOMAIN §3.5; adr/0048).
"""

from dataclasses import dataclass, field
from datetime import timedelta

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.credentials.model import PasswordCredential, TotpCredential
from idp.credentials.recovery_code import CODE_BYTES, read_code, write_code
from idp.database import Done, Refused
from idp.ids import OfficialId, PersonId
from idp.mandates.model import PrincipalKind
from idp.messages.model.notices import Act, Notice
from idp.officials.model import Official, Post
from idp.officials.roles import Role
from idp.people.model import IdentifierScheme, Person, PersonStatus
from idp.protocol.assurance import Acr
from idp.recovery.model import ALL_LOST, DeskCase, DeskRefused, Method, Outcome, Recovery, Way
from idp.recovery.paper import CASE_BYTES, write_case
from idp.recovery.rules import are_kin, is_good_until, is_one_household, wards
from idp.recovery.service.recovering import recover
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What somebody binds by the code on paper."""

    password_hash: str = field(repr=False)
    totp_secret: str | None = field(default=None, repr=False)
    totp_step: int = 0
    username: str = ""
    """A name to sign in with, of who has none."""


def open_case(
    tx: Tx, seen: Seen, *, waits: timedelta, entered_by: str, occasion: Occasion
) -> Done[Paper] | Refused:
    """Put a case on record; a code comes with it unless a second official must confirm it first."""
    official, post = _at_desk(tx, seen.employee_number, seen.agency_code, occasion)
    person = tx.people.canonical(seen.person_id)
    if person is None:
        raise DeskRefused("nobody has that number")
    if why := _not_theirs(tx, official, person):
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
    needs_second = seen.outcome is Outcome.PROVED and _is_privileged(tx, person, occasion)
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
    official, _ = _at_desk(tx, employee_number, "", occasion)
    case = tx.desk_cases.get(case_id)
    person = None if case is None else tx.people.get(case.person_id)
    if case is None or person is None:
        raise DeskRefused("there is no such case")
    if person.canonical_id is not None:
        return _refuse(tx, person, official, "the record was merged meanwhile", occasion, entered_by)
    if _is_same(tx, case.official_id, official):
        why = "another official than who opened the case must confirm it"
        return _refuse(tx, person, official, why, occasion, entered_by)
    if not _is_at_a_desk(tx, case.official_id, occasion):
        return _refuse(
            tx, person, official, "who opened the case is at no desk any more", occasion, entered_by
        )
    if why := _not_theirs(tx, official, person):
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


def bind(
    tx: Tx, case_id: str, code: str, binding: Binding, *, hold: timedelta, occasion: Occasion
) -> Done[bool] | Refused:
    """Spend the code and put new factors in the place of all there were; False: it opens nothing (any more).

    An authenticator bound so counts for substantial at most: the person stood before an official (DOMAIN §3.4).
    """
    known = tx.desk_cases.get(case_id)
    if known is not None:
        tx.people.lock(
            known.person_id
        )  # before the case, as a recovery does: else each might wait for the other
    case = tx.desk_cases.spend(case_id, code, occasion.now)
    person = None if case is None else proved_by(tx, case, occasion=occasion)
    if case is None or person is None:
        return Done(value=False)
    person_id = person.person_id
    recovery = Recovery(way=Way.DESK, lost=ALL_LOST, hold=hold, case_id=case.case_id)
    recovered = recover(tx, person_id, recovery, occasion=occasion)
    if isinstance(recovered, Refused):
        return recovered
    tx.passwords.put(
        PasswordCredential(person_id=person_id, password_hash=binding.password_hash, changed_at=occasion.now)
    )
    if binding.totp_secret is not None:
        tx.totp.put(
            TotpCredential(
                person_id=person_id,
                secret=binding.totp_secret,
                last_step=binding.totp_step,
                confirmed=True,
                bound_acr=Acr.SUBSTANTIAL if person.account_level >= 2 else Acr.LOW,
            )
        )
    if binding.username:  # taken: an exception, and nothing of this happened
        scheme = IdentifierScheme.USERNAME
        tx.people.add_identifier(person_id, scheme, binding.username, now=occasion.now)
    tx.attempts.settle(person_id)
    for kind in ("password",) if binding.totp_secret is None else ("password", "totp"):
        tx.audit.add(
            occasion.event(
                EventType.CREDENTIAL_SET,
                actor=person_ref(person_id),
                person_id=person_id,
                kind=kind,
                sessions=0,
            )
        )
    return Done(value=True)


def proved_by(tx: Tx, case: DeskCase, *, occasion: Occasion) -> Person | None:
    """Return whom a case proves at this moment; None: it proves nobody any more.

    It was for the record that stood before the official, and for no other into which that was merged since; and who has
    become an official or administrator meanwhile is proved by two. Whoever signed it must hold a desk post still: who was
    dismissed for what they did at a desk has done it in vain.
    """
    person = tx.people.get(case.person_id)
    if person is None or person.canonical_id is not None:
        return None
    if not all(_is_at_a_desk(tx, one, occasion) for one in _signers(case)):
        return None
    is_by_two = case.confirmed_by is not None
    return person if is_by_two or not _is_privileged(tx, person, occasion) else None


def _at_desk(tx: Tx, employee_number: str, agency_code: str, occasion: Occasion) -> tuple[Official, Post]:
    """Return the official and the desk post they hold now; DeskRefused: there is none, or nobody knows who it is."""
    official = tx.officials.find_by_number(employee_number)
    if official is None or official.person_id is None:
        raise DeskRefused("no official of that number whose own record is known")
    own = tx.people.canonical(official.person_id)
    if own is None or own.status is not PersonStatus.ACTIVE:
        raise DeskRefused("that official's own record is locked")
    desks = [post for post in _desks_of(official, occasion) if agency_code in {"", post.agency_code}]
    if not desks:
        raise DeskRefused("that official holds no desk post there now")
    if len(desks) > 1 and not agency_code:
        raise DeskRefused("that official holds several desk posts: name the agency")
    return official, desks[0]


def _desks_of(official: Official, occasion: Occasion) -> list[Post]:
    return [post for post in official.live_posts(occasion.now) if Role.DESK_OFFICER in post.roles]


def _signers(case: DeskCase) -> tuple[OfficialId, ...]:
    return (case.official_id,) if case.confirmed_by is None else (case.official_id, case.confirmed_by)


def _is_at_a_desk(tx: Tx, official_id: OfficialId, occasion: Occasion) -> bool:
    """Tell whether an official holds a desk post now, and nothing is wrong with their own record."""
    official = tx.officials.get(official_id)
    if official is None or official.person_id is None or not _desks_of(official, occasion):
        return False
    own = tx.people.canonical(official.person_id)
    return own is not None and own.status is PersonStatus.ACTIVE


def _is_same(tx: Tx, opened_by: OfficialId, official: Official) -> bool:
    """Tell whether two officials are one human being: who works for two agencies has two employee numbers."""
    if opened_by == official.official_id or official.person_id is None:
        return True
    employed = tx.officials.of_person(tx.people.standing_id(official.person_id))
    return any(one.official_id == opened_by for one in employed)


def _not_theirs(tx: Tx, official: Official, person: Person) -> str:
    """Return why this official must not prove this person; empty: they may."""
    own = None if official.person_id is None else tx.people.canonical(official.person_id)
    if own is None:
        return "it is not known who the official is"
    if own.person_id == person.person_id:
        return "nobody proves themselves"
    held, over = tx.mandates.of_delegate(own.person_id), tx.mandates.of_principal
    about = (*held, *over(PrincipalKind.PERSON, own.person_id))
    theirs = wards(tx.mandates.of_delegate(person.person_id))
    if are_kin(about, own, person, wards_of=theirs) or is_one_household(own, person):
        return "nobody proves their own family or household"
    return ""


def _has_account(tx: Tx, person_id: PersonId) -> bool:
    """Tell whether there is anything to recover: a desk makes no accounts."""
    return bool(tx.upstreams.of_person(person_id)) or any(
        tx.passwords.get(record) is not None for record in tx.people.records_of(person_id)
    )


def _is_privileged(tx: Tx, person: Person, occasion: Occasion) -> bool:
    """Tell whether somebody is an official or an administrator of this provider now."""
    employed = tx.officials.of_person(person.person_id)
    return bool(person.roles) or any(one.live_posts(occasion.now) for one in employed)


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
