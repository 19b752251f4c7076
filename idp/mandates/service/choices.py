"""For whom a person may act, as the page of choices and the tokens need it (DESIGN 5.2).

What can't be used just now is there too, with its reason; what ended long ago is not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from idp.days import day_of, last_day
from idp.ids import MandateId, OrganisationId, PersonId
from idp.mandates.model import Mandate, Principal, PrincipalKind, Role, Source
from idp.mandates.rules import knows_name, works_for
from idp.organisations.model import Organisation, OrganisationStatus, organisation_facts
from idp.people.ages import age_on
from idp.people.model import Person, PersonStatus
from idp.protocol.acting import ContextKind, MandateFacts
from idp.protocol.context import Choice, Obstacle
from idp.transaction import Tx

ENDED_SHOWN = timedelta(days=90)
"""How long a mandate that ended is still shown as ended."""
_LEVEL_02 = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Principals:
    """The organisations and wards of some mandates."""

    organisations: Mapping[str, Organisation]
    wards: Mapping[str, Person]


def choices_of(tx: Tx, person: Person, *, now: datetime) -> tuple[Choice, ...]:
    """Return every context a person holds a mandate for, those with an obstacle too, in the order of their names."""
    held = tx.mandates.of_delegate(person.person_id, since=now - ENDED_SHOWN)
    going_on = {one.principal for one in held if not one.is_over(now) and one.role is not Role.ARCHIVE}
    shown = [one for one in held if not one.is_over(now) or one.principal not in going_on]
    principals = _load(tx, shown)
    found = [_choice(one, person, principals, now=now) for one in _latest_of_ended(shown, now)]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (one.kind, one.name)))


def held(tx: Tx, person_id: PersonId, mandate_id: str, *, now: datetime) -> Choice | None:
    """Return the choice of a mandate that may be used now, None if it may not.

    Principal and mandate stay locked, so that what is issued comes wholly before an ending or not at all.
    """
    known = tx.mandates.get(MandateId(mandate_id))
    if known is None or known.delegate_id != person_id:
        return None
    tx.mandates.lock_principal(known.principal)
    mandate = tx.mandates.lock(known.mandate_id)
    person = tx.people.get(person_id)
    if mandate is None or person is None or person.status is not PersonStatus.ACTIVE:
        return None
    if mandate.through_id is not None and not _is_sent_by_its_firm(tx, mandate, now):
        return None
    choice = _choice(mandate, person, _load(tx, (mandate,)), now=now)
    return choice if choice is not None and choice.obstacle is None else None


def _latest_of_ended(mandates: Iterable[Mandate], now: datetime) -> list[Mandate]:
    """Of what ended for one principal, the latest only."""
    going_on = [one for one in mandates if not one.is_over(now)]
    ended: dict[Principal, Mandate] = {}
    for one in sorted((one for one in mandates if one.is_over(now)), key=lambda one: one.over_at or now):
        ended[one.principal] = one
    return going_on + list(ended.values())


def _load(tx: Tx, mandates: Iterable[Mandate]) -> _Principals:
    ids: dict[PrincipalKind, set[str]] = {kind: set() for kind in PrincipalKind}
    for one in mandates:
        ids[one.principal_kind].add(one.principal_id)
    organisations = tx.organisations.get_many(OrganisationId(one) for one in ids[PrincipalKind.ORGANISATION])
    wards = (tx.people.get(PersonId(one)) for one in ids[PrincipalKind.PERSON])
    return _Principals(
        organisations={one.organisation_id: one for one in organisations},
        wards={one.person_id: one for one in wards if one is not None},
    )


def _choice(mandate: Mandate, person: Person, principals: _Principals, *, now: datetime) -> Choice | None:
    if mandate.principal_kind is PrincipalKind.PERSON:
        child = principals.wards.get(mandate.principal_id)
        is_known = child is not None and knows_name(mandate, child.profile, now)
        return _ward_choice(mandate, person, child, now=now) if child is not None and is_known else None
    organisation = principals.organisations.get(mandate.principal_id)
    if organisation is None:
        return None
    is_gone, is_archive = organisation.status is OrganisationStatus.DISSOLVED, mandate.role is Role.ARCHIVE
    if is_archive and not is_gone:
        return None
    keeps_from = Obstacle.DISSOLVED if is_gone and not is_archive else None
    obstacle, day = _obstacle(mandate, person, keeps_from, now=now)
    return Choice(
        kind=ContextKind.ARCHIVE if is_archive else ContextKind.ORGANISATION,
        choice_id=mandate.mandate_id,
        name=organisation.name,
        principal_id=organisation.organisation_id,
        organisation=organisation_facts(organisation),
        mandate=_facts(mandate),
        obstacle=obstacle,
        obstacle_day=day,
    )


def _ward_choice(mandate: Mandate, person: Person, child: Person, *, now: datetime) -> Choice:
    is_gone = child.status is not PersonStatus.ACTIVE
    obstacle, day = _obstacle(mandate, person, Obstacle.PRINCIPAL_GONE if is_gone else None, now=now)
    return Choice(
        kind=ContextKind.WARD,
        choice_id=mandate.mandate_id,
        name=child.profile.full_name,
        principal_id=child.person_id,
        mandate=_facts(mandate),
        age=None if mandate.is_over(now) else age_on(child.profile.birthdate, day_of(now)),
        obstacle=obstacle,
        obstacle_day=day,
    )


def _facts(mandate: Mandate) -> MandateFacts:
    return MandateFacts(
        mandate_id=mandate.mandate_id,
        role=mandate.role.value,
        source=mandate.source.value,
        services=mandate.services,
        starts_at=mandate.valid_from,
        ends_at=mandate.valid_to,
    )


def _obstacle(
    mandate: Mandate, person: Person, of_principal: Obstacle | None, *, now: datetime
) -> tuple[Obstacle | None, date | None]:
    """Return why a mandate can't be used now, and the day that belongs to it."""
    if of_principal is Obstacle.DISSOLVED:
        return of_principal, None
    if mandate.is_over(now) and mandate.over_at is not None:
        return Obstacle.ENDED, last_day(mandate.over_at)
    if of_principal is not None:
        return of_principal, None
    if mandate.valid_from > now:
        return Obstacle.NOT_YET, day_of(mandate.valid_from)
    if mandate.contested and mandate.source is Source.PARENT:
        return Obstacle.CONTESTED, None
    return (Obstacle.LEVEL, None) if person.account_level < _LEVEL_02 else (None, None)


def _is_sent_by_its_firm(tx: Tx, mandate: Mandate, now: datetime) -> bool:
    """Tell whether the client keeps the firm, the firm is there, and the delegate still of it."""
    appointment = tx.mandate_firms.get(mandate.appointment_id or "")
    if appointment is None or appointment.is_over(now):
        return False
    firm = tx.organisations.get(appointment.firm_id)
    if firm is None or firm.status is OrganisationStatus.DISSOLVED:
        return False
    of_firm = tx.mandates.of_principal(PrincipalKind.ORGANISATION, appointment.firm_id, since=now)
    return any(one.delegate_id == mandate.delegate_id and works_for(one, now) for one in of_firm)
