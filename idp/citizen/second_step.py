"""What every code in the place of a second factor begins and ends with: counted before it is looked at (DESIGN 5.7)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from idp.audit.occasion import Occasion
from idp.citizen.interaction import Opened
from idp.citizen.slowed import slowed
from idp.credentials.model import QUICK_TRIES
from idp.credentials.reservation import Slowed
from idp.edge import Answer, Call
from idp.ids import PersonId
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, one_error


class NoProof:
    """No password was proved in this interaction, or too long ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A code that opened nothing."""

    tries_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStep:
    """A try at the second factor of whoever proved a password here."""

    record_id: PersonId
    """Whose password it was: a record merged into another keeps its own (adr/0036)."""
    person_id: PersonId
    """Who stands for it, and whose counter counts."""
    failures: int


Failed = NoProof | Slowed | Wrong


async def has_proof(call: Call, opened: Opened) -> bool:
    """Tell whether a password was proved in this interaction."""
    now = call.provider.clock.now()
    return await call.provider.database.read(
        lambda tx: tx.interactions.password_proof(opened.interaction_id, now) is not None
    )


def answer_to_failure(
    opened: Opened,
    why: Failed,
    form: Callable[[ErrorSummary], Answer],
    *,
    wrong: str,
    field: str,
    now: datetime,
) -> Answer:
    """Show the form again with what was the matter; where no password is proved any more, the choice of ways."""
    match why:
        case NoProof():
            return opened.to_sign_in
        case Slowed():
            return form(slowed(why, now))
        case Wrong(tries_left=left):
            return form(one_error(wrong, at=field, n=left))


def reserve(tx: Tx, interaction_id: str, occasion: Occasion) -> SecondStep | NoProof | Slowed:
    """Count a try before it is made."""
    proof = tx.interactions.password_proof(interaction_id, occasion.now)
    if proof is None:
        return NoProof()
    person_id = tx.people.standing_id(proof.person_id)
    tx.people.lock(
        person_id
    )  # before counter and factor, as whoever changes them: else each might wait for the other
    attempt = tx.attempts.reserve(person_id, occasion.now)
    if isinstance(attempt, Slowed):
        return attempt
    return SecondStep(record_id=proof.person_id, person_id=person_id, failures=attempt.failures)


def refuse(tx: Tx, step: SecondStep, person_id: PersonId, *, factor: str, occasion: Occasion) -> Wrong:
    """Record a wrong code; the try stays counted."""
    tx.audit.add(occasion.sign_in_refused(person_id, reason="wrong code", factor=factor))
    return Wrong(tries_left=max(0, QUICK_TRIES - step.failures))


def spend(tx: Tx, step: SecondStep, interaction_id: str, occasion: Occasion) -> bool:
    """Use the proved password up, and forgive the failures before; False: somebody else used it meanwhile."""
    if tx.interactions.spend_password_proof(interaction_id, occasion.now) is None:
        return False
    tx.attempts.settle(step.person_id)
    return True
