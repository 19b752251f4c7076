"""A personal ID number is replaced by a new one: same record, same `sub` everywhere, the old number kept (DOMAIN 1.4).

The old number goes on finding its person and is never given to another. Where the new one disagrees with the record the
change is made and told as a warning: numbers in error are real.
"""

from dataclasses import dataclass, replace

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.conflicts.model import ConflictKind
from idp.conflicts.service import open_conflict
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.messages.model.notices import Act, Notice
from idp.people.identifiers import normal_form
from idp.people.model import IdentifierScheme, NumberCause
from idp.people.personal_id import MalformedNumber, NumberWarning, warnings
from idp.transaction import Tx


class NumberNotChanged(Exception):
    """Why nothing changed; no number is in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberChanged:
    """What to look at once more."""

    warnings: tuple[NumberWarning, ...]


def change_personal_id(
    tx: Tx, person_id: PersonId, new: str, cause: NumberCause, occasion: Occasion, *, actor: str, reason: str
) -> Done[NumberChanged] | Refused:
    """Give a person a new personal ID number, or refuse with NumberNotChanged; two at once go one after the other.

    `reason` names the letter or case; it goes into the record and has no number in it.
    """
    tx.people.lock(person_id)
    person = tx.people.canonical(person_id)
    if person is None or person.person_id != person_id:
        return Refused(NumberNotChanged("no such person, or another record stands for them"))
    number = normal_form(IdentifierScheme.PERSONAL_ID, new)
    profile = person.profile
    try:
        found = warnings(number, gender=profile.gender, birth_year=person.birth_year)
    except MalformedNumber as error:
        return Refused(NumberNotChanged(str(error)))
    if number == normal_form(IdentifierScheme.PERSONAL_ID, profile.personal_id):
        return Refused(NumberNotChanged("this is their number already"))
    holder = tx.people.find_holder(IdentifierScheme.PERSONAL_ID, number)
    if holder is not None and holder.record_id != person_id:
        tx.audit.add(
            occasion.event(
                EventType.PERSON_NUMBER_REFUSED, actor=actor, person_id=person_id, reason="another record's"
            )
        )
        open_conflict(
            tx,
            kind=ConflictKind.DUPLICATE,
            people=(person_id, holder.record_id),
            facts={"cause": cause.value},
            occasion=occasion,
        )
        return Refused(NumberNotChanged("the number is, or was, another record's"))
    changed = replace(person, profile=replace(profile, personal_id=number), updated_at=occasion.now)
    tx.people.update(changed, cause=cause.value)
    tx.audit.add(
        occasion.event(
            EventType.PERSON_NUMBER_CHANGED,
            actor=actor,
            person_id=person_id,
            cause=cause.value,
            reason=reason,
            warnings=[one.value for one in found],
        )
    )
    tx.outbox.notify(person_id, Notice.HIGH_RISK_ACT, occasion=occasion, act=Act.NUMBER_CHANGED.value)
    return Done(NumberChanged(warnings=found))
