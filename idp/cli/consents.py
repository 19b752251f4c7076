"""`hpid consents`: what a person shares with whom, and withdrawing it."""

from functools import partial

import typer

from idp.audit.occasion import Occasion
from idp.cli.context import AsJson, CommandFailed, occasion, operator, say, show, with_provider
from idp.cli.looking import look
from idp.consents.service import withdraw as withdraw_consent
from idp.database import Done, Refused
from idp.ids import ClientId, PersonId
from idp.provider import Provider
from idp.transaction import Tx

app = typer.Typer(help="Consents.", no_args_is_help=True)


@app.command("list")
def list_consents(person_id: str, *, as_json: AsJson = False) -> None:
    """List what a person was told and has agreed to; the look is recorded, and they see it in their history."""
    rows = [
        {
            "client_id": record.client_id,
            "scope": record.scope,
            "basis": record.basis.value,
            "granted": record.granted,
            "decided_at": record.decided_at,
            "withdrawn_at": record.withdrawn_at,
        }
        for record in look(
            "consents",
            lambda tx: tx.consents.of_person(PersonId(person_id)),
            whose=lambda _: person_id,
        )
    ]
    show(rows, as_json=as_json, title="consents")


@app.command()
def withdraw(person_id: str, client_id: str) -> None:
    """Withdraw everything a person shares with one client; its tokens end with it."""

    async def work(provider: Provider) -> int:
        outcome = await provider.database.transact(
            partial(
                _withdraw,
                person_id=PersonId(person_id),
                client_id=ClientId(client_id),
                happening=occasion(provider),
            )
        )
        return outcome.unwrap()

    say(f"withdrawn: {with_provider(work)}")


def _withdraw(
    tx: Tx, *, person_id: PersonId, client_id: ClientId, happening: Occasion
) -> Done[int] | Refused:
    """Withdraw what is shared; where nothing is, nothing is recorded either."""
    if all(record.withdrawn_at is not None for record in tx.consents.of_client(person_id, client_id)):
        return Refused(CommandFailed(f"{person_id} shares nothing with {client_id}"))
    return withdraw_consent(tx, person_id, client_id, actor=operator(), occasion=happening)
