"""`hpid consents`: what a person shares with whom, and withdrawing it."""

from dataclasses import dataclass
from functools import partial

import typer

from idp.audit.occasion import Occasion
from idp.cli.context import AsJson, CommandFailed, occasion, operator, say, show, with_provider
from idp.cli.looking import look
from idp.consents.model import consent_facts
from idp.consents.service import withdraw as withdraw_consent
from idp.database import Done, Refused
from idp.ids import ClientId, PersonId
from idp.provider import Provider
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class _Withdrawn:
    count: int
    by_law: tuple[str, ...]
    """Scopes that are sent all the same."""


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
    """Withdraw what a person has agreed to share with one client; its tokens end with it. What goes by law goes on."""

    async def work(provider: Provider) -> _Withdrawn:
        outcome = await provider.database.transact(
            partial(
                _withdraw,
                person_id=PersonId(person_id),
                client_id=ClientId(client_id),
                happening=occasion(provider),
            )
        )
        return outcome.unwrap()

    done = with_provider(work)
    say(f"withdrawn: {done.count}")
    if done.by_law:
        say(f"goes by law, and may be objected to: {', '.join(done.by_law)}")


def _withdraw(
    tx: Tx, *, person_id: PersonId, client_id: ClientId, happening: Occasion
) -> Done[_Withdrawn] | Refused:
    """Withdraw what rests on consent; where nothing does, nothing is recorded either."""
    count = withdraw_consent(tx, person_id, client_id, actor=operator(), occasion=happening).value
    rest = consent_facts(tx.consents.of_client(person_id, client_id)).granted
    if count:
        return Done(_Withdrawn(count=count, by_law=tuple(sorted(rest))))
    if rest:
        what = (
            f"{person_id} shares nothing with {client_id} by consent: {', '.join(sorted(rest))} goes by law"
        )
        return Refused(CommandFailed(what))
    return Refused(CommandFailed(f"{person_id} shares nothing with {client_id}"))
