"""What may be given, by whom, and who may take it away. Pure: a rule broken is returned, None means allowed.

DOMAIN §3.1: a representative comes from the register and appoints administrators, two at most; administrators appoint
people and firms for single areas; nobody gives more than they hold; the last administrator is removed by two people.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum, auto

from idp.ids import OrganisationId, PersonId
from idp.mandates.model import (
    STAFF_ROLES,
    Area,
    Extent,
    FirmAppointment,
    Mandate,
    Powers,
    PrincipalKind,
    Removal,
    Role,
    Rule,
    Source,
)
from idp.organisations.model import Organisation, OrganisationStatus
from idp.people.model import Attribute, PersonProfile

MOST_ADMINISTRATORS = 2
_APPOINTERS = frozenset({Role.REPRESENTATIVE, Role.ADMINISTRATOR})
_AREAS = frozenset(area.value for area in Area)


def knows_name(mandate: Mandate, ward: PersonProfile, now: datetime) -> bool:
    """Tell whether whoever acts, or acted, for a ward may read its name: none that it was given after that ended.

    A child that was adopted is called what it is now for those who act for it now.
    """
    named, over_at = ward.origins.get(Attribute.NAME), mandate.over_at
    return not mandate.is_over(now) or named is None or over_at is None or named.at <= over_at


def managing(mandates: Iterable[Mandate], person_id: PersonId, now: datetime) -> tuple[Mandate, ...]:
    """Return a person's live mandates that let them manage this principal, the widest first."""
    found = (one for one in mandates if one.delegate_id == person_id and may_manage(one, now))
    return tuple(sorted(found, key=lambda one: one.role is not Role.REPRESENTATIVE))


def may_manage(mandate: Mandate, now: datetime) -> bool:
    """Tell whether this mandate lets its delegate appoint and remove: never one through a firm (chain depth 1)."""
    return (
        mandate.is_live(now)
        and mandate.principal_kind is PrincipalKind.ORGANISATION
        and mandate.role in _APPOINTERS
        and mandate.through_id is None
    )


def why_not_managing(mandates: Iterable[Mandate], person_id: PersonId, now: datetime) -> Rule:
    """Return why a person who manages nothing here may not."""
    theirs = [one for one in mandates if one.delegate_id == person_id and one.is_live(now)]
    through = bool(theirs) and all(one.through_id is not None for one in theirs)
    return Rule.THROUGH_A_FIRM if through else Rule.NOT_ALLOWED


def check_extent(wanted: Extent, *, now: datetime, roles: tuple[Role, ...]) -> Rule | None:
    """Check what is offered by itself: its role, its areas, its term."""
    if wanted.role not in roles or wanted.powers is not Powers.LISTED:
        return Rule.NOT_APPOINTABLE
    if not wanted.services or not _AREAS.issuperset(wanted.services):
        return Rule.AREAS
    if wanted.valid_to is None or wanted.valid_to <= max(wanted.valid_from, now):
        return Rule.TERM
    return None


def check_within(wanted: Extent, held: Extent) -> Rule | None:
    """Check that nobody gives more areas or a longer term than they hold themselves."""
    is_wider = wanted.powers is Powers.FULL or not set(held.services).issuperset(wanted.services)
    if held.powers is Powers.LISTED and is_wider:
        return Rule.WIDER
    if held.valid_to is not None and (wanted.valid_to is None or wanted.valid_to > held.valid_to):
        return Rule.LONGER
    return Rule.LONGER if wanted.valid_from < held.valid_from else None


def check_appointment(
    wanted: Extent,
    *,
    by: PersonId,
    held: Iterable[Mandate],
    invited: Iterable[Extent] = (),
    roles: tuple[Role, ...] = (Role.ADMINISTRATOR, *STAFF_ROLES),
    now: datetime,
) -> Rule | None:
    """Check that `by` may offer this, given all mandates of the principal and what is offered to others already.

    The first administrator is always a representative's to appoint: nobody else may, where there is none.
    """
    held = tuple(held)
    mine = managing(held, by, now)
    if not mine:
        return why_not_managing(held, by, now)
    broken = check_extent(wanted, now=now, roles=roles)
    if broken is not None:
        return broken
    within = [check_within(wanted, one.extent) for one in mine]
    if None not in within:
        return within[0]
    if wanted.role is Role.ADMINISTRATOR:
        offered = sum(one.role is Role.ADMINISTRATOR for one in invited)
        if len(administrators(held, now)) + offered >= MOST_ADMINISTRATORS:
            return Rule.TWO_ADMINISTRATORS
    return None


def check_acceptance(
    wanted: Extent, *, by: PersonId, delegate: PersonId, held: Iterable[Mandate], now: datetime
) -> Rule | None:
    """Check what was offered once more when the delegate takes it: who offered it may hold less by now."""
    if delegate == by:
        return Rule.SELF
    held = tuple(held)
    broken = check_appointment(wanted, by=by, held=held, now=now)
    if broken is not None:
        return broken
    same = (one for one in held if one.delegate_id == delegate and not one.is_over(now))
    taken = any(one.role is wanted.role and one.through_id is None for one in same)
    return Rule.ALREADY if taken and wanted.role is Role.ADMINISTRATOR else None


def check_addition(
    wanted: Extent,
    delegate: PersonId,
    *,
    held: Iterable[Mandate],
    invited: Iterable[Extent] = (),
    now: datetime,
) -> Rule | None:
    """Check that there is a place for one more administrator, and that it is another person's."""
    if wanted.role is not Role.ADMINISTRATOR:
        return None
    found = administrators(held, now)
    if any(one.delegate_id == delegate for one in found):
        return Rule.ALREADY
    taken = len(found) + sum(one.role is Role.ADMINISTRATOR for one in invited)
    return Rule.TWO_ADMINISTRATORS if taken >= MOST_ADMINISTRATORS else None


def administrators(held: Iterable[Mandate], now: datetime) -> tuple[Mandate, ...]:
    """Return the administrators there are, those whose term has not begun too."""
    return tuple(one for one in held if one.role is Role.ADMINISTRATOR and not one.is_over(now))


class Ending(Enum):
    """What asking to end a mandate leads to."""

    NOW = auto()
    PROPOSED = auto()
    """It is the last administrator's: a second person must confirm."""


def check_ending(
    target: Mandate,
    *,
    by: PersonId,
    held: Iterable[Mandate],
    held_of_firm: Iterable[Mandate] = (),
    now: datetime,
) -> Ending | Rule:
    """Return what becomes of the wish to end a mandate, given those of its principal and of the firm it is through.

    Whoever was appointed may lay it down at any time, the last administrator too: nobody is made to act for others.
    A firm calls its people back as it sends them.
    """
    if target.is_over(now):
        return Rule.OVER
    if target.source is not Source.APPOINTED:
        return Rule.FROM_REGISTER
    if target.delegate_id == by or managing(held_of_firm, by, now):
        return Ending.NOW
    held = tuple(held)
    if not managing(held, by, now):
        return why_not_managing(held, by, now)
    is_last = target.role is Role.ADMINISTRATOR and len(administrators(held, now)) == 1
    return Ending.PROPOSED if is_last else Ending.NOW


def check_confirmation(
    removal: Removal, target: Mandate, *, by: PersonId, held: Iterable[Mandate], now: datetime
) -> Rule | None:
    """Check that a second person who may, confirms: a representative, or an administrator, the removed one included."""
    if not removal.is_open(now) or target.is_over(now):
        return Rule.OVER
    held = tuple(held)
    if not managing(held, by, now):
        return why_not_managing(held, by, now)
    if not managing(held, removal.proposed_by, now):
        return Rule.OVER  # who proposed it has no say here any more
    return Rule.SECOND_PERSON if by == removal.proposed_by else None


def check_firm(
    wanted: Extent,
    firm: Organisation | None,
    *,
    principal_id: OrganisationId,
    appointed: Iterable[FirmAppointment],
) -> Rule | None:
    """Check that an organisation may act for another as a firm: it does business, and has none of these areas yet."""
    if firm is None or firm.organisation_id == principal_id or firm.status is not OrganisationStatus.ACTIVE:
        return Rule.FIRM
    if firm.identifier_is_personal:  # a household business is its owner, who can be appointed by themselves
        return Rule.FIRM
    of_firm = (one for one in appointed if one.firm_id == firm.organisation_id)
    return Rule.ALREADY if any(set(one.services) & set(wanted.services) for one in of_firm) else None


def check_naming(
    appointment: FirmAppointment,
    delegate: PersonId,
    *,
    by: PersonId,
    held_of_firm: Iterable[Mandate],
    held_through_firm: Iterable[Mandate],
    now: datetime,
) -> Rule | None:
    """Check that somebody who manages a firm may let one of its people act for a client."""
    if appointment.is_over(now):
        return Rule.OVER
    of_firm = tuple(held_of_firm)
    if not managing(of_firm, by, now):
        return why_not_managing(of_firm, by, now)
    if not any(one.delegate_id == delegate and works_for(one, now) for one in of_firm):
        return Rule.NOT_OF_THE_FIRM
    taken = (one for one in held_through_firm if one.delegate_id == delegate and not one.is_over(now))
    return Rule.ALREADY if any(taken) else None


def works_for(mandate: Mandate, now: datetime) -> bool:
    """Tell whether whoever holds this mandate of a firm is one of its people, and not another firm's."""
    return mandate.is_live(now) and mandate.through_id is None and mandate.role is not Role.ARCHIVE


def term_of_minority(
    mandate: Mandate, before: datetime | None, after: datetime, now: datetime
) -> datetime | None:
    """Return when a mandate for a child is over once the 18th birthday is `after` and not `before`.

    A guardian's by a court may end sooner by its decision; over somebody who was of age already it is not about age.
    """
    if mandate.source is Source.PARENT:
        return after
    was_minor = before is not None and before > now
    by_age = mandate.valid_to == before or (
        was_minor and (mandate.valid_to is None or mandate.valid_to > after)
    )
    return after if mandate.source is Source.COURT and by_age else mandate.valid_to
