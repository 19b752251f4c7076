"""Ending one session, or all of a person's, with its grants; and noting for whom it was open that they must hear."""

from dataclasses import dataclass, field

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.ids import PersonId
from idp.outbox.model import OutboxKind, OutboxMessage
from idp.protocol.facts import SessionFacts
from idp.sessions.model import Session
from idp.sessions.service.telling import facts_of, logout_message, ways_to_tell
from idp.transaction import Tx


def end_session(
    tx: Tx,
    session: Session | SessionFacts,
    *,
    reason: str,
    occasion: Occasion,
    actor: str = "",
    in_its_browser: bool = False,
) -> str:
    """End a session, its grants (not the offline ones), and note for every relying party it reached how it will hear.

    In its own browser the front channel reaches them too. Returns the logout's id, by which its deliveries are found.
    """
    session_id = session.session_id if isinstance(session, Session) else session.sid
    logout_id = occasion.clock.random_bytes(16).hex()  # typed by operators: never begins with a hyphen
    if not tx.sessions.end(session_id, occasion.now, reason):
        return logout_id
    tx.grants.revoke_of_session(session_id, occasion.now, reason)
    messages: list[OutboxMessage] = []
    for reached in tx.sessions.clients_of(session_id):
        for kind in ways_to_tell(facts_of(tx, reached.client_id), in_its_browser=in_its_browser):
            messages.append(logout_message(kind, session, reached, logout_id, occasion))
    tx.outbox.add(messages)
    tx.audit.add(
        occasion.event(
            EventType.SESSION_ENDED,
            actor=actor or person_ref(session.person_id),
            person_id=session.person_id,
            reason=reason,
            clients=sum(message.kind is OutboxKind.BACKCHANNEL_LOGOUT for message in messages),
        )
    )
    return logout_id


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedEverywhere:
    """How many sessions ended, and the logouts that tell of it."""

    count: int
    logout_ids: tuple[str, ...] = field(default=())


def end_all_sessions(
    tx: Tx, person_id: PersonId, *, reason: str, occasion: Occasion, actor: str
) -> EndedEverywhere:
    """End every live session of a person; one just being carried from another of theirs ends too, or never begins."""
    tx.people.lock(person_id)
    ended: list[str] = []
    for session in tx.sessions.of_person(person_id):
        ended.append(end_session(tx, session, reason=reason, occasion=occasion, actor=actor))
    return EndedEverywhere(count=len(ended), logout_ids=tuple(ended))
