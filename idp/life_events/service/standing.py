"""Whether somebody may sign in: grounds begin and end, and with the first and the last the account locks and opens.

One ground's end never lifts another's lock: a renewed residence does not undo what a court asked for.
"""

from collections.abc import Collection
from datetime import timedelta

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.ids import OrganisationId, PersonId
from idp.life_events.ends import ENDS, Happening
from idp.life_events.model import Ground
from idp.life_events.rules import implied_grounds, status_of
from idp.life_events.service.ending import carry_out
from idp.mandates.model import PrincipalKind, Role, Source
from idp.organisations.service import is_representative_vacant
from idp.people.model import Person
from idp.transaction import Tx

CLOSING_SEEN = timedelta(days=3)
"""An account that somebody asked to close stays so long after it is opened: a thief may have asked, before its holder
locked it, and they could not see it meanwhile."""


def grounds_of(tx: Tx, person: Person) -> frozenset[Ground]:
    """Return every ground that holds; of a record that was locked before there were grounds, one that says so.

    Those of records merged into it hold too: a merge opens nothing. But for a death: that this one lives was stated then.
    """
    own, *merged = (_kept(tx, record) for record in tx.people.records_of(person.person_id))
    return implied_grounds(person.status, own | (frozenset[Ground]().union(*merged) - {Ground.DEAD}))


def is_closed(tx: Tx, person: Person) -> bool:
    """Tell whether its holder closed it: nothing of it is known any more, and nobody's word about them is taken in."""
    return Ground.CLOSED in grounds_of(tx, person)


def _kept(tx: Tx, record_id: PersonId) -> frozenset[Ground]:
    return frozenset(one.ground for one in tx.life_grounds.of_person(record_id))


def open_ground(
    tx: Tx, person_id: PersonId, ground: Ground, reason: str, *, actor: str, occasion: Occasion
) -> bool:
    """Let a ground hold, and end what it ends; False if it holds already, or there is no such record.

    `reason`: the letter, case or event. Of merged records the one that stands is meant, and all are locked with it.
    """
    person = tx.people.lock_standing(person_id)
    if person is None:
        return False
    person_id = person.person_id
    before = grounds_of(tx, person)
    if ground in before:
        return False
    for one in (*sorted(before), ground):
        tx.life_grounds.open(person_id, one, reason if one is ground else "", occasion.now)
    _set_status(tx, person, before | {ground}, reason, occasion)
    if ground is Ground.DEAD:
        _die(tx, person_id, reason, actor=actor, occasion=occasion)
        return True
    carry_out(tx, ENDS[Happening.LOCK], person_id, _because(ground), actor=actor, occasion=occasion)
    event = EventType.PERSON_GROUND_ADDED if before else EventType.PERSON_LOCKED
    tx.audit.add(occasion.event(event, actor=actor, person_id=person_id, reason=reason, ground=ground.value))
    return True


def lift_ground(
    tx: Tx, person_id: PersonId, ground: Ground, reason: str, *, actor: str, occasion: Occasion
) -> bool:
    """Let a ground hold no more; the account opens if it was the last. False if it doesn't hold."""
    person = tx.people.lock_standing(person_id)
    before = frozenset() if person is None else grounds_of(tx, person)
    if person is None or ground not in before:
        return False
    person_id = person.person_id
    for record in tx.people.records_of(person_id):
        if record == person_id or ground is not Ground.DEAD:
            tx.life_grounds.lift(record, ground, occasion.now)
    remaining = before - {ground}
    _set_status(tx, person, remaining, reason, occasion)
    if ground is Ground.DEAD:
        event, what = EventType.PERSON_DEATH_REVOKED, {}
    else:
        event = EventType.PERSON_GROUND_LIFTED if remaining else EventType.PERSON_UNLOCKED
        what = {"ground": ground.value}
    left = sorted(one.value for one in remaining)
    tx.audit.add(
        occasion.event(event, actor=actor, person_id=person_id, reason=reason, remaining=left, **what)
    )
    return True


def _set_status(tx: Tx, person: Person, grounds: Collection[Ground], reason: str, occasion: Occasion) -> None:
    tx.people.set_status(person.person_id, status_of(grounds), reason, occasion.now)
    for record in tx.people.records_of(person.person_id)[1:]:
        held = {*grounds, *_kept(tx, record)}
        tx.people.set_status(record, status_of(held), reason, occasion.now)
    if not grounds:
        for record in tx.people.records_of(person.person_id):
            tx.data_requests.put_off_closing(record, occasion.now + CLOSING_SEEN)


def _die(tx: Tx, person_id: PersonId, reason: str, *, actor: str, occasion: Occasion) -> None:
    represented = _represented(tx, person_id, occasion)
    ended = carry_out(tx, ENDS[Happening.DEATH], person_id, "death", actor=actor, occasion=occasion)
    vacant = [one for one in represented if is_representative_vacant(tx, one, now=occasion.now)]
    for one in vacant:
        tx.audit.add(
            occasion.event(
                EventType.ORGANISATION_VACANT, actor=actor, organisation_id=one, reason="death of the last"
            )
        )
    tx.audit.add(
        occasion.event(
            EventType.PERSON_DIED,
            actor=actor,
            person_id=person_id,
            reason=reason,
            sessions=ended.sessions,
            grants=ended.grants,
            vacant=len(vacant),
        )
    )


def _represented(tx: Tx, person_id: PersonId, occasion: Occasion) -> list[OrganisationId]:
    """Return the organisations a person is a legal representative of."""
    held = (one for record in tx.people.records_of(person_id) for one in tx.mandates.of_delegate(record))
    return sorted(
        {
            OrganisationId(one.principal_id)
            for one in held
            if one.principal_kind is PrincipalKind.ORGANISATION
            and one.source is Source.REGISTER
            and one.role is Role.REPRESENTATIVE
            and not one.is_over(occasion.now)
        }
    )


def _because(ground: Ground) -> str:
    """Return the reason sessions and grants end with."""
    return "locked" if ground is Ground.CITY else f"locked: {ground.value}"
