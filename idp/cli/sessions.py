"""`hpid sessions`: end what a person has open."""

from functools import partial

import typer

from idp.audit.occasion import Occasion
from idp.cli.context import AsJson, CommandFailed, occasion, operator, show, with_provider
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.provider import Provider
from idp.sessions.service import EndedEverywhere, end_all_sessions
from idp.transaction import Tx

app = typer.Typer(help="SSO sessions.", no_args_is_help=True)


@app.command()
def end(person_id: str, *, as_json: AsJson = False) -> None:
    """End every session of a person; the services it reached are told."""

    async def work(provider: Provider) -> EndedEverywhere:
        outcome = await provider.database.transact(
            partial(_end, person_id=PersonId(person_id), happening=occasion(provider))
        )
        return outcome.unwrap()

    ended = with_provider(work)
    show({"ended": ended.count, "logouts": list(ended.logout_ids)}, as_json=as_json)


def _end(tx: Tx, *, person_id: PersonId, happening: Occasion) -> Done[EndedEverywhere] | Refused:
    if tx.people.get(person_id) is None:
        return Refused(CommandFailed(f"no person {person_id}"))
    return Done(
        end_all_sessions(tx, person_id, reason="ended by an operator", occasion=happening, actor=operator())
    )
