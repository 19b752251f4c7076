"""What somebody began for organisations and nobody has answered, once they say that their account was in other hands.

Whoever passed for them may have offered a mandate to an accomplice, or proposed to remove the last administrator: neither
is had after "this wasn't me" or a recovery (adr/0048, adr/0051). What was taken already stands (but see disputed.py).
"""

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.ids import OrganisationId, PersonId
from idp.mandates.rules import may_manage
from idp.transaction import Tx


def end_unanswered(tx: Tx, person_id: PersonId, reason: str, *, occasion: Occasion) -> None:
    """End what a person has offered and proposed; their row is locked, so that nothing is begun meanwhile."""
    held = (one for record in tx.people.records_of(person_id) for one in tx.mandates.of_delegate(record))
    managed = {OrganisationId(one.principal_id) for one in held if may_manage(one, occasion.now)}
    for organisation_id in sorted(managed):
        _end_offers(tx, organisation_id, person_id, reason, occasion)
        _end_proposals(tx, organisation_id, person_id, reason, occasion)


def _end_offers(
    tx: Tx, organisation_id: OrganisationId, person_id: PersonId, reason: str, occasion: Occasion
) -> None:
    for offer in tx.mandate_invitations.of_principal(organisation_id):
        if offer.invited_by != person_id:
            continue
        if tx.mandate_invitations.close(offer.invitation_id, occasion.now, reason) is not None:
            tx.audit.add(
                occasion.event(
                    EventType.MANDATE_OFFER_CLOSED,
                    actor=person_ref(person_id),
                    person_id=person_id,
                    invitation_id=offer.invitation_id,
                    principal=offer.principal.ref,
                    reason=reason,
                )
            )


def _end_proposals(
    tx: Tx, organisation_id: OrganisationId, person_id: PersonId, reason: str, occasion: Occasion
) -> None:
    for removal in tx.mandate_removals.of_principal(organisation_id):
        if removal.proposed_by == person_id and tx.mandate_removals.close(
            removal.removal_id, occasion.now, person_id
        ):
            tx.audit.add(
                occasion.event(
                    EventType.MANDATE_REMOVAL_CLOSED,
                    actor=person_ref(person_id),
                    person_id=person_id,
                    removal_id=removal.removal_id,
                    mandate_id=removal.mandate_id,
                    reason=reason,
                )
            )
