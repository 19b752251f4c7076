"""How each relying party hears of a sign-out – Back-Channel and Front-Channel Logout 1.0, RP-Initiated Logout §2."""

from collections.abc import Iterable

from idp.audit.occasion import Occasion
from idp.clients.model import UnreadableRegistration
from idp.ids import ClientId
from idp.outbox.model import DeliveryState, OutboxKind, OutboxMessage
from idp.protocol.facts import ClientFacts, GrantFacts, SessionFacts
from idp.sessions.model import Session, SessionClient
from idp.transaction import Tx

_FIRST_STATES = {
    OutboxKind.BACKCHANNEL_LOGOUT: DeliveryState.WAITING,
    OutboxKind.FRONTCHANNEL_LOGOUT: DeliveryState.BROWSER,
    OutboxKind.NO_LOGOUT: DeliveryState.UNSUPPORTED,
}


def tell_of_ended(tx: Tx, ended: Iterable[GrantFacts], *, occasion: Occasion) -> int:
    """Tell services whose grants ended beside a session that goes on; return how many tokens will be sent.

    A service that the same session uses for somebody else by now goes on undisturbed. Who is told knows the session by
    another `sid` when its person comes again.
    """
    messages: dict[tuple[ClientId, str], OutboxMessage] = {}
    told: set[tuple[str, ClientId]] = set()
    for grant in ended:
        session = tx.sessions.find_by_sid(grant.client_id, grant.sid)
        if session is None or session.ended_at is not None:
            continue
        facts = facts_of(tx, grant.client_id)
        last = tx.sessions.reached_as(grant.client_id, grant.sid)
        if _is_left(grant, last) or facts is None or facts.backchannel_logout_uri is None:
            continue
        reached = SessionClient(
            session_id=session.session_id,
            client_id=grant.client_id,
            sid=grant.sid,
            sub=grant.sub,
            reached_at=occasion.now,
        )
        logout_id = occasion.clock.random_bytes(16).hex()
        kind = OutboxKind.BACKCHANNEL_LOGOUT
        messages[grant.client_id, grant.sid] = logout_message(kind, session, reached, logout_id, occasion)
        told.add((session.session_id, grant.client_id))
    tx.outbox.add(tuple(messages.values()))
    for session_id, client_id in sorted(told):  # in one order: nobody waits in a circle
        tx.sessions.tell(session_id, client_id)
    return len(messages)


def _is_left(grant: GrantFacts, last: SessionClient | None) -> bool:
    """Tell whether the service has been given something in the same session since, for somebody else.

    What was chosen and never brought there counts for nothing: it would keep a service from hearing of an ended power.
    """
    if grant.context is None or last is None or last.context_id is None:
        return False
    return last.context_id != grant.context.context_id


def facts_of(tx: Tx, client_id: ClientId) -> ClientFacts | None:
    """Return what a service registered; None where that can't be read: nobody stays signed in for its sake."""
    try:
        client = tx.clients.get(client_id)
    except UnreadableRegistration:
        return None
    return client.facts if client else None


def ways_to_tell(client: ClientFacts | None, *, in_its_browser: bool) -> list[OutboxKind]:
    """Return how a relying party hears of a sign-out: every mechanism it registered (RP-Initiated Logout §2)."""
    if client is None:
        return []
    ways = [OutboxKind.BACKCHANNEL_LOGOUT] if client.backchannel_logout_uri is not None else []
    if client.frontchannel_logout_uri is not None and in_its_browser:
        ways.append(OutboxKind.FRONTCHANNEL_LOGOUT)
    return ways or [OutboxKind.NO_LOGOUT]


def logout_message(
    kind: OutboxKind,
    session: Session | SessionFacts,
    reached: SessionClient,
    logout_id: str,
    occasion: Occasion,
) -> OutboxMessage:
    payload = {"sub": reached.sub, "sid": reached.sid}
    if kind is OutboxKind.BACKCHANNEL_LOGOUT:
        payload["jti"] = occasion.clock.token()
    return OutboxMessage(
        message_id=occasion.clock.token(),
        kind=kind,
        client_id=reached.client_id,
        logout_id=logout_id,
        person_id=session.person_id,
        payload=payload,
        created_at=occasion.now,
        next_attempt_at=occasion.now,
        state=_FIRST_STATES[kind],
    )
