"""How mandates end: by whoever may, by two where it is the last administrator's, by a desk, with their principal or firm.

What hangs on one ends with it: who leaves a firm acts for none of its clients any more.
"""

from dataclasses import dataclass
from datetime import datetime

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.database import Done, Refused
from idp.ids import MandateId, OrganisationId, PersonId
from idp.mandates.model import (
    Mandate,
    MandateRefused,
    PrincipalKind,
    Removal,
    Rule,
    organisation,
    ward,
)
from idp.mandates.rules import Ending, check_confirmation, check_ending, managing, works_for
from idp.mandates.service.firm_endings import end_appointments_of
from idp.mandates.service.recording import end_cut, end_mandate, refuse, tell_of_power
from idp.messages.model.notices import Act
from idp.transaction import Tx

_LEFT_THE_FIRM = "no longer of the firm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What became of the wish to end a mandate."""

    mandate: Mandate
    removal: Removal | None = None
    """The proposal, where a second person must confirm; then nothing has ended yet."""


def end_one(
    tx: Tx, mandate: Mandate, reason: str, *, actor: str, occasion: Occasion, at: datetime | None = None
) -> bool:
    """End a mandate; with the last one by which somebody is of a firm end those they hold through it."""
    if not end_mandate(tx, mandate, reason, actor=actor, occasion=occasion, at=at):
        return False
    if mandate.principal_kind is PrincipalKind.ORGANISATION and mandate.through_id is None:
        firm_id = OrganisationId(mandate.principal_id)
        of_firm = tx.mandates.of_principal(mandate.principal_kind, firm_id, since=occasion.now)
        if not any(
            one.delegate_id == mandate.delegate_id and works_for(one, occasion.now) for one in of_firm
        ):
            cut = tx.mandates.cut_through(firm_id, occasion.now, _LEFT_THE_FIRM, mandate.delegate_id)
            end_cut(tx, cut, _LEFT_THE_FIRM, actor=actor, occasion=occasion)
    return True


def end_by_person(
    tx: Tx, mandate_id: MandateId, *, by: PersonId, waits_until: datetime, occasion: Occasion
) -> Done[Ended] | Refused:
    """Lay down one's own mandate, or end another's of an organisation one manages; the last administrator's is proposed.

    `waits_until`: how long a proposal waits for a second person.
    """
    found = tx.mandates.get(mandate_id)
    if found is None:
        return Refused(MandateRefused(Rule.NOT_ALLOWED))
    tx.mandates.lock_principal(found.principal)
    target = tx.mandates.get(mandate_id) or found
    held = tx.mandates.of_principal(target.principal_kind, target.principal_id, since=occasion.now)
    of_firm = held_of_firm(tx, target, occasion.now)
    ending = check_ending(target, by=by, held=held, held_of_firm=of_firm, now=occasion.now)
    match ending:
        case Rule():
            return refuse(tx, "end", target.principal, ending, by=by, occasion=occasion)
        case Ending.NOW:
            reason = _reason(target, by, is_of_firm=bool(managing(of_firm, by, occasion.now)))
            end_one(tx, target, reason, actor=person_ref(by), occasion=occasion)
            return Done(Ended(mandate=target))
        case Ending.PROPOSED:
            removal = _proposed(tx, target, by=by, waits_until=waits_until, occasion=occasion)
            return Done(Ended(mandate=target, removal=removal))


def held_of_firm(tx: Tx, mandate: Mandate, now: datetime) -> tuple[Mandate, ...]:
    """Return the mandates of the firm a mandate is held through."""
    if mandate.through_id is None:
        return ()
    return tx.mandates.of_principal(PrincipalKind.ORGANISATION, mandate.through_id, since=now)


def _reason(target: Mandate, by: PersonId, *, is_of_firm: bool) -> str:
    if target.delegate_id == by:
        return "laid down"
    return "called back by the firm" if is_of_firm else "ended by the principal"


def confirm_removal(tx: Tx, removal_id: str, *, by: PersonId, occasion: Occasion) -> Done[Ended] | Refused:
    """End the last administrator's mandate as the second person."""
    removal = tx.mandate_removals.get(removal_id)
    if removal is None:
        return Refused(MandateRefused(Rule.OVER))
    principal = organisation(removal.principal_id)
    tx.mandates.lock_principal(principal)
    target = tx.mandates.get(removal.mandate_id)
    if target is None:
        return Refused(MandateRefused(Rule.OVER))
    held = tx.mandates.of_principal(principal.kind, principal.id, since=occasion.now)
    broken = check_confirmation(removal, target, by=by, held=held, now=occasion.now)
    if broken is None and not tx.mandate_removals.close(removal_id, occasion.now, by):
        broken = Rule.OVER
    if broken is not None:
        return refuse(tx, "confirm removal", principal, broken, by=by, occasion=occasion)
    end_one(tx, target, "removed by two people", actor=person_ref(by), occasion=occasion)
    tell_of_power(tx, by, Act.ADMINISTRATOR_ENDED, occasion=occasion)
    return Done(Ended(mandate=target))


def end_by_desk(
    tx: Tx, mandate_id: MandateId, reason: str, *, actor: str, occasion: Occasion
) -> Mandate | None:
    """End any mandate, whatever it comes from; None if there is none that goes on."""
    found = tx.mandates.get(mandate_id)
    if found is None:
        return None
    tx.mandates.lock_principal(found.principal)
    return found if end_one(tx, found, reason, actor=actor, occasion=occasion) else None


def end_of_organisation(
    tx: Tx, organisation_id: OrganisationId, reason: str, *, actor: str, occasion: Occasion
) -> None:
    """End all that is held for an organisation and through it, its firms, its clients, and what it offers."""
    principal = organisation(organisation_id)
    tx.mandates.lock_principal(principal)
    cut = tx.mandates.cut_of_principal(principal, occasion.now, reason)
    end_cut(tx, cut, reason, actor=actor, occasion=occasion)
    through = tx.mandates.cut_through(organisation_id, occasion.now, reason)
    end_cut(tx, through, reason, actor=actor, occasion=occasion)
    end_appointments_of(tx, organisation_id, reason, actor=actor, occasion=occasion)
    for offered in tx.mandate_invitations.of_principal(organisation_id):
        tx.mandate_invitations.close(offered.invitation_id, occasion.now, reason)


def end_of_person(tx: Tx, person_id: PersonId, reason: str, *, actor: str, occasion: Occasion) -> None:
    """End all that is held by and for somebody who has died, with the records merged into theirs."""
    tx.mandates.lock_principal(ward(person_id))
    held = tx.mandates.cut_of_delegate(person_id, occasion.now, reason)
    end_cut(tx, held, reason, actor=actor, occasion=occasion)
    for_them = tx.mandates.cut_of_principal(ward(person_id), occasion.now, reason)
    end_cut(tx, for_them, reason, actor=actor, occasion=occasion)


def _proposed(tx: Tx, target: Mandate, *, by: PersonId, waits_until: datetime, occasion: Occasion) -> Removal:
    """Return the proposal by this person that waits already, or a new one."""
    principal_id = OrganisationId(target.principal_id)
    for waiting in tx.mandate_removals.of_principal(principal_id):
        same = waiting.mandate_id == target.mandate_id and waiting.proposed_by == by
        if same and waiting.is_open(occasion.now):
            return waiting
    removal = Removal(
        removal_id=occasion.clock.token(9),
        mandate_id=target.mandate_id,
        principal_id=principal_id,
        proposed_by=by,
        created_at=occasion.now,
        expires_at=waits_until,
    )
    tx.mandate_removals.add(removal)
    tx.audit.add(
        occasion.event(
            EventType.MANDATE_REMOVAL_PROPOSED,
            actor=person_ref(by),
            person_id=target.delegate_id,
            removal_id=removal.removal_id,
            mandate_id=target.mandate_id,
            principal=target.principal.ref,
        )
    )
    return removal
