"""`hpid cases`: what people disputed, locked or asked, and what came of it."""

from typing import Annotated

import typer

from idp.cases.model import Case, CaseKind, CaseRefused, CaseState
from idp.cases.service import answer_question, close_case
from idp.cli.context import AsJson, CommandFailed, carry_out, operator, say, show, with_provider
from idp.cli.looking import look
from idp.provider import Provider

app = typer.Typer(help="Cases of people's accounts.", no_args_is_help=True)
_MOST = 200


@app.command("list")
def list_all(
    *,
    state: Annotated[CaseState, typer.Option(help="open or closed.")] = CaseState.OPEN,
    kind: Annotated[CaseKind | None, typer.Option(help="Of this kind alone.")] = None,
    as_json: AsJson = False,
) -> None:
    """List cases, those that wait longest first; at most two hundred."""

    async def work(provider: Provider) -> list[dict[str, object]]:
        found = await provider.database.read(lambda tx: tx.cases.list(state, _MOST, kind))
        return [_row(one) for one in found]

    show(with_provider(work), as_json=as_json, title="cases")


@app.command("show")
def show_one(case_id: str, *, as_json: AsJson = False) -> None:
    """Show a case with what is known of it."""
    found = look(
        "case", lambda tx: tx.cases.get(case_id), whose=lambda case: "" if case is None else case.person_id
    )
    if found is None:
        raise CommandFailed(f"no case {case_id}")
    shown = {
        **_row(found),
        "facts": [f"{name}: {value}" for name, value in found.facts.items()],
        "closed": found.closed_at,
        "closed_by": found.closed_by or None,
        "outcome": found.outcome or None,
    }
    show(shown, as_json=as_json, title="case")


@app.command()
def close(case_id: str, *, outcome: Annotated[str, typer.Option(help="What was found or done.")]) -> None:
    """Close a case. It opens no account: that is `hpid people unlock`, or its holder at the national system."""
    carry_out(
        lambda tx, happening: close_case(tx, case_id, outcome, actor=operator(), occasion=happening),
        CaseRefused,
    )
    say(f"{case_id} is closed")


@app.command()
def answer(
    case_id: str,
    *,
    text: Annotated[str, typer.Option(help="The answer; the person reads it, and nobody else.")],
) -> None:
    """Answer a person who asked why an official looked at their record."""
    carry_out(
        lambda tx, happening: answer_question(tx, case_id, text, actor=operator(), occasion=happening),
        CaseRefused,
    )
    say(f"{case_id} is answered")


def _row(case: Case) -> dict[str, object]:
    return {
        "case_id": case.case_id,
        "kind": case.kind.value,
        "state": case.state.value,
        "record": case.person_id,
        "opened": case.opened_at,
    }
