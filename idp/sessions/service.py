"""Beginning, renewing and ending SSO sessions, with the sign-outs relying parties must hear of."""

from dataclasses import dataclass, field

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.ids import HandleKind, PersonId, bucket_of
from idp.outbox.model import OutboxKind, OutboxMessage
from idp.protocol.assurance import Acr
from idp.protocol.errors import AccessDenied
from idp.protocol.facts import SessionFacts
from idp.sessions.model import Session, SessionClient
from idp.settings import Lifetimes
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a sign-in proved."""

    person_id: PersonId
    acr: Acr
    amr: tuple[str, ...]
    ial: int
    idp: str


def start_session(tx: Tx, proof: Proof, *, cookie: str | None, life: Lifetimes, occasion: Occasion) -> str:
    """Begin a session and return its cookie: a new one at every sign-in (ASVS 7.2.4).

    The same person in the same browser keeps their session and the services it reached; another person ends it.
    """
    now = occasion.now
    fresh = occasion.clock.handle(HandleKind.SESSION, bucket_of(proof.person_id))
    expires_at = now + (life.session_low if proof.acr is Acr.LOW else life.session_absolute)
    old = tx.sessions.find(cookie) if cookie else None
    is_mine = old is not None and old.person_id == proof.person_id and old.is_live(now, life)
    if (
        is_mine
        and old is not None
        and tx.sessions.renew(
            old.session_id,
            fresh,
            auth_time=now,
            acr=proof.acr,
            amr=proof.amr,
            ial=proof.ial,
            idp=proof.idp,
            expires_at=expires_at,
            now=now,
        )
    ):
        event = EventType.SESSION_REAUTHENTICATED
    else:
        if old is not None:
            is_other = old.person_id != proof.person_id
            reason = "another person signed in" if is_other else "over, and begun anew"
            end_session(tx, old, reason=reason, occasion=occasion)
        session = Session(
            session_id=occasion.clock.token(),
            person_id=proof.person_id,
            created_at=now,
            last_seen_at=now,
            expires_at=expires_at,
            auth_time=now,
            acr=proof.acr,
            amr=proof.amr,
            ial=proof.ial,
            idp=proof.idp,
        )
        if not tx.sessions.add(session, fresh):
            raise AccessDenied("this account can't sign in", detail="locked meanwhile")
        event = EventType.SESSION_STARTED
    tx.audit.add(
        occasion.event(
            event,
            actor=person_ref(proof.person_id),
            person_id=proof.person_id,
            idp=proof.idp,
            acr=proof.acr.value,
            amr=list(proof.amr),
        )
    )
    return fresh


def end_session(
    tx: Tx, session: Session | SessionFacts, *, reason: str, occasion: Occasion, actor: str = ""
) -> str:
    """End a session, its grants (not the offline ones), and queue the word to every relying party it reached.

    Returns the logout's id, by which its deliveries are found.
    """
    session_id = session.session_id if isinstance(session, Session) else session.sid
    logout_id = occasion.clock.token()
    if not tx.sessions.end(session_id, occasion.now, reason):
        return logout_id
    tx.grants.revoke_of_session(session_id, occasion.now, reason)
    messages: list[OutboxMessage] = []
    for reached in tx.sessions.clients_of(session_id):
        client = tx.clients.get(reached.client_id)
        if client is not None and client.facts.backchannel_logout_uri is not None:
            messages.append(_logout_message(reached, logout_id, occasion))
    tx.outbox.add(messages)
    tx.audit.add(
        occasion.event(
            EventType.SESSION_ENDED,
            actor=actor or person_ref(session.person_id),
            person_id=session.person_id,
            reason=reason,
            clients=len(messages),
        )
    )
    return logout_id


def _logout_message(reached: SessionClient, logout_id: str, occasion: Occasion) -> OutboxMessage:
    return OutboxMessage(
        message_id=occasion.clock.token(),
        kind=OutboxKind.BACKCHANNEL_LOGOUT,
        client_id=reached.client_id,
        logout_id=logout_id,
        payload={"sub": reached.sub, "sid": reached.sid, "jti": occasion.clock.token()},
        created_at=occasion.now,
        next_attempt_at=occasion.now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedEverywhere:
    """How many sessions ended, and the logouts that tell of it."""

    count: int
    logout_ids: tuple[str, ...] = field(default=())


def end_all_sessions(
    tx: Tx, person_id: PersonId, *, reason: str, occasion: Occasion, actor: str
) -> EndedEverywhere:
    """End every live session of a person."""
    ended: list[str] = []
    for session in tx.sessions.of_person(person_id):
        ended.append(end_session(tx, session, reason=reason, occasion=occasion, actor=actor))
    return EndedEverywhere(count=len(ended), logout_ids=tuple(ended))
