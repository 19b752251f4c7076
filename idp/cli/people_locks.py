"""`hpid people lock` and `unlock`: the city's own ground, and the person's own word with it; other grounds stay."""

from typing import Annotated

import typer

from idp.audit.occasion import Occasion
from idp.cases.model import CaseKind
from idp.cases.service import settle_case
from idp.cli.context import CommandFailed, carry_out, operator, say
from idp.cli.people_tries import attempts_of
from idp.cli.reasons import check_reason
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.life_events.model import Ground
from idp.life_events.service import grounds_of, lift_ground, open_ground
from idp.messages.model.notices import Act, Notice
from idp.people.model import PersonStatus
from idp.transaction import Tx

Reason = Annotated[str, typer.Option(help="Why: letter, case or request number.", callback=check_reason)]


def lock(person_id: str, *, reason: Reason) -> None:
    """Lock a record: sessions end at once, nothing of it signs in until it is unlocked."""
    _set_status(person_id, PersonStatus.LOCKED, reason)


def unlock(person_id: str, *, reason: Reason) -> None:
    """Unlock a record; failed sign-ins are forgotten by `release`."""
    _set_status(person_id, PersonStatus.ACTIVE, reason)


def _set_status(person_id: str, status: PersonStatus, reason: str) -> None:
    def change(tx: Tx, happening: Occasion) -> Done[frozenset[Ground]] | Refused:
        return _change(tx, PersonId(person_id), status, reason, happening)

    remaining = carry_out(change, CommandFailed)
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
    if status is PersonStatus.ACTIVE and any(one.failures for one in attempts_of(tx, person_id)):
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
