"""Whose child, and whose ward, somebody is, as the population register says: those people act for them (DOMAIN §3.3).

Only the word about the child counts. What the register says of a parent's children comes as a word about each child.
"""

from idp.ids import PersonId
from idp.life_events.facts import Relation
from idp.life_events.model import Outcome
from idp.life_events.service.word import Word
from idp.mandates.model import Mandate, MandateRefused, PrincipalKind, Source, ward
from idp.mandates.service import appoint_guardian, contest, end_by_desk, replace_parents
from idp.organisations.service import person_of
from idp.people.model import Person
from idp.transaction import Tx


def take_relations(word: Word, person: Person, said: tuple[Relation, ...]) -> Outcome:
    """Let parents and guardians that the register names, and no others, act for a person."""
    before = _standing(word.tx, person.person_id, word)
    parents = [one for one in said if one.kind == "parent"]
    known = [found for one in parents if (found := person_of(word.tx, one.personal_id)) is not None]
    contested = any(one.contested for one in parents)
    replace_parents(
        word.tx, person.person_id, known, actor=word.actor, occasion=word.occasion, contested=contested
    )
    if contested:  # that it is not, says a desk alone
        contest(word.tx, person.person_id, word.reason, actor=word.actor, occasion=word.occasion)
    guardians = [one for one in said if one.kind == "guardian"]
    _take_guardians(word, person, guardians)
    return Outcome.UNCHANGED if _standing(word.tx, person.person_id, word) == before else Outcome.APPLIED


def _take_guardians(word: Word, person: Person, said: list[Relation]) -> None:
    """Let guardians that the register names act, and end those that came from there and are named no more."""
    known = {found for one in said if (found := person_of(word.tx, one.personal_id)) is not None}
    word.tx.mandates.lock_principal(ward(person.person_id))
    held = {
        one.delegate_id: one
        for one in word.tx.mandates.of_principal(PrincipalKind.PERSON, person.person_id)
        if one.source is Source.COURT and not one.is_over(word.occasion.now)
    }
    for delegate, mandate in held.items():
        if delegate not in known and mandate.appointed_by == word.actor:
            end_by_desk(
                word.tx,
                mandate.mandate_id,
                "the register says so no more",
                actor=word.actor,
                occasion=word.occasion,
            )
    for delegate in sorted(known - held.keys()):
        _appoint(word, person.person_id, delegate)


def _appoint(word: Word, ward_id: PersonId, guardian_id: PersonId) -> None:
    try:
        appoint_guardian(
            word.tx,
            ward_id,
            guardian_id,
            reference=word.reason,
            actor=word.actor,
            occasion=word.occasion,
        )
    except MandateRefused:
        return  # dead, locked or the ward themselves: nobody acts by it


def _standing(tx: Tx, ward_id: PersonId, word: Word) -> set[tuple[str, bool]]:
    held: tuple[Mandate, ...] = tx.mandates.of_principal(PrincipalKind.PERSON, ward_id)
    return {(one.mandate_id, one.contested) for one in held if not one.is_over(word.occasion.now)}
