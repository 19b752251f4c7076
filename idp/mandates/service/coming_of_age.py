"""What a birthday, or a corrected birth date, does to the mandates for a child (DOMAIN §3.3)."""

from dataclasses import replace

from idp.audit.occasion import Occasion
from idp.ids import PersonId
from idp.mandates.model import PrincipalKind, Source, ward
from idp.mandates.rules import term_of_minority
from idp.mandates.service.endings import end_one
from idp.people.ages import of_age_at
from idp.transaction import Tx

_OF_AGE = "the ward is of age"


def end_of_minority(tx: Tx, ward_id: PersonId, *, actor: str, occasion: Occasion) -> int:
    """End what parents still hold for somebody of age, and guardians whose term is over; return how many mandates."""
    tx.mandates.lock_principal(ward(ward_id))
    held = tx.mandates.of_principal(PrincipalKind.PERSON, ward_id, since=occasion.now)
    over = [
        one
        for one in held
        if one.ended_at is None and (one.source is Source.PARENT or one.is_over(occasion.now))
    ]
    return sum(end_one(tx, one, _OF_AGE, actor=actor, occasion=occasion) for one in over)


def move_majority(
    tx: Tx, ward_id: PersonId, was: str, birthdate: str, *, actor: str, occasion: Occasion
) -> int:
    """Let the mandates for a child end on the 18th birthday of another birth date; return how many ended by it.

    What ended before stays so: a register or a court gives it anew to somebody who is a child again.
    """
    before, after = of_age_at(was), of_age_at(birthdate)
    if after is None or before == after:
        return 0
    tx.mandates.lock_principal(ward(ward_id))
    ended = 0
    for one in tx.mandates.of_principal(PrincipalKind.PERSON, ward_id, since=occasion.now):
        until = term_of_minority(one, before, after, occasion.now)
        if one.is_over(occasion.now) or until == one.valid_to or until is None:
            continue
        tx.mandates.set_term(one.mandate_id, until)
        tx.grants.cut_of_context(one.mandate_id, until)
        if until <= occasion.now:
            ended += end_one(tx, replace(one, valid_to=until), _OF_AGE, actor=actor, occasion=occasion)
    return ended
