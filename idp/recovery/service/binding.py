"""What a code on paper opens: new factors in the place of all there were, for whom the case proves still (adr/0048)."""

from dataclasses import dataclass, field
from datetime import timedelta

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.credentials.model import PasswordCredential, TotpCredential
from idp.database import Done, Refused
from idp.ids import OfficialId
from idp.people.model import IdentifierScheme, Person
from idp.protocol.assurance import Acr
from idp.recovery.model import ALL_LOST, DeskCase, Recovery, Way
from idp.recovery.service.recovering import recover
from idp.recovery.service.signers import is_at_a_desk, is_privileged
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What somebody binds by the code on paper."""

    password_hash: str = field(repr=False)
    totp_secret: str | None = field(default=None, repr=False)
    totp_step: int = 0
    username: str = ""
    """A name to sign in with, of who has none."""


def bind(
    tx: Tx, case_id: str, code: str, binding: Binding, *, hold: timedelta, occasion: Occasion
) -> Done[bool] | Refused:
    """Spend the code and put new factors in the place of all there were; False: it opens nothing (any more).

    An authenticator bound so counts for substantial at most: the person stood before an official (DOMAIN §3.4).
    """
    known = tx.desk_cases.get(case_id)
    if known is not None:  # before the case, as a recovery does: else each might wait for the other
        tx.people.lock(known.person_id)
    case = tx.desk_cases.spend(case_id, code, occasion.now)
    person = None if case is None else proved_by(tx, case, occasion=occasion)
    if case is None or person is None:
        return Done(value=False)
    person_id = person.person_id
    recovery = Recovery(way=Way.DESK, lost=ALL_LOST, hold=hold, case_id=case.case_id)
    recovered = recover(tx, person_id, recovery, occasion=occasion)
    if isinstance(recovered, Refused):
        return recovered
    _put(tx, person, binding, occasion)
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
    if not all(is_at_a_desk(tx, one, occasion) for one in _signers(case)):
        return None
    is_by_two = case.confirmed_by is not None
    return person if is_by_two or not is_privileged(tx, person, occasion) else None


def _put(tx: Tx, person: Person, binding: Binding, occasion: Occasion) -> None:
    person_id = person.person_id
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


def _signers(case: DeskCase) -> tuple[OfficialId, ...]:
    return (case.official_id,) if case.confirmed_by is None else (case.official_id, case.confirmed_by)
