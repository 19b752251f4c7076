"""Acting through a firm: the client appoints the firm, the firm says which of its people act (DOMAIN §3.1).

The chain has one link: who acts through a firm appoints nobody.
"""

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.database import Done, Refused
from idp.ids import MandateId, OrganisationId, PersonId
from idp.mandates.model import (
    STAFF_ROLES,
    Extent,
    FirmAppointment,
    Mandate,
    MandateRefused,
    Powers,
    PrincipalKind,
    Rule,
    Source,
    organisation,
)
from idp.mandates.rules import check_appointment, check_firm, check_naming
from idp.mandates.service.recording import give, refuse, tell_of_power
from idp.messages.model.notices import Act
from idp.people.model import PersonStatus
from idp.transaction import Tx


def appoint_firm(
    tx: Tx,
    principal_id: OrganisationId,
    firm_id: OrganisationId,
    extent: Extent,
    *,
    by: PersonId,
    occasion: Occasion,
) -> Done[FirmAppointment] | Refused:
    """Let a firm act for an organisation that `by` manages, within what they hold themselves."""
    principal = organisation(principal_id)
    tx.mandates.lock_principal(principal)
    held = tx.mandates.of_principal(principal.kind, principal.id, since=occasion.now)
    broken = check_appointment(extent, by=by, held=held, roles=STAFF_ROLES, now=occasion.now)
    appointed = [
        one
        for one in tx.mandate_firms.of_principal(principal_id, occasion.now)
        if not one.is_over(occasion.now)
    ]
    broken = broken or check_firm(
        extent, tx.organisations.get(firm_id), principal_id=principal_id, appointed=appointed
    )
    if broken is not None or extent.valid_to is None:
        return refuse(tx, "appoint firm", principal, broken or Rule.TERM, by=by, occasion=occasion)
    appointment = FirmAppointment(
        appointment_id=occasion.clock.token(9),
        principal_id=principal_id,
        firm_id=firm_id,
        role=extent.role,
        services=tuple(sorted(set(extent.services))),
        valid_from=extent.valid_from,
        valid_to=extent.valid_to,
        appointed_by=person_ref(by),
        created_at=occasion.now,
    )
    tx.mandate_firms.add(appointment)
    tx.audit.add(
        occasion.event(
            EventType.FIRM_APPOINTED,
            actor=person_ref(by),
            person_id=by,
            appointment_id=appointment.appointment_id,
            principal=principal.ref,
            firm=organisation(firm_id).ref,
            role=appointment.role.value,
            services=list(appointment.services),
            valid_to=appointment.valid_to.isoformat(),
        )
    )
    tell_of_power(tx, by, Act.POWER_GIVEN, occasion=occasion)
    return Done(appointment)


def name_delegate(
    tx: Tx, appointment_id: str, delegate_id: PersonId, *, by: PersonId, occasion: Occasion
) -> Done[Mandate] | Refused:
    """Let one of a firm's people act for a client of the firm, as far as the client appointed it."""
    found = tx.mandate_firms.get(appointment_id)
    if found is None:
        return Refused(MandateRefused(Rule.NOT_ALLOWED))
    firm, principal = organisation(found.firm_id), organisation(found.principal_id)
    for one in sorted((firm, principal), key=lambda each: each.id):
        tx.mandates.lock_principal(one)
    appointment = tx.mandate_firms.get(appointment_id) or found
    broken = check_naming(
        appointment,
        delegate_id,
        by=by,
        held_of_firm=tx.mandates.of_principal(firm.kind, firm.id, since=occasion.now),
        held_through_firm=tx.mandates.of_appointment(appointment_id),
        now=occasion.now,
    )
    delegate = tx.people.canonical(delegate_id)
    if broken is None and (delegate is None or delegate.status is not PersonStatus.ACTIVE):
        broken = Rule.DELEGATE
    if broken is not None:
        return refuse(tx, "name delegate", firm, broken, by=by, occasion=occasion)
    mandate = _mandate(appointment, delegate_id, by, occasion)
    give(tx, (mandate,), actor=person_ref(by), occasion=occasion)
    tell_of_power(tx, by, Act.POWER_GIVEN, occasion=occasion)
    return Done(mandate)


def _mandate(
    appointment: FirmAppointment, delegate_id: PersonId, by: PersonId, occasion: Occasion
) -> Mandate:
    return Mandate(
        mandate_id=MandateId(occasion.clock.token(9)),
        principal_kind=PrincipalKind.ORGANISATION,
        principal_id=appointment.principal_id,
        delegate_id=delegate_id,
        through_id=appointment.firm_id,
        appointment_id=appointment.appointment_id,
        source=Source.APPOINTED,
        role=appointment.role,
        powers=Powers.LISTED,
        services=appointment.services,
        valid_from=appointment.valid_from,
        valid_to=appointment.valid_to,
        appointed_by=person_ref(by),
        created_at=occasion.now,
    )
