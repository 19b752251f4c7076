"""`hpid people`: find, and what they are found by. What is found is masked; the full number is typed, never shown.

Locks, tries and written requests stand in files beside this.
"""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer

from idp.cli import lock_requests, people_locks, people_tries
from idp.cli.context import AsJson, CommandFailed, occasion, operator, say, show, warn, with_provider
from idp.cli.looking import look
from idp.cli.people_tries import attempts_of
from idp.cli.reasons import check_reason
from idp.credentials.model import MOST_TRIES, AttemptState
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.people.asked import Asked, NotSearchable, SearchReason, read_text, read_username
from idp.people.identifiers import IdentifierTaken
from idp.people.model import IdentifierScheme, NumberCause
from idp.people.service import NumberChanged, NumberNotChanged, change_personal_id
from idp.provider import Provider
from idp.reports.finding import find_people
from idp.reports.people_search import MOST_NAMED, FoundPerson, Page, read_cursor
from idp.transaction import Tx
from idp.ui.formatting import mask_email, mask_id_number, mask_phone

app = typer.Typer(help="People.", no_args_is_help=True)
Reason = Annotated[str, typer.Option(help="Why: letter, case or request number.", callback=check_reason)]
_TOO_BROAD = f"more than {MOST_NAMED} people have such a name, no more are shown: add --born, --commune or more letters"


@app.command()
def find(
    text: Annotated[
        str, typer.Argument(help="A number, phone or e-mail address, whole; or the beginning of a name.")
    ] = "",
    *,
    reason: Annotated[SearchReason, typer.Option(help="Why you look; it is recorded.")],
    username: Annotated[str, typer.Option(help="Instead of a text: a user name.")] = "",
    born: Annotated[int | None, typer.Option(help="Birth year of whose name this is.")] = None,
    commune: Annotated[str, typer.Option(help="Code of their commune.")] = "",
    after: Annotated[str, typer.Option(help="Go on where the last page of the same search ended.")] = "",
    as_json: AsJson = False,
) -> None:
    """Find people by whatever is known of them; a text that is not given is asked for, so that no shell keeps it.

    The number may be of now or earlier, a foreigner's, of an old identity card or a passport.
    """
    if text and username:
        raise CommandFailed("give a text or --username")
    if not text and not username:
        text = typer.prompt("number, phone, e-mail or name", err=True)
    try:
        asked = (
            read_username(username) if username else read_text(text, birth_year=born, commune_code=commune)
        )
        page, rows = with_provider(partial(_find, asked, after, reason))
    except NotSearchable as error:
        raise CommandFailed(str(error)) from error
    advice = _TOO_BROAD if page.is_too_broad else None
    if as_json:
        found = {"kind": asked.kind.value, "people": rows, "after": page.after or None, "advice": advice}
        show(found, as_json=True)
        return
    show(rows, as_json=False, title="people")
    if advice:
        warn(advice)
    if page.after:
        warn(f"there are more: --after {page.after}")


async def _find(
    asked: Asked, after: str, reason: SearchReason, provider: Provider
) -> tuple[Page, list[dict[str, object]]]:
    happening = occasion(provider)
    place = read_cursor(provider.vault, asked, after)

    def look(tx: Tx) -> Done[tuple[Page, list[dict[str, object]]]]:
        page = find_people(
            tx, asked, place, vault=provider.vault, reason=reason, actor=operator(), occasion=happening
        ).value
        return Done((page, [_row(one, attempts_of(tx, one.person_id)) for one in page.people]))

    return (await provider.database.transact(look)).unwrap()


app.command()(people_locks.lock)
app.command()(people_locks.unlock)
app.command("lock-request")(lock_requests.lock_request)
app.command("unlock-request")(lock_requests.unlock_request)
app.command("lock-requests")(lock_requests.lock_requests)
app.command("decide")(lock_requests.decide)
app.command()(people_tries.release)
app.command("mark-compromised")(people_tries.mark_password)


@app.command("change-number")
def change_number(
    person_id: str,
    *,
    cause: Annotated[NumberCause, typer.Option(help="What the new number corrects.")],
    reason: Reason,
    number: Annotated[str, typer.Option(help="The new number; asked for if it is not given.", prompt=True)],
) -> None:
    """Give a record a new personal ID number; the old one goes on finding it, and no service sees another person."""
    with_provider(partial(_change_number, PersonId(person_id), number, cause, reason))


async def _change_number(
    person_id: PersonId, number: str, cause: NumberCause, reason: str, provider: Provider
) -> None:
    happening = occasion(provider)

    def change(tx: Tx) -> Done[NumberChanged] | Refused:
        return change_personal_id(tx, person_id, number, cause, happening, actor=operator(), reason=reason)

    try:
        changed = (await provider.database.transact(change)).unwrap()
    except (NumberNotChanged, IdentifierTaken) as error:
        raise CommandFailed(f"not changed: {error}") from error
    say(f"{person_id} has a new number")
    for warning in changed.warnings:
        say(f"look at it again: {warning.value}")


@app.command()
def identifiers(person_id: str, *, as_json: AsJson = False) -> None:
    """List what a record is and was found by, masked, and why what ended did; the look is recorded."""
    rows = [
        {
            "scheme": one.scheme.value,
            "value": _masked(one.scheme, one.value),
            "from": one.valid_from,
            "to": one.valid_to,
            "cause": one.cause or None,
        }
        for one in look(
            "identifiers",
            lambda tx: tx.people.identifiers_of(PersonId(person_id)),
            whose=lambda _: person_id,
        )
    ]
    show(rows, as_json=as_json, title="identifiers")


def _masked(scheme: IdentifierScheme, value: str) -> str:
    match scheme:
        case IdentifierScheme.EMAIL:
            return mask_email(value).shown
        case IdentifierScheme.PHONE:
            return mask_phone(value).shown
        case IdentifierScheme.USERNAME:
            return value
        case _:
            return mask_id_number(value).shown


def _row(person: FoundPerson, attempts: Sequence[AttemptState]) -> dict[str, object]:
    return {
        "person_id": person.person_id,
        "name": person.name,
        "born": person.birth_year,
        "number": person.number,
        "former": person.is_former,
        "level": person.account_level,
        "status": person.status,
        "commune": person.commune_code or None,
        "merged_into": person.stands_for,
        "failures": sum(one.failures for one in attempts),
        "tries": sum(one.tries for one in attempts),
        "rests": any(one.failures >= MOST_TRIES for one in attempts),
    }
