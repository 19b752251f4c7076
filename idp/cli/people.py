"""`hpid people`: find, lock, unlock, release. What is found is masked; the full number is typed, never shown."""

from functools import partial
from typing import Annotated

import typer

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli import lock_requests
from idp.cli.context import AsJson, CommandFailed, occasion, operator, say, show, with_provider
from idp.credentials.model import MOST_TRIES
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.life_events.model import Ground
from idp.life_events.service import grounds_of, lift_ground, open_ground
from idp.name_fold import fold
from idp.people.identifiers import IdentifierTaken
from idp.people.model import IdentifierScheme, NumberCause, Person, PersonStatus
from idp.people.service import NumberChanged, NumberNotChanged, change_personal_id
from idp.provider import Provider
from idp.transaction import Tx
from idp.ui.formatting import mask_email, mask_id_number, mask_phone

app = typer.Typer(help="People.", no_args_is_help=True)
Reason = Annotated[str, typer.Option(help="Why: letter, case or request number.")]
_MOST = 50


@app.command()
def find(
    *,
    number: Annotated[
        str, typer.Option(help="Personal ID number, now or earlier; a foreigner's; of an old identity card.")
    ] = "",
    username: Annotated[str, typer.Option(help="User name, e-mail or phone (E.164).")] = "",
    name: Annotated[str, typer.Option(help="Beginning of the name, with or without accents.")] = "",
    as_json: AsJson = False,
) -> None:
    """Find people by number, by sign-in name or by the beginning of their name."""
    if bool(number) + bool(username) + bool(name) != 1:
        raise CommandFailed("give one of --number, --username, --name")

    async def work(provider: Provider) -> list[dict[str, object]]:
        def search(tx: Tx) -> list[dict[str, object]]:
            people = _search(tx, number=number, username=username, name=name)
            return [_row(person, tx.attempts.state(person.person_id).failures) for person in people]

        return await provider.database.read(search)

    show(with_provider(work), as_json=as_json, title="people")


def _search(tx: Tx, *, number: str, username: str, name: str) -> tuple[Person, ...]:
    if name:
        return tx.people.search_by_name(fold(name), _MOST)
    schemes = (
        (IdentifierScheme.PERSONAL_ID, IdentifierScheme.FOREIGNER_ID, IdentifierScheme.CMND9)
        if number
        else (IdentifierScheme.USERNAME, IdentifierScheme.EMAIL, IdentifierScheme.PHONE)
    )
    found = (tx.people.find_by_identifier(scheme, number or username) for scheme in schemes)
    return tuple(person for person in found if person is not None)[:1]


@app.command()
def lock(person_id: str, *, reason: Reason) -> None:
    """Lock a record: sessions end at once, nothing of it signs in until it is unlocked."""
    _set_status(person_id, PersonStatus.LOCKED, reason)


@app.command()
def unlock(person_id: str, *, reason: Reason) -> None:
    """Unlock a record; failed sign-ins are forgotten by `release`."""
    _set_status(person_id, PersonStatus.ACTIVE, reason)


app.command("lock-request")(lock_requests.lock_request)
app.command("unlock-request")(lock_requests.unlock_request)
app.command("lock-requests")(lock_requests.lock_requests)
app.command("decide")(lock_requests.decide)


@app.command()
def release(person_id: str, *, reason: Reason) -> None:
    """Let password and code be tried again: after a hundred failures they rest, before that each try waits longer.

    They stay what they were, so make sure first that it was the person who failed and that somebody else does not
    know them. This is not for a locked record: that is `unlock`.
    """

    async def work(provider: Provider) -> int:
        happening = occasion(provider)

        def forget(tx: Tx) -> Done[int] | Refused:
            return _release(tx, PersonId(person_id), reason, happening)

        return (await provider.database.transact(forget)).unwrap()

    failures = with_provider(work)
    say(f"{person_id} may try again; failures forgotten: {failures}")


def _release(tx: Tx, person_id: PersonId, reason: str, happening: Occasion) -> Done[int] | Refused:
    if tx.people.get(person_id) is None:
        return Refused(CommandFailed(f"no person {person_id}"))
    failures = tx.attempts.release(
        tx.people.standing_id(person_id)
    )  # they are counted for the one who stands
    if failures is None:
        return Refused(CommandFailed(f"{person_id} has no failures to forget"))
    event = EventType.CREDENTIAL_RELEASED
    tx.audit.add(
        happening.event(event, actor=operator(), person_id=person_id, reason=reason, failures=failures)
    )
    return Done(failures)


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
    """List what a record is and was found by, masked, and why what ended did."""

    async def work(provider: Provider) -> list[dict[str, object]]:
        held = await provider.database.read(lambda tx: tx.people.identifiers_of(PersonId(person_id)))
        return [
            {
                "scheme": one.scheme.value,
                "value": _masked(one.scheme, one.value),
                "from": one.valid_from.isoformat(),
                "to": None if one.valid_to is None else one.valid_to.isoformat(),
                "cause": one.cause or None,
            }
            for one in held
        ]

    show(with_provider(work), as_json=as_json, title="identifiers")


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


def _set_status(person_id: str, status: PersonStatus, reason: str) -> None:
    async def work(provider: Provider) -> frozenset[Ground]:
        happening = occasion(provider)

        def change(tx: Tx) -> Done[frozenset[Ground]] | Refused:
            return _change(tx, PersonId(person_id), status, reason, happening)

        return (await provider.database.transact(change)).unwrap()

    remaining = with_provider(work)
    if status is PersonStatus.ACTIVE and remaining:
        say(f"{person_id} stays locked: {_words(remaining)}")
    else:
        say(f"{person_id} is {status.value}")


def _change(
    tx: Tx, person_id: PersonId, status: PersonStatus, reason: str, happening: Occasion
) -> Done[frozenset[Ground]] | Refused:
    """Change the city's own ground; return every ground that holds now."""
    person = tx.people.get(person_id)
    if person is None:
        return Refused(CommandFailed(f"no person {person_id}"))
    if person.canonical_id is not None:
        return Refused(CommandFailed(f"{person.canonical_id} stands for {person_id}: name that record"))
    set_ground = open_ground if status is PersonStatus.LOCKED else lift_ground
    if set_ground(tx, person_id, Ground.CITY, reason, actor=operator(), occasion=happening):
        return Done(grounds_of(tx, tx.people.get(person_id) or person))
    grounds = grounds_of(tx, person)
    if status is PersonStatus.ACTIVE and grounds:
        return Refused(CommandFailed(f"{person_id} is not locked by hand, but: {_words(grounds)}"))
    told = f"{person_id} is {status.value} already, or can't be changed"
    if status is PersonStatus.ACTIVE and tx.attempts.state(person_id).failures:
        told += "; failed sign-ins are forgotten by `hpid people release`"
    return Refused(CommandFailed(told))


def _words(grounds: frozenset[Ground]) -> str:
    return ", ".join(sorted(one.value for one in grounds))


def _row(person: Person, failures: int) -> dict[str, object]:
    number = person.profile.personal_id or person.profile.foreigner_id
    return {
        "person_id": person.person_id,
        "name": person.profile.full_name,
        "born": person.birth_year,
        "number": mask_id_number(number).shown if number else None,
        "level": person.account_level,
        "status": person.status.value,
        "commune": person.commune_code or None,
        "failures": failures,
        "rests": failures >= MOST_TRIES,
        "merged_into": person.canonical_id,
    }
