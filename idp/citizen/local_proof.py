"""What city credentials prove: level by what was done and by how well the identity is known, or why they open nothing."""

from dataclasses import dataclass, field
from datetime import datetime

from idp.audit.occasion import Occasion
from idp.credentials.model import Passkey
from idp.database import Refused
from idp.ids import PersonId
from idp.interactions.service import may_enter
from idp.people.model import Person, PersonStatus
from idp.protocol.assurance import Acr, local_acr, weakest
from idp.protocol.errors import AccessDenied, Refusal, ToPage
from idp.protocol.facts import Realm
from idp.risk.model import Arrival
from idp.sessions.service import Proof, refuse_sign_in
from idp.settings import Lifetimes
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningIn:
    """What a sign-in with city credentials is for, and how it comes."""

    realm: Realm
    life: Lifetimes
    cookie: str | None = field(default=None, repr=False)
    """Of the session this browser has in the realm, if it has one."""
    arrival: Arrival | None = field(default=None, repr=False)
    """None: it comes by no browser."""
    in_place_of: str | None = None
    """Issuer of the national system while it is down and this deployment lets city credentials stand in for it."""
    counts_only_so: bool = False
    """The client takes city credentials in no other way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What a way of signing in found right, and spent."""

    person_id: PersonId
    amr: tuple[str, ...]
    passkey: Passkey | None = field(default=None, repr=False)
    bound_acr: Acr | None = None
    """At which level the very second factor that was used was bound; None: there was none, or nobody knows."""


def local_proof(tx: Tx, proved: Proved, *, purpose: SigningIn, occasion: Occasion) -> Proof | Refused:
    """Return what city credentials proved; a person who may not sign in (any more) is refused, and it is recorded.

    At officials' services that is also whoever holds no post now; while the national system is down, at services that
    take city credentials in its place alone, whoever it has not vouched for together with the second factor. A passkey
    counts for no more than the sign-in in which it was bound.
    """
    person_id, amr, passkey = proved.person_id, proved.amr, proved.passkey
    factor = amr[-1] if passkey is None else "passkey"
    person = tx.people.canonical(person_id)
    if person is None or person.status is not PersonStatus.ACTIVE:
        return refuse_sign_in(tx, person_id, factor=factor, occasion=occasion)
    if not may_enter(tx, person, purpose.realm, now=occasion.now):
        return refuse_sign_in(tx, person_id, factor=factor, occasion=occasion, case="no-post")
    ial_at = None
    if purpose.in_place_of is not None:
        ial_at = _vouched_at(tx, person, proved.bound_acr, purpose.in_place_of)
    if ial_at is None and purpose.counts_only_so:
        return _refuse_unprepared(tx, person_id, factor=factor, occasion=occasion)
    acr = local_acr(amr, person.account_level)
    return Proof(
        person_id=person.person_id,
        auth_time=occasion.now,
        acr=acr if passkey is None else weakest((acr, passkey.bound_acr)),
        amr=amr,
        ial=person.account_level,
        idp="haiphong",
        degraded=ial_at is not None,
        ial_at=ial_at,
    )


def _vouched_at(tx: Tx, person: Person, bound: Acr | None, issuer: str) -> datetime | None:
    """Return when the national system last vouched for a person whose second factor was bound at substantial or above.

    None for everybody else: no new people, no password alone, no factor of which nobody knows how it was bound.
    """
    if bound is None or bound.rank < Acr.SUBSTANTIAL.rank:
        return None
    links = tx.upstreams.of_person(person.person_id)
    return max((link.last_used_at for link in links if link.issuer == issuer), default=None)


def _refuse_unprepared(tx: Tx, person_id: PersonId, *, factor: str, occasion: Occasion) -> Refused:
    tx.audit.add(
        occasion.sign_in_refused(
            person_id, reason="not prepared for when the national system is down", factor=factor
        )
    )
    error = AccessDenied("this account can't stand in for the national system")
    return Refused(Refusal(error, ToPage(case="not-prepared", status=403)))
