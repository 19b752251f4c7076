"""A client's own ledger of sign-outs: which logout tokens were sent to it, and what it answered.

An interface of ours, for a service that was down and wants to know what it missed. The client authenticates as at the
token endpoint; a public one can't. It sees its own rows alone: what it is told in its tokens anyway, never which other
services a person used, and never why a connection failed, which could map networks (SECURITY D01).
"""

from datetime import datetime
from functools import partial

from idp.edge import Answer, Call
from idp.endpoints.client_authentication import authenticate_client
from idp.ids import ClientId
from idp.outbox.model import OutboxMessage
from idp.protocol.delivery_request import DeliveryRequest, parse_delivery_request
from idp.protocol.errors import InvalidClient, InvalidRequest, ToJson, refusing
from idp.protocol.token_request import parse_form
from idp.transaction import Tx

PATH = "/logouts"


async def logouts(call: Call) -> Answer:
    """Return the client's deliveries, the newest first; `next` is what to send as `before` for the page after."""
    with refusing(ToJson()):
        if call.query_string:
            raise InvalidRequest("parameters belong in the body")
        form = parse_form(call.form() if call.body else ())  # a header alone is a whole question
        client = await authenticate_client(call, form)
        if client.is_public:
            raise InvalidClient("client authentication failed", detail="a public client proves nothing")
        request = parse_delivery_request(form)
    messages = await call.provider.database.read(partial(_load, client_id=client.client_id, request=request))
    page = messages[: request.limit]
    more = len(messages) > request.limit
    rows = [_row(message) for message in page]
    return Answer.json({"logouts": rows, "next": page[-1].message_id if more else None})


def _load(tx: Tx, *, client_id: ClientId, request: DeliveryRequest) -> tuple[OutboxMessage, ...]:
    states = () if request.state is None else (request.state,)
    return tx.deliveries.of_client(client_id, request.limit + 1, before=request.before, states=states)


def _row(message: OutboxMessage) -> dict[str, object]:
    return {
        "id": message.message_id,
        "kind": message.kind.value,
        "state": message.state.value,
        "sub": message.payload.get("sub"),
        "sid": message.payload.get("sid"),
        "jti": message.payload.get("jti"),
        "ended_at": _seconds(message.created_at),
        "attempts": message.attempts,
        "sent_at": _seconds(message.sent_at),
        "acknowledged_at": _seconds(message.delivered_at),
        "next_attempt_at": _seconds(message.next_attempt_at) if message.is_waiting else None,
        "status": message.status,
    }


def _seconds(moment: datetime | None) -> int | None:
    """Return a moment as JWTs write it: seconds since 1970 (RFC 7519 §2)."""
    return None if moment is None else int(moment.timestamp())
