"""`hpid merges`: two stewards let one record stand for another, and one of them may take it back."""

from functools import partial
from typing import Annotated, TypeVar

import typer

from idp.audit.occasion import Occasion
from idp.cli.context import (
    NAMES_AN_ID,
    AsJson,
    CommandFailed,
    carry_out,
    forbidden_by,
    occasion,
    operator,
    plain,
    say,
    show,
    with_provider,
)
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.merges.model import Cause, Made, Merge, MergeRefused, MergeState, Rule
from idp.merges.service import (
    Merged,
    SectorSubjects,
    Split,
    Wanted,
    confirm,
    made_meanwhile,
    propose,
    split,
    subjects_of,
    withdraw,
)
from idp.protocol.subject import sector_of
from idp.provider import Provider
from idp.transaction import Tx

T = TypeVar("T")

app = typer.Typer(help="Two records of one person.", no_args_is_help=True)
Reason = Annotated[str, typer.Option(help="Why, in one sentence.")]
Letter = Annotated[str, typer.Option(help="Reference of the letter or case it rests on.")]
_MOST = 200


@app.command("propose")
def propose_one(
    winner_id: Annotated[str, typer.Argument(help="The record that is to stand.")],
    loser_id: Annotated[str, typer.Argument(help="The record it is to stand for.")],
    *,
    reason: Reason,
    letter: Letter,
    cause: Annotated[
        Cause | None, typer.Option(help="Why two living people's proved numbers differ, where they do.")
    ] = None,
    dead_with_living: Annotated[
        bool, typer.Option("--dead-with-living", help="One of the two has died, and they are one person.")
    ] = False,
    conflict: Annotated[str | None, typer.Option(help="The conflict it settles.")] = None,
) -> None:
    """Propose that one record stand for another; nothing changes until another steward confirms it."""
    wanted = Wanted(
        winner_id=PersonId(winner_id),
        loser_id=PersonId(loser_id),
        cause=cause,
        dead_with_living=dead_with_living,
        conflict_id=conflict,
        reason=reason,
        letter=letter,
    )

    async def work(provider: Provider) -> Merge:
        happening, waits = occasion(provider), provider.settings.life.merge_proposal

        def change(tx: Tx) -> Done[Merge] | Refused:
            return propose(tx, wanted, waits=waits, actor=operator(), occasion=happening)

        with forbidden_by(MergeRefused, _why):
            return (await provider.database.transact(change)).unwrap()

    merge = with_provider(work)
    say(f"{merge.merge_id} waits for another steward until {plain(merge.expires_at)}")
    say(f"{merge.winner_id} is to stand for {merge.loser_id}")


@app.command("confirm", context_settings=NAMES_AN_ID)
def confirm_one(merge_id: str) -> None:
    """Carry out what another steward proposed: sessions and grants of the loser end, and services are signed out."""

    def change(tx: Tx, happening: Occasion) -> Done[Merged] | Refused:
        return confirm(tx, merge_id, actor=operator(), occasion=happening)

    done = carry_out(change, MergeRefused, _why)
    say(f"{done.merge.winner_id} stands for {done.merge.loser_id}")
    say(f"ended: {done.sessions} sessions, {done.grants} grants")
    say(f"tell the services: hpid merges report {merge_id}")


@app.command("withdraw", context_settings=NAMES_AN_ID)
def withdraw_one(merge_id: str, *, reason: Reason) -> None:
    """Take back a proposal that nobody has confirmed."""

    def change(tx: Tx, happening: Occasion) -> Done[Merge] | Refused:
        return withdraw(tx, merge_id, reason, actor=operator(), occasion=happening)

    say(f"{carry_out(change, MergeRefused, _why).merge_id} is withdrawn")


@app.command("split", context_settings=NAMES_AN_ID)
def split_one(
    merge_id: str,
    *,
    reason: Reason,
    letter: Letter,
    winner: Annotated[
        list[str] | None, typer.Option(help="Something made meanwhile that is the winner's; again for more.")
    ] = None,
    loser: Annotated[
        list[str] | None, typer.Option(help="Something made meanwhile that is the loser's; again for more.")
    ] = None,
) -> None:
    """Let both records stand by themselves again; all sessions and grants of the winner end.

    What was made while they were one must be named, each as the winner's or the loser's: `hpid merges show` lists it.
    """

    def change(tx: Tx, happening: Occasion) -> Done[Split] | Refused:
        return split(
            tx,
            merge_id,
            winners=winner or (),
            losers=loser or (),
            reason=reason,
            letter=letter,
            actor=operator(),
            occasion=happening,
        )

    done = carry_out(change, MergeRefused, _why)
    say(f"{done.merge.loser_id} stands by itself again")
    say(f"ended: {done.sessions} sessions, {done.grants} grants of {done.merge.winner_id}")
    if done.is_locked:
        say(f"{done.merge.loser_id} is locked: {done.merge.winner_id} may not sign in; look whose that is")
    say(f"tell the services: hpid merges report {merge_id}")


@app.command("list")
def list_all(
    *,
    state: Annotated[
        MergeState, typer.Option(help="proposed, withdrawn, merged or split.")
    ] = MergeState.PROPOSED,
    person: Annotated[str, typer.Option(help="Id of a record: every merge it was ever named in.")] = "",
    as_json: AsJson = False,
) -> None:
    """List merges, the oldest first: those that wait for a second steward unless asked otherwise."""

    def search(tx: Tx) -> tuple[Merge, ...]:
        return tx.merges.of_record(PersonId(person)) if person else tx.merges.list(state, _MOST)

    async def work(provider: Provider) -> list[dict[str, object]]:
        return [_row(one) for one in await provider.database.read(search)]

    show(with_provider(work), as_json=as_json, title="merges")


@app.command("show", context_settings=NAMES_AN_ID)
def show_one(merge_id: str, *, as_json: AsJson = False) -> None:
    """Show a merge: who, why, the aliases in every sector, and what was made while the records were one."""

    async def work(provider: Provider) -> dict[str, object]:
        merge, sectors, made = await provider.database.read(partial(_look, merge_id=merge_id))
        return {
            **_row(merge),
            "cause": None if merge.cause is None else merge.cause.value,
            "conflict": merge.conflict_id,
            "reason": merge.reason,
            "letter": merge.letter,
            "confirmed_by": merge.merged_by,
            "confirmed_at": merge.merged_at,
            "closed_by": merge.closed_by,
            "closed_at": merge.closed_at,
            "close_reason": merge.close_reason or None,
            "sectors": [f"{one.sector}: {one.in_use} (aliases: {len(one.aliases)})" for one in sectors],
            "made_meanwhile": [_made(one, merge) for one in made],
        }

    show(with_provider(work), as_json=as_json, title="merge")


@app.command("report", context_settings=NAMES_AN_ID)
def report(merge_id: str, *, as_json: AsJson = False) -> None:
    """Say per sector what its services are to be told: the sub in use and its aliases. No personal data."""

    async def work(provider: Provider) -> list[dict[str, object]]:
        merge, sectors, _ = await provider.database.read(partial(_look, merge_id=merge_id))
        clients = await provider.database.read(_clients_by_sector)
        return [_sector(one, merge, clients.get(one.sector, [])) for one in sectors]

    show(with_provider(work), as_json=as_json, title="what services are told")


def _look(tx: Tx, *, merge_id: str) -> tuple[Merge, tuple[SectorSubjects, ...], tuple[Made, ...]]:
    merge = tx.merges.get(merge_id)
    if merge is None:
        raise CommandFailed(f"no merge {merge_id}")
    is_merged = merge.state is MergeState.MERGED
    sectors = subjects_of(tx, merge.winner_id, [merge.loser_id])
    return merge, sectors, made_meanwhile(tx, merge) if is_merged else ()


def _clients_by_sector(tx: Tx) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for client in tx.clients.all():
        found.setdefault(sector_of(client.facts), []).append(client.facts.client_id)
    return found


def _sector(one: SectorSubjects, merge: Merge, clients: list[str]) -> dict[str, object]:
    known = dict(one.of_records)
    return {
        "sector": one.sector,
        "clients": clients,
        "state": merge.state.value,
        "winner": known.get(merge.winner_id),
        "loser": known.get(merge.loser_id),
        "told": one.in_use,
    }


def _made(one: Made, merge: Merge) -> str:
    of = "winner" if one.record_id == merge.winner_id else "loser"
    return f"{one.name} ({one.kind.value}, {plain(one.made_at)}, written to the {of})"


def _row(merge: Merge) -> dict[str, object]:
    return {
        "merge_id": merge.merge_id,
        "state": merge.state.value,
        "winner": merge.winner_id,
        "loser": merge.loser_id,
        "proposed_by": merge.proposed_by,
        "proposed_at": merge.proposed_at,
        "until": merge.expires_at if merge.state is MergeState.PROPOSED else None,
    }


def _why(error: MergeRefused) -> str:
    unnamed = ", ".join(one.name for one in error.unnamed)
    return f"{_WORDS[error.rule]}{': ' if unnamed else ''}{unnamed}"


_WORDS = {
    Rule.REASON: "give --reason and --letter",
    Rule.UNKNOWN: "there is no such record, merge or conflict",
    Rule.SAME: "they are one record already",
    Rule.MERGED_ALREADY: "one of the two was merged into another record already",
    Rule.STANDS_FOR_OTHERS: "the second record stands for others: merge the other way round, or split those off first",
    Rule.TOO_MANY: "the first record stands for as many as one may",
    Rule.NUMBERS_DIFFER: "both live and have different proved numbers: give --cause, if they are one person",
    Rule.DEAD_WITH_LIVING: "one of the two has died: --dead-with-living says they are one person, and the living one's "
    "record is to stand",
    Rule.LOCKED: "one is locked and the other is not: a merge must not open what was locked",
    Rule.ROLES: "one has a role in the provider itself: take it away first",
    Rule.ACT_FOR_EACH_OTHER: "one acts for the other: end that mandate first, if they are one person",
    Rule.CONCERNED: "nobody works on their own record, or on that of somebody they act for",
    Rule.SECOND_PERSON: "another steward must confirm it than the one who proposed it",
    Rule.PROPOSED_ALREADY: "it is proposed already, and waits for another steward",
    Rule.OVER: "it was confirmed, withdrawn or split, or its time is over",
    Rule.NOT_NAMED: "say by --winner or --loser whose this is, made while the records were one",
    Rule.NAMED_WRONG: "something named was not made while the records were one, or was named twice",
}
