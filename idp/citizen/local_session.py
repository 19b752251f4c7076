"""Beginning a session with city credentials: level by what was done and by how well the identity is known."""

from dataclasses import dataclass, field
from datetime import datetime

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.citizen.interaction import Opened
from idp.credentials.model import Passkey
from idp.database import Refused
from idp.edge import Answer, Call, Cookie
from idp.edge.browser_state import changed_state
from idp.edge.cookie_names import session_cookie_name
from idp.edge.device import arrival_of, begun_here
from idp.ids import PersonId
from idp.interactions.service import may_enter
from idp.people.model import Person, PersonStatus
from idp.protocol.assurance import Acr, local_acr, weakest
from idp.protocol.errors import AccessDenied, Refusal, ToPage
from idp.protocol.facts import LocalLogin, Realm
from idp.risk.model import Arrival
from idp.sessions.service import Begun, Proof, refuse_sign_in
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningIn:
    """What a sign-in with city credentials is for."""

    realm: Realm
    arrival: Arrival | None = field(default=None, repr=False)
    """How it comes; None: by no browser."""
    in_place_of: str | None = None
    """Issuer of the national system while it is down and this deployment lets city credentials stand in for it."""
    counts_only_so: bool = False
    """The client takes city credentials in no other way."""


def signing_in(call: Call, opened: Opened) -> SigningIn:
    """Return what this sign-in is for."""
    provider = call.provider
    stands_in = provider.takes_degraded(provider.clock.now()) and opened.realm is Realm.CITIZEN
    return SigningIn(
        realm=opened.realm,
        arrival=arrival_of(call, opened.interaction_id, opened.client.client_id),
        in_place_of=provider.settings.national_issuer if stands_in else None,
        counts_only_so=stands_in and opened.client.local_login is LocalLogin.DEGRADED,
    )


def local_proof(
    tx: Tx,
    person_id: PersonId,
    amr: tuple[str, ...],
    *,
    purpose: SigningIn,
    occasion: Occasion,
    passkey: Passkey | None = None,
) -> Proof | Refused:
    """Return what city credentials proved; a person who may not sign in (any more) is refused, and it is recorded.

    At officials' services that is also whoever holds no post now; while the national system is down, at services that
    take city credentials in its place alone, whoever it has not vouched for together with the second factor. A passkey
    counts for no more than the sign-in in which it was bound.
    """
    realm, factor = purpose.realm, amr[-1] if passkey is None else "passkey"
    person = tx.people.canonical(person_id)
    if person is None or person.status is not PersonStatus.ACTIVE:
        return refuse_sign_in(tx, person_id, factor=factor, occasion=occasion)
    if not may_enter(tx, person, realm, now=occasion.now):
        return refuse_sign_in(tx, person_id, factor=factor, occasion=occasion, case="no-post")
    ial_at = None
    if purpose.in_place_of is not None:
        ial_at = _vouched_at(tx, person, _bound(tx, person, amr, passkey), purpose.in_place_of)
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


def _bound(tx: Tx, person: Person, amr: tuple[str, ...], passkey: Passkey | None) -> Acr | None:
    """Return at which level the second factor was bound; None: there was none, or nobody knows."""
    if passkey is not None:
        return passkey.bound_acr if "mfa" in amr else None
    totp = tx.totp.get(person.person_id) if "otp" in amr else None
    return None if totp is None else totp.bound_acr


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
        occasion.event(
            EventType.SIGN_IN_REFUSED,
            actor=person_ref(person_id),
            person_id=person_id,
            reason="not prepared for when the national system is down",
            factor=factor,
        )
    )
    error = AccessDenied("this account can't stand in for the national system")
    return Refused(Refusal(error, ToPage(case="not-prepared", status=403)))


def signed_in(call: Call, opened: Opened, begun: Begun) -> Answer:
    """Set the session's cookie and go on with the interaction."""
    name = session_cookie_name(call.provider.settings, opened.realm)
    location = f"/authorize/resume?i={opened.interaction_id}"
    answer = Answer.redirect(location, Cookie(name=name, value=begun.cookie), *changed_state(call))
    return begun_here(call, answer, begun)
