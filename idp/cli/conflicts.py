"""`hpid conflicts`: the stewards' queue."""

from typing import Annotated

import typer

from idp.audit.occasion import Occasion
from idp.cli.context import NAMES_AN_ID, AsJson, CommandFailed, carry_out, operator, say, show, with_provider
from idp.conflicts.model import Conflict, ConflictKind, ConflictRefused, ConflictState
from idp.conflicts.service import assign, dismiss, resolve
from idp.database import Done, Refused
from idp.provider import Provider
from idp.transaction import Tx

app = typer.Typer(help="What a steward must look at.", no_args_is_help=True)
Reason = Annotated[str, typer.Option(help="What was done, or why nothing was.")]
_MOST = 200


@app.command("list")
def list_all(
    *,
    state: Annotated[ConflictState, typer.Option(help="open, resolved or dismissed.")] = ConflictState.OPEN,
    kind: Annotated[ConflictKind | None, typer.Option(help="Of this kind alone.")] = None,
    as_json: AsJson = False,
) -> None:
    """List conflicts, those that wait longest first; at most two hundred."""

    async def work(provider: Provider) -> list[dict[str, object]]:
        found = await provider.database.read(lambda tx: tx.conflicts.list(state, _MOST, kind))
        return [_row(one) for one in found]

    show(with_provider(work), as_json=as_json, title="conflicts")


@app.command("show", context_settings=NAMES_AN_ID)
def show_one(conflict_id: str, *, as_json: AsJson = False) -> None:
    """Show a conflict with what is known of it."""

    async def work(provider: Provider) -> dict[str, object]:
        found = await provider.database.read(lambda tx: tx.conflicts.get(conflict_id))
        if found is None:
            raise CommandFailed(f"no conflict {conflict_id}")
        return {
            **_row(found),
            "facts": [f"{name}: {value}" for name, value in found.facts.items()],
            "closed_by": found.closed_by,
            "closed_at": found.closed_at,
            "close_reason": found.close_reason or None,
        }

    show(with_provider(work), as_json=as_json, title="conflict")


@app.command("assign", context_settings=NAMES_AN_ID)
def assign_one(
    conflict_id: str,
    *,
    to: Annotated[str, typer.Option(help="User name of the steward; yours if it is not given.")] = "",
) -> None:
    """Say who looks at a conflict."""
    steward = f"operator:{to}" if to else operator()

    def change(tx: Tx, happening: Occasion) -> Done[Conflict] | Refused:
        return assign(tx, conflict_id, steward, actor=operator(), occasion=happening)

    carry_out(change, ConflictRefused)
    say(f"{conflict_id} is {steward.removeprefix('operator:')}'s")


@app.command("resolve", context_settings=NAMES_AN_ID)
def resolve_one(conflict_id: str, *, reason: Reason) -> None:
    """Say that its cause is gone; should it come again, it is a new one. Two records are merged by `hpid merges`."""

    def change(tx: Tx, happening: Occasion) -> Done[Conflict] | Refused:
        return resolve(tx, conflict_id, reason, actor=operator(), occasion=happening)

    carry_out(change, ConflictRefused)
    say(f"{conflict_id} is resolved")


@app.command("dismiss", context_settings=NAMES_AN_ID)
def dismiss_one(conflict_id: str, *, reason: Reason) -> None:
    """Say that nothing is to be done; the same one coming again is counted, and not shown as open."""

    def change(tx: Tx, happening: Occasion) -> Done[Conflict] | Refused:
        return dismiss(tx, conflict_id, reason, actor=operator(), occasion=happening)

    carry_out(change, ConflictRefused)
    say(f"{conflict_id} is dismissed")


def _row(conflict: Conflict) -> dict[str, object]:
    return {
        "conflict_id": conflict.conflict_id,
        "kind": conflict.kind.value,
        "state": conflict.state.value,
        "records": list(conflict.people),
        "opened": conflict.opened_at,
        "last": conflict.last_at,
        "times": conflict.count,
        "assignee": conflict.assignee,
    }
