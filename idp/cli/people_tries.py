"""`hpid people release` and `mark-compromised`: whose password may be tried again, and whose opens nothing more."""

from typing import Annotated

import typer

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.cli.context import CommandFailed, carry_out, operator, say
from idp.cli.reasons import check_reason
from idp.credentials.model import AttemptState
from idp.credentials.service import mark_compromised
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.messages.model.notices import Act, Notice
from idp.people.contacts import counter_of
from idp.transaction import Tx

Reason = Annotated[str, typer.Option(help="Why: letter, case or request number.", callback=check_reason)]


def release(person_id: str, *, reason: Reason) -> None:
    """Let password and codes be tried again: after a hundred failures they rest, before that each try waits longer.

    The codes that prove a new contact address are counted apart, and are released with them.
    They stay what they were, so make sure first that it was the person who failed and that somebody else does not
    know them. This is not for a locked record: that is `unlock`.
    """

    def forget(tx: Tx, happening: Occasion) -> Done[int] | Refused:
        return _release(tx, PersonId(person_id), reason, happening)

    failures = carry_out(forget, CommandFailed)
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


def mark_password(person_id: str, *, reason: Reason) -> None:
    """Note that others know a person's password: every session ends, and it opens nothing until they set another.

    They sign in another way, which is the national system for citizens, and are led to a new one there.
    """

    def change(tx: Tx, happening: Occasion) -> Done[int] | Refused:
        return _mark(tx, PersonId(person_id), reason, happening)

    ended = carry_out(change, CommandFailed)
    say(f"the password of {person_id} opens nothing more; sessions ended: {ended}")


def _mark(tx: Tx, person_id: PersonId, reason: str, happening: Occasion) -> Done[int] | Refused:
    if tx.people.get(person_id) is None:
        return Refused(CommandFailed(f"no person {person_id}"))
    standing = tx.people.standing_id(person_id)
    ended = mark_compromised(tx, standing, reason=reason, actor=operator(), occasion=happening)
    if ended is None:
        return Refused(CommandFailed(f"{person_id} has no password that is not marked already"))
    return Done(ended)


def attempts_of(tx: Tx, person_id: PersonId) -> tuple[AttemptState, ...]:
    """Return the failures that may make a person wait: of their account, and of codes to contacts."""
    return tuple(tx.attempts.state(counter) for counter in _counters(tx, person_id))


def _counters(tx: Tx, person_id: PersonId) -> tuple[str, str]:
    """Return what failures are counted on: for the record that stands, and codes to contacts apart."""
    standing = tx.people.standing_id(person_id)
    return standing, counter_of(standing)
