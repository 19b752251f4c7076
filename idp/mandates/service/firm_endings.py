"""How firms' appointments end, with all that hangs on them."""

from datetime import datetime

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.database import Done, Refused
from idp.ids import OrganisationId, PersonId
from idp.mandates.model import FirmAppointment, MandateRefused, PrincipalKind, Rule, organisation
from idp.mandates.rules import managing, why_not_managing
from idp.mandates.service.recording import ENDED_AT_ONCE, end_cut, refuse
from idp.transaction import Tx


def end_firm(
    tx: Tx, appointment_id: str, *, by: PersonId, occasion: Occasion
) -> Done[FirmAppointment] | Refused:
    """End a firm's appointment: whoever manages the organisation may, and whoever manages the firm."""
    found = tx.mandate_firms.get(appointment_id)
    if found is None:
        return Refused(MandateRefused(Rule.NOT_ALLOWED))
    principal = organisation(found.principal_id)
    tx.mandates.lock_principal(principal)
    of_principal = tx.mandates.of_principal(principal.kind, principal.id, since=occasion.now)
    of_firm = tx.mandates.of_principal(PrincipalKind.ORGANISATION, found.firm_id, since=occasion.now)
    is_client = bool(managing(of_principal, by, occasion.now))
    broken = None
    if not is_client and not managing(of_firm, by, occasion.now):
        broken = why_not_managing(of_principal, by, occasion.now)
    reason = "ended by the principal" if is_client else "laid down by the firm"
    if broken is None and not end_appointment(tx, found, reason, actor=person_ref(by), occasion=occasion):
        broken = Rule.OVER
    if broken is not None:
        return refuse(tx, "end firm", principal, broken, by=by, occasion=occasion)
    return Done(found)


def end_appointments_of(
    tx: Tx, organisation_id: OrganisationId, reason: str, *, actor: str, occasion: Occasion
) -> None:
    """End an organisation's firms and a firm's clients; the job ends those that are too many for one transaction."""
    for one in tx.mandate_firms.cut(organisation_id, occasion.now, reason)[:ENDED_AT_ONCE]:
        end_appointment(tx, one, reason, actor=actor, occasion=occasion)


def end_appointment(
    tx: Tx,
    appointment: FirmAppointment,
    reason: str,
    *,
    actor: str,
    occasion: Occasion,
    at: datetime | None = None,
) -> bool:
    """End an appointment and what the firm's people hold by it; True if this call did it."""
    ended = tx.mandate_firms.end(appointment.appointment_id, at or occasion.now, reason)
    if ended is None:
        return False
    tx.audit.add(
        occasion.event(
            EventType.FIRM_ENDED,
            actor=actor,
            appointment_id=ended.appointment_id,
            principal=organisation(ended.principal_id).ref,
            firm=organisation(ended.firm_id).ref,
            reason=reason,
        )
    )
    cut = tx.mandates.cut_of_appointment(ended.appointment_id, occasion.now, reason)
    end_cut(tx, cut, reason, actor=actor, occasion=occasion)
    return True
