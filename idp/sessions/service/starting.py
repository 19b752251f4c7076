"""Beginning a session at a sign-in, or renewing the one there is; who may not is refused, on record."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.conflicts.service import leave_to_steward
from idp.database import Done, Refused
from idp.ids import HandleKind, PersonId, bucket_of
from idp.limits.model import Limit, OverLimit
from idp.protocol.assurance import Acr
from idp.protocol.errors import AccessDenied, Refusal, ToPage
from idp.protocol.facts import Realm
from idp.risk.model import NOTHING, Arrival, Outcome, Weighed
from idp.risk.rules import WAIT, must_wait
from idp.risk.service import NOWHERE, Arrived, arrive, cases_of, notices_of, unsee
from idp.sessions.model import Session
from idp.sessions.service.ending import end_session
from idp.settings import Lifetimes
from idp.transaction import Tx

MOST_SESSIONS = 200
"""Of one person: as many as one short transaction can end."""
_ENDED_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a sign-in proved."""

    person_id: PersonId
    auth_time: datetime
    """When they proved it: upstream's moment where it is upstream's proof (adr/0015)."""
    acr: Acr
    amr: tuple[str, ...]
    ial: int
    idp: str
    upstream_sid: str | None = field(default=None, repr=False)
    """Issuer and session there, where upstream names one."""
    degraded: bool = False
    """City credentials in place of the national system, which is down."""
    ial_at: datetime | None = None
    not_after: datetime | None = None
    """Where it stands on another session: the session it begins is over with that one at the latest."""

    @property
    def factor(self) -> str:
        """Return what was proved last; the steps of the national system are its own affair."""
        return self.amr[-1] if self.idp == "haiphong" else self.idp

    @property
    def by_own_password(self) -> bool:
        """Tell whether a password of ours was part of it: one that others know is none."""
        return self.idp == "haiphong" and "pwd" in self.amr


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A session that has begun."""

    cookie: str = field(repr=False)
    device: str | None = field(default=None, repr=False)
    """What the browser's own cookie says from now on; empty: it has none; None: it stays as it is."""
    weighed: Weighed = NOTHING
    needs_password: bool = False
    """Others know this person's password; they came another way, and are led to a new one (SP 800-63B-4 §3.1.1.2)."""


def start_session(
    tx: Tx,
    proof: Proof,
    *,
    cookie: str | None,
    arrival: Arrival | None,
    life: Lifetimes,
    occasion: Occasion,
    realm: Realm = Realm.CITIZEN,
) -> Done[Begun] | Refused:
    """Begin a session and return its cookie: a new one at every sign-in (ASVS 7.2.4).

    The same person in the same browser keeps their session and the services it reached; another person ends it. Who
    was locked since they were recognised is refused, and whoever is signed in at this browser stays so. Of too many
    sessions those end that were not used the longest. Who is new in the browser of the `arrival` is told; None: the
    sign-in came by no browser.
    """
    now = occasion.now
    proof = _within_suspension(tx, proof, now)
    old = _earlier(tx, cookie, realm)
    is_mine = old is not None and old.person_id == proof.person_id
    is_renewed = old is not None and is_mine and old.is_live(now, life)
    if arrival is not None and old is not None and is_renewed and old.is_public:
        arrival = replace(arrival, is_public=True)  # once called public, until it ends
    arrived = NOWHERE if arrival is None else arrive(tx, proof.person_id, arrival, life.device_kept, occasion)
    if must_wait(arrived.weighed, idp=proof.idp, acr=proof.acr, amr=proof.amr):
        return _let_wait(tx, proof, arrived, occasion)
    fresh = occasion.clock.handle(HandleKind.SESSION, bucket_of(proof.person_id))
    session = _session(proof, arrived, life, occasion, realm)
    event = EventType.SESSION_STARTED
    if (
        old is not None
        and is_renewed
        and tx.sessions.renew(old.session_id, fresh, session, proof.upstream_sid)
    ):
        event = EventType.SESSION_REAUTHENTICATED
    else:
        if old is not None and is_mine:
            end_session(tx, old, reason="over, and begun anew", occasion=occasion)
        if not tx.sessions.add(session, fresh, upstream_sid=proof.upstream_sid):
            unsee(tx, proof.person_id, arrived)
            return refuse_sign_in(tx, proof.person_id, factor=proof.factor, occasion=occasion)
        if old is not None and not is_mine:
            end_session(tx, old, reason="another person signed in", occasion=occasion)
        for one in tx.sessions.beyond(proof.person_id, MOST_SESSIONS, _ENDED_AT_ONCE):
            end_session(tx, one, reason="too many are open", occasion=occasion)
    _record_proof(tx, event, proof, arrived, occasion)
    for notice in notices_of(arrived.weighed):
        on = {"client_id": arrived.arrival.client_id, "browser": occasion.device}
        tx.outbox.notify(proof.person_id, notice, occasion=occasion, once_a_day=False, **on)
    for doubt in cases_of(arrived, occasion):
        leave_to_steward(tx, doubt, occasion)
    return Done(_begun(tx, proof, fresh, arrived))


def _begun(tx: Tx, proof: Proof, fresh: str, arrived: Arrived) -> Begun:
    return Begun(
        cookie=fresh,
        device=arrived.cookie,
        weighed=arrived.weighed,
        needs_password=not proof.by_own_password and tx.passwords.known_since(proof.person_id) is not None,
    )


def _earlier(tx: Tx, cookie: str | None, realm: Realm) -> Session | None:
    """Return the session of this browser, if it is one of this realm."""
    old = tx.sessions.find(cookie) if cookie else None
    return None if old is None or old.realm is not realm else old


def _session(proof: Proof, arrived: Arrived, life: Lifetimes, occasion: Occasion, realm: Realm) -> Session:
    is_public = arrived.arrival.is_public
    return Session(
        session_id=occasion.clock.token(),
        person_id=proof.person_id,
        created_at=occasion.now,
        last_seen_at=occasion.now,
        expires_at=_over_at(proof, life, occasion.now, is_public=is_public),
        auth_time=proof.auth_time,
        acr=proof.acr,
        amr=proof.amr,
        ial=proof.ial,
        idp=proof.idp,
        network=occasion.network,
        device=occasion.device,
        realm=realm,
        degraded=proof.degraded,
        ial_at=proof.ial_at,
        device_id=arrived.seen.device_id,
        device_since=arrived.seen.since,
        is_public=is_public,
        asks_more=Outcome.ASK_MORE in arrived.weighed.outcomes,
    )


def _let_wait(tx: Tx, proof: Proof, arrived: Arrived, occasion: Occasion) -> Refused:
    """Refuse a sign-in by one weak factor for now; any stronger way goes on."""
    unsee(tx, proof.person_id, arrived)
    tx.audit.add(
        occasion.sign_in_refused(
            proof.person_id,
            reason="too many new browsers at this address",
            factor=proof.factor,
            **arrived.weighed.payload(),
        )
    )
    return Refused(OverLimit(Limit.WEAK_SIGN_INS, retry_after=WAIT))


def _within_suspension(tx: Tx, proof: Proof, now: datetime) -> Proof:
    """Return what a proof counts for: never high while the person's card is not good, or soon after a recovery.

    DOMAIN §3.3, §3.5.
    """
    if proof.acr is not Acr.HIGH:
        return proof
    tx.people.lock(proof.person_id)  # a card that expires just now comes before this sign-in, or lowers it
    is_suspended = tx.life_states.get(proof.person_id).suspended_at is not None
    is_held = tx.recovery_holds.until(proof.person_id, now) is not None
    return replace(proof, acr=Acr.SUBSTANTIAL) if is_suspended or is_held else proof


def _record_proof(tx: Tx, event: EventType, proof: Proof, arrived: Arrived, occasion: Occasion) -> None:
    """Record what was proved, and what it showed."""
    tx.audit.add(
        occasion.event(
            event,
            actor=person_ref(proof.person_id),
            person_id=proof.person_id,
            idp=proof.idp,
            acr=proof.acr.value,
            amr=list(proof.amr),
            **({"degraded": True} if proof.degraded else {}),
            **occasion.told_device,
            **({"public": True} if arrived.arrival.is_public else {}),
            **arrived.weighed.payload(),
        )
    )


def refuse_sign_in(
    tx: Tx, person_id: PersonId, *, factor: str, occasion: Occasion, case: str = "locked"
) -> Refused:
    """Record that somebody proved who they are and may not sign in; `case` is the page that says why."""
    tx.audit.add(occasion.sign_in_refused(person_id, reason="may not sign in", factor=factor))
    error = AccessDenied("this account can't sign in", detail="locked meanwhile")
    return Refused(Refusal(error, ToPage(case=case, status=403)))


def _over_at(proof: Proof, life: Lifetimes, now: datetime, *, is_public: bool) -> datetime:
    is_low = proof.acr is Acr.LOW and not proof.degraded
    longest = life.session_low if is_low else life.session_absolute
    over_at = now + (min(longest, life.session_public) if is_public else longest)
    return over_at if proof.not_after is None else min(over_at, proof.not_after)
