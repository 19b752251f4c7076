"""`hpid requests`: the queue of what people ask about their data, for those who work it (DOMAIN §1.8; journey 11)."""

from typing import Annotated

import typer

from idp.cli.context import AsJson, carry_out, forbidden_by, occasion, operator, say, show, with_provider
from idp.data_rights.model import DataRequest, RequestOver
from idp.data_rights.service import (
    answer_request,
    complete_request,
    extend_request,
    read_request,
    refuse_request,
    requests_of,
)
from idp.database import Done, Refused
from idp.days import last_day
from idp.ids import PersonId
from idp.provider import Provider
from idp.transaction import Tx

app = typer.Typer(help="What people ask about their data, and its clocks.", no_args_is_help=True)
Words = Annotated[str, typer.Option(help="What the person reads, in Vietnamese, in 2000 letters at most.")]
Number = Annotated[str, typer.Argument(help="The request; as the person reads it out is fine, with dashes.")]
_MOST = 200


@app.command("list")
def list_all(
    *,
    person: Annotated[str, typer.Option(help="Of one person, those that are over too.")] = "",
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only what should be answered or done by now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List what is open, what is due first first; nobody's words are shown.

    Of a person it is what they asked under any record of theirs, the latest first.
    """

    async def work(provider: Provider) -> list[dict[str, object]]:
        now = provider.clock.now()

        def read(tx: Tx) -> tuple[DataRequest, ...]:
            if person:
                return requests_of(tx, tx.people.standing_id(PersonId(person)))
            return tx.data_requests.open(_MOST)

        found = await provider.database.read(read)
        return [_row(one, overdue=one.is_overdue(now)) for one in found if one.is_overdue(now) or not overdue]

    show(with_provider(work), as_json=as_json, title="requests about data")


@app.command("show")
def show_one(request_id: Number, *, as_json: AsJson = False) -> None:
    """Show a request with what the person wrote; the look is recorded, and they see it in their history."""

    async def work(provider: Provider) -> dict[str, object]:
        happening = occasion(provider)

        def read(tx: Tx) -> Done[DataRequest] | Refused:
            return read_request(tx, _named(request_id), actor=operator(), occasion=happening)

        with forbidden_by(RequestOver):
            found = (await provider.database.transact(read)).unwrap()
        return {
            **_row(found, overdue=found.is_overdue(happening.now)),
            "what": found.what,
            "why": found.why or None,
            "answer": found.answer or None,
            "extension": found.extension or None,
            "outcome": found.outcome or None,
            "closed_by": found.closed_by or None,
        }

    show(with_provider(work), as_json=as_json, title="request about data")


@app.command("answer")
def answer(request_id: Number, *, words: Words) -> None:
    """Tell the person what will be done, and when."""
    carry_out(
        lambda tx, happening: answer_request(
            tx, _named(request_id), words, actor=operator(), occasion=happening
        ),
        RequestOver,
    )
    say(f"{request_id} is answered")


@app.command("extend")
def extend(
    request_id: Number,
    *,
    days: Annotated[int, typer.Option(help="1 to 15 more; once.")],
    words: Words,
) -> None:
    """Take longer, once and before it is due; the person is told why."""
    later = carry_out(
        lambda tx, happening: extend_request(
            tx, _named(request_id), days, words, actor=operator(), occasion=happening
        ),
        RequestOver,
    )
    say(f"{request_id} is due by the end of {last_day(later.complete_due_at)}")


@app.command("complete")
def complete(request_id: Number, *, words: Words) -> None:
    """Say that it was done, and what."""
    carry_out(
        lambda tx, happening: complete_request(
            tx, _named(request_id), words, actor=operator(), occasion=happening
        ),
        RequestOver,
    )
    say(f"{request_id} is completed")


@app.command("refuse")
def refuse(request_id: Number, *, words: Words) -> None:
    """Refuse it, with the reason in law and where to complain."""
    carry_out(
        lambda tx, happening: refuse_request(
            tx, _named(request_id), words, actor=operator(), occasion=happening
        ),
        RequestOver,
    )
    say(f"{request_id} is refused")


def _named(request_id: str) -> str:
    """Return the request's id; pages show it in capitals and groups of four."""
    return request_id.replace("-", "").lower()


def _row(request: DataRequest, *, overdue: bool) -> dict[str, object]:
    return {
        "request_id": request.request_id,
        "person_id": request.person_id,
        "right": "close the account" if request.closes_account else request.right.value,
        "service": request.client_id,
        "state": request.state.value,
        "received": request.received_at,
        "answer_by": last_day(request.answer_due_at).isoformat(),
        "complete_by": last_day(request.complete_due_at).isoformat(),
        "extended": request.extended_at is not None,
        "closes": request.close_at,
        "overdue": overdue,
    }
