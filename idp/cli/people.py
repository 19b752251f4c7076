"""`hpid people`: find, lock, unlock, release, mark. What is found is masked; the full number is typed, never shown."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cases.model import CaseKind
from idp.cases.service import settle_case
from idp.cli import lock_requests
from idp.cli.context import AsJson, CommandFailed, occasion, operator, say, show, warn, with_provider
from idp.credentials.model import MOST_TRIES, AttemptState
from idp.credentials.service import mark_compromised
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.life_events.model import Ground
from idp.life_events.service import grounds_of, lift_ground, open_ground
from idp.messages.model.notices import Act, Notice
from idp.people.asked import Asked, NotSearchable, SearchReason, read_text, read_username
from idp.people.contacts import counter_of
from idp.people.identifiers import IdentifierTaken
from idp.people.model import IdentifierScheme, NumberCause, PersonStatus
from idp.people.service import NumberChanged, NumberNotChanged, change_personal_id
from idp.provider import Provider
from idp.reports.finding import find_people
from idp.reports.people_search import MOST_NAMED, FoundPerson, Page, read_cursor
from idp.transaction import Tx
from idp.ui.formatting import mask_email, mask_id_number, mask_phone

app = typer.Typer(help="People.", no_args_is_help=True)
Reason = Annotated[str, typer.Option(help="Why: letter, case or request number.")]
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
        return Done((page, [_row(one, _attempts(tx, one.person_id)) for one in page.people]))

    return (await provider.database.transact(look)).unwrap()


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
    """Let password and codes be tried again: after a hundred failures they rest, before that each try waits longer.

    The codes that prove a new contact address are counted apart, and are released with them.
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
    released = [tx.attempts.release(counter) for counter in _counters(tx, person_id)]
    failures = sum(one or 0 for one in released)
    if not failures:
        return Refused(CommandFailed(f"{person_id} has no failures to forget"))
    tx.outbox.notify(PersonId(person_id), Notice.HIGH_RISK_ACT, occasion=happening, act=Act.RELEASED.value)
    event = EventType.CREDENTIAL_RELEASED
    tx.audit.add(
        happening.event(event, actor=operator(), person_id=person_id, reason=reason, failures=failures)
    )
    return Done(failures)


def _counters(tx: Tx, person_id: PersonId) -> tuple[str, str]:
    """Return what failures are counted on: for the record that stands, and codes to contacts apart."""
    standing = tx.people.standing_id(person_id)
    return standing, counter_of(standing)


@app.command("mark-compromised")
def mark_password(person_id: str, *, reason: Reason) -> None:
    """Note that others know a person's password: every session ends, and it opens nothing until they set another.

    They sign in another way, which is the national system for citizens, and are led to a new one there.
    """

    async def work(provider: Provider) -> int:
        happening = occasion(provider)

        def mark(tx: Tx) -> Done[int] | Refused:
            return _mark(tx, PersonId(person_id), reason, happening)

        return (await provider.database.transact(mark)).unwrap()

    say(f"the password of {person_id} opens nothing more; sessions ended: {with_provider(work)}")


def _mark(tx: Tx, person_id: PersonId, reason: str, happening: Occasion) -> Done[int] | Refused:
    if tx.people.get(person_id) is None:
        return Refused(CommandFailed(f"no person {person_id}"))
    standing = tx.people.standing_id(person_id)
    ended = mark_compromised(tx, standing, reason=reason, actor=operator(), occasion=happening)
    if ended is None:
        return Refused(CommandFailed(f"{person_id} has no password that is not marked already"))
    return Done(ended)


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
    is_changed = set_ground(tx, person_id, Ground.CITY, reason, actor=operator(), occasion=happening)
    if status is PersonStatus.ACTIVE:
        is_changed |= _lift_own(tx, person_id, reason, happening)
    if is_changed:
        act = Act.LOCKED if status is PersonStatus.LOCKED else Act.UNLOCKED
        tx.outbox.notify(person_id, Notice.HIGH_RISK_ACT, occasion=happening, act=act.value)
        return Done(grounds_of(tx, tx.people.get(person_id) or person))
    grounds = grounds_of(tx, person)
    if status is PersonStatus.ACTIVE and grounds:
        return Refused(CommandFailed(f"{person_id} is not locked by hand, but: {_words(grounds)}"))
    told = f"{person_id} is {status.value} already, or can't be changed"
    if status is PersonStatus.ACTIVE and any(one.failures for one in _attempts(tx, person_id)):
        told += "; failed sign-ins are forgotten by `hpid people release`"
    return Refused(CommandFailed(told))


def _lift_own(tx: Tx, person_id: PersonId, reason: str, happening: Occasion) -> bool:
    """Lift the lock by the person's own word; where nothing was disputed, its case is closed with it."""
    if not lift_ground(tx, person_id, Ground.HOLDER, reason, actor=operator(), occasion=happening):
        return False
    settle_case(tx, person_id, CaseKind.LOCKED, reason, actor=operator(), occasion=happening)
    return True


def _words(grounds: frozenset[Ground]) -> str:
    return ", ".join(sorted(one.value for one in grounds))


def _attempts(tx: Tx, person_id: PersonId) -> tuple[AttemptState, ...]:
    return tuple(tx.attempts.state(counter) for counter in _counters(tx, person_id))


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
