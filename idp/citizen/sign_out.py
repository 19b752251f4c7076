"""Signing out from our own pages, and what was really closed (PAGES 3.1.12)."""

from functools import partial

from idp.audit.occasion import Occasion
from idp.citizen.interaction import posted
from idp.database import Done
from idp.edge import Answer, BadCall, Call, Cookie
from idp.edge.cookie_names import cookie_name
from idp.edge.page import page
from idp.ids import ClientId
from idp.outbox.model import DeliveryState as State
from idp.outbox.model import OutboxMessage
from idp.sessions.service import end_session
from idp.settings import Lifetimes
from idp.transaction import Tx
from idp.ui.rows import Delivery, DeliveryState

_STATES = {
    State.DELIVERED: DeliveryState.DELIVERED,
    State.WAITING: DeliveryState.WAITING,
    State.DEAD: DeliveryState.DEAD,
}
_MOST_LOGOUTS = 20
_CLEAR = ("clear-site-data", '"cache", "storage"')


async def confirm(call: Call) -> Answer:
    """End this session, or every session of the person."""
    where = posted(call).get("where", "")
    if where == "stay":
        return Answer.redirect("/")
    if where not in {"here", "all"}:
        raise BadCall(400, "the form is incomplete")
    name = cookie_name(call.provider.settings, "session")
    outcome = await call.provider.database.transact(
        partial(
            _end,
            cookie=call.cookies().get(name),
            everywhere=where == "all",
            life=call.provider.settings.life,
            occasion=call.occasion(),
        )
    )
    logouts = outcome.unwrap()
    location = f"/signed-out?r={'.'.join(logouts[:_MOST_LOGOUTS])}&n={len(logouts)}"
    return Answer.redirect(location, Cookie(name=name, value="", max_age=0)).with_headers(_CLEAR)


async def show(call: Call) -> Answer:
    """Tell what each service answered; the ids in the address are random and known to this browser alone."""
    query = dict(call.query())
    logout_ids = tuple(part for part in query.get("r", "").split(".") if part)[:_MOST_LOGOUTS]
    messages = await call.provider.database.read(partial(_load, logout_ids=logout_ids))
    deliveries = [await _delivery(call, message) for message in messages]
    waiting = any(delivery.state is DeliveryState.WAITING for delivery in deliveries)
    return page(
        call,
        "signed_out.html",
        deliveries=tuple(deliveries),
        count=max(1, len(logout_ids)),
        back=None,
        refresh_url=f"/signed-out?r={'.'.join(logout_ids)}" if waiting else None,
    )


async def _delivery(call: Call, message: OutboxMessage) -> Delivery:
    client = await call.provider.configuration.client(ClientId(message.client_id))
    return Delivery(
        name=client.facts.name if client else message.client_id,
        state=_STATES[message.state],
        at=message.delivered_at or message.next_attempt_at,
        attempts=message.attempts,
    )


def _end(
    tx: Tx, *, cookie: str | None, everywhere: bool, life: Lifetimes, occasion: Occasion
) -> Done[tuple[str, ...]]:
    session = tx.sessions.find(cookie) if cookie else None
    if session is None or not session.is_live(occasion.now, life):
        return Done(())
    sessions = tx.sessions.of_person(session.person_id) if everywhere else (session,)
    logouts: list[str] = []
    for one in sessions:
        logouts.append(end_session(tx, one, reason="signed out by the person", occasion=occasion))
    return Done(tuple(logouts))


def _load(tx: Tx, *, logout_ids: tuple[str, ...]) -> tuple[OutboxMessage, ...]:
    return tuple(message for logout_id in logout_ids for message in tx.outbox.of_logout(logout_id))
