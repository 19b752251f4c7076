"""`hpid clients`: new secrets beside old ones, one that leaked ended at once, those that end soon."""

from datetime import timedelta
from typing import Annotated

import typer

from idp.cli.context import AsJson, CommandFailed, occasion, operator, plain, say, show, warn, with_provider
from idp.clients.service import issue_secret, revoke_secret
from idp.database import Done, Refused
from idp.ids import ClientId
from idp.provider import Provider
from idp.transaction import Tx

app = typer.Typer()
Overlap = Annotated[int, typer.Option(help="Hours the old secrets go on working.", min=0, max=24 * 90)]
Days = Annotated[int, typer.Option(help="How far to look ahead, in days.", min=0, max=366)]


@app.command("rotate-secret")
def rotate_secret(client_id: str, *, overlap_hours: Overlap = 24, as_json: AsJson = False) -> None:
    """Issue a new secret, shown once; the old ones go on for the overlap."""

    async def work(provider: Provider) -> dict[str, object]:
        happening = occasion(provider)

        def rotate(tx: Tx) -> Done[dict[str, object]] | Refused:
            client = tx.clients.get(ClientId(client_id))
            if client is None or not client.facts.has_secret:
                return Refused(CommandFailed(f"no client {client_id} that has a secret"))
            until = happening.now + timedelta(hours=overlap_hours)
            issued = issue_secret(
                tx,
                client.facts.client_id,
                vault=provider.vault,
                actor=operator(),
                occasion=happening,
                old_ones_until=until,
            )
            return Done(
                {
                    "client_id": client_id,
                    "secret_id": issued.secret_id,
                    "client_secret": issued.text,
                    "expires_at": issued.expires_at,
                    "old_secrets_until": until,
                }
            )

        return (await provider.database.transact(rotate)).unwrap()

    new = with_provider(work)
    show(new, as_json=as_json, title="new secret")
    warn(f"{client_id}: its old secrets stop working at {plain(new['old_secrets_until'])}")
    if new["expires_at"] is not None:
        warn(f"{client_id}: this one stops working at {plain(new['expires_at'])}; rotate again before")


@app.command("revoke-secret")
def end_secret(client_id: str, secret_id: str) -> None:
    """End one secret at once, for good: felt on every node within a second. `clients show` names them."""

    async def work(provider: Provider) -> bool:
        happening = occasion(provider)

        def end(tx: Tx) -> Done[bool] | Refused:
            client = ClientId(client_id)
            if not revoke_secret(tx, client, secret_id, actor=operator(), occasion=happening):
                return Refused(CommandFailed(f"client {client_id} has no live secret {secret_id}"))
            known = tx.clients.get(client)
            return Done(known is not None and any(one.is_live(happening.now) for one in known.secrets))

        return (await provider.database.transact(end)).unwrap()

    has_another = with_provider(work)
    say(f"secret {secret_id} of {client_id} is revoked")
    if not has_another:
        warn(f"{client_id}: no secret is left; `hpid clients rotate-secret` issues one")


@app.command("expiring-secrets")
def expiring_secrets(*, within_days: Days = 30, as_json: AsJson = False) -> None:
    """List the enabled clients whose newest secret ends soon, or has ended: their services stop with it."""

    async def work(provider: Provider) -> list[dict[str, object]]:
        until = provider.clock.now() + timedelta(days=within_days)
        clients = await provider.database.read(lambda tx: tx.clients.all())
        return [
            {
                "client_id": client.facts.client_id,
                "name": client.facts.name,
                "last_secret_until": last,
            }
            for client in clients
            if client.facts.enabled and client.facts.has_secret
            for last in [client.secrets_end_at()]
            if last is not None and last <= until
        ]

    show(with_provider(work), as_json=as_json, title="secrets that end soon")
