"""`hpid life-events`: apply by hand what a register said, and look after what waits for a steward.

Numbers are masked in the list; who reads an event in full is on record.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import typer

from idp.audit.occasion import Occasion
from idp.cli.context import (
    NAMES_AN_ID,
    AsJson,
    CommandFailed,
    carry_out,
    occasion,
    operator,
    say,
    show,
    with_provider,
)
from idp.cli.moments import read_time
from idp.cli.reasons import check_reason
from idp.database import Done, Refused
from idp.life_events.jobs import FEED
from idp.life_events.model import LifeEvent, LifeEventType, Outcome, Subject, Unresolved
from idp.life_events.service import NotSettled, apply_event, read_unresolved, settle_unresolved
from idp.provider import Provider
from idp.transaction import Tx
from idp.ui.formatting import mask_id_number
from keys.strict_json import parse_json_object

app = typer.Typer(help="What happens to people and organisations outside the provider.", no_args_is_help=True)
_MOST = 200


@app.command()
def apply(
    event: Annotated[LifeEventType, typer.Argument(help="What happened, in the feed's words.")],
    *,
    number: Annotated[
        str, typer.Option(help="Personal ID number, or a foreigner's, of whom it is about.")
    ] = "",
    tax_code: Annotated[str, typer.Option(help="Tax code of the organisation it is about.")] = "",
    facts: Annotated[str, typer.Option(help="The facts as JSON, as the feed has them.")] = "{}",
    entered_at: Annotated[
        str, typer.Option(help="When the register entered it (RFC 3339). Unset: now.")
    ] = "",
    event_id: Annotated[
        str, typer.Option(help="Its id there, so that the feed does not apply it again. Unset: a new one.")
    ] = "",
) -> None:
    """Apply an event as if the registers' feed had brought it: for what came on paper, and after a fault.

    Where neither number nor tax code is given the number is asked for, so that no shell keeps it.
    """
    if number and tax_code:
        raise CommandFailed("give one of --number and --tax-code")
    if not number and not tax_code:
        number = typer.prompt("the person's ID number", err=True)
    members = _facts(facts)

    async def work(provider: Provider) -> Outcome:
        happening = occasion(provider)
        given = LifeEvent(
            event_id=event_id or f"by-hand-{provider.clock.token()}",
            type=event.value,
            entered_at=_moment(entered_at, happening.now),
            subject=Subject(personal_id=number, tax_code=tax_code),
            facts=members,
        )

        def change(tx: Tx) -> Done[Outcome]:
            return Done(apply_event(tx, given, actor=operator(), occasion=happening))

        return (await provider.database.transact(change)).unwrap()

    say(with_provider(work).value)


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Show when the registers' feed last brought anything, and how much waits for people."""

    async def work(provider: Provider) -> dict[str, object]:
        now = provider.clock.now()

        def read(tx: Tx) -> dict[str, object]:
            moved = tx.life_cursors.moved_at(FEED)
            return {
                "last_event_at": moved,
                "events_for_a_steward": tx.life_unresolved.count(),
                "lock_requests_overdue": tx.lock_requests.overdue(now),
            }

        return await provider.database.read(read)

    show(with_provider(work), as_json=as_json, title="life events")


@app.command()
def waiting(*, as_json: AsJson = False) -> None:
    """List events that contradict what is kept, numbers masked; `show` says all of one."""

    async def work(provider: Provider) -> list[dict[str, object]]:
        found = await provider.database.read(lambda tx: tx.life_unresolved.waiting(_MOST))
        return [_row(one) for one in found]

    show(with_provider(work), as_json=as_json, title="events for a steward")


@app.command("show", context_settings=NAMES_AN_ID)
def show_one(unresolved_id: str, *, as_json: AsJson = False) -> None:
    """Show all that an event says, numbers in full; the look is recorded, and the person sees it in their history."""

    def read(tx: Tx, happening: Occasion) -> Done[Unresolved] | Refused:
        return read_unresolved(tx, unresolved_id, actor=operator(), occasion=happening)

    found = carry_out(read, NotSettled)
    show({**_row(found), "says": found.facts}, as_json=as_json, title="event for a steward")


@app.command()
def settle(
    unresolved_id: str,
    *,
    note: Annotated[str, typer.Option(help="What was found and done.", callback=check_reason)],
) -> None:
    """Take an event off the list once somebody has looked at it."""

    async def work(provider: Provider) -> None:
        happening = occasion(provider)

        def change(tx: Tx) -> Done[str] | Refused:
            return settle_unresolved(tx, unresolved_id, note, actor=operator(), occasion=happening)

        try:
            (await provider.database.transact(change)).unwrap()
        except NotSettled as error:
            raise CommandFailed(str(error)) from error

    with_provider(work)
    say(f"{unresolved_id} is settled")


def _row(one: Unresolved) -> dict[str, object]:
    number = json.loads(one.facts).get("personal_id") or ""
    return {
        "id": one.unresolved_id,
        "event": one.event_type,
        "why": one.contradiction.value,
        "subject": one.subject or None,
        "number": mask_id_number(number).shown if number else None,
        "since": one.opened_at,
    }


def _facts(text: str) -> Mapping[str, object]:
    try:
        return parse_json_object(text.encode())
    except ValueError as error:
        raise CommandFailed(f"--facts: {error}") from None


def _moment(text: str, now: datetime) -> datetime:
    if not text:
        return now
    moment = read_time("--entered-at", text)
    if moment > now:
        raise CommandFailed("--entered-at is still to come")
    return moment
