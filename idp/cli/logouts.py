"""`hpid logouts`: what became of the word that a session ended, at each service it reached."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from idp.cli.context import AsJson, CommandFailed, show, with_provider
from idp.ids import ClientId, PersonId
from idp.outbox.model import OutboxMessage
from idp.provider import Provider
from idp.transaction import Tx

app = typer.Typer(help="Sign-outs and how they were delivered.", no_args_is_help=True)

_Most = Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many rows.")]


@app.command("show")
def show_logouts(
    logout_id: Annotated[str | None, typer.Argument(help="The id of one sign-out.")] = None,
    *,
    person: Annotated[str | None, typer.Option(help="The latest of this person (id).")] = None,
    client: Annotated[str | None, typer.Option(help="The latest of this client.")] = None,
    limit: _Most = 50,
    as_json: AsJson = False,
) -> None:
    """Show each delivery: sent, acknowledged, tried again or given up; what the browser did nobody knows."""
    if sum(given is not None for given in (logout_id, person, client)) != 1:
        raise CommandFailed("name one of: the id of a sign-out, --person, --client")

    def load(tx: Tx) -> tuple[OutboxMessage, ...]:
        if logout_id is not None:
            return tx.deliveries.of_logouts((logout_id,), limit)
        if person is not None:
            return tx.deliveries.sign_outs_of_person(PersonId(person), limit)
        return tx.deliveries.of_client(ClientId(client or ""), limit)

    async def work(provider: Provider) -> tuple[OutboxMessage, ...]:
        return await provider.database.read(load)

    _show(with_provider(work), as_json=as_json, title="deliveries")


@app.command()
def dead(*, limit: _Most = 50, as_json: AsJson = False) -> None:
    """Show the deliveries that were given up, the latest first: these services never heard of the sign-out."""

    async def work(provider: Provider) -> tuple[OutboxMessage, ...]:
        return await provider.database.read(lambda tx: tx.deliveries.dead(limit))

    _show(with_provider(work), as_json=as_json, title="dead letters")


def _show(messages: Sequence[OutboxMessage], *, as_json: bool, title: str) -> None:
    show([_row(message) for message in messages], as_json=as_json, title=title)


def _row(message: OutboxMessage) -> dict[str, object]:
    """Return what an operator may see: no subject and no session id of a service."""
    return {
        "logout_id": message.logout_id,
        "client_id": message.client_id,
        "kind": message.kind.value,
        "state": message.state.value,
        "created_at": _text(message.created_at),
        "attempts": message.attempts,
        "sent_at": _text(message.sent_at),
        "acknowledged_at": _text(message.delivered_at),
        "next_attempt_at": _text(message.next_attempt_at) if message.is_waiting else None,
        "status": message.status,
        "error": message.last_error or None,
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds")
