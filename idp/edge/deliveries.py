"""What the person is told of each service that a sign-out reached (PAGES §3.1.12). Pure."""

from collections.abc import Iterable

from idp.outbox.model import Attempt, OutboxMessage
from idp.outbox.model import DeliveryState as State
from idp.ui.rows import Delivery, DeliveryState


def per_service(messages: Iterable[OutboxMessage]) -> list[OutboxMessage]:
    """Return one message for each service of each sign-out: where it also answers itself, the browser's is left out."""
    found: dict[tuple[str, str], OutboxMessage] = {}
    for message in messages:
        service = (message.logout_id, message.client_id)
        if service not in found or found[service].state is State.BROWSER:
            found[service] = message
    return list(found.values())


def delivery(message: OutboxMessage, name: str) -> Delivery:
    """Return the row of the page."""
    state = DeliveryState(message.state.value)
    if message.state is State.DEAD and Attempt(status=message.status).is_refused:
        state = DeliveryState.REFUSED
    at = None
    if message.state is State.DELIVERED:
        at = message.delivered_at
    elif (
        message.state is State.WAITING and message.last_error
    ):  # before the first answer there is nothing to say
        at = message.next_attempt_at
    return Delivery(name=name, state=state, at=at, attempts=message.attempts)
