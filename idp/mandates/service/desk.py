"""What a desk appoints on paper: the rules are those for everybody, only that nobody of the organisation is asked."""

from idp.audit.occasion import Occasion
from idp.database import Done, Refused
from idp.ids import MandateId, OrganisationId, PersonId
from idp.mandates.model import (
    STAFF_ROLES,
    Extent,
    Mandate,
    MandateRefused,
    Powers,
    PrincipalKind,
    Role,
    Rule,
    Source,
    organisation,
)
from idp.mandates.rules import check_addition, check_extent
from idp.mandates.service.recording import give
from idp.organisations.model import OrganisationStatus
from idp.people.model import Person, PersonStatus
from idp.transaction import Tx

_LEVEL_02 = 2


def appoint_at_desk(
    tx: Tx,
    organisation_id: OrganisationId,
    delegate_id: PersonId,
    extent: Extent,
    *,
    reference: str,
    actor: str,
    occasion: Occasion,
) -> Done[Mandate] | Refused:
    """Let a person act for an organisation by a letter of its representative; it begins at once."""
    principal = organisation(organisation_id)
    tx.mandates.lock_principal(principal)
    held = tx.mandates.of_principal(principal.kind, principal.id, since=occasion.now)
    waiting = tx.mandate_invitations.of_principal(organisation_id)
    invited = [one.extent for one in waiting if one.is_open(occasion.now)]
    broken = check_extent(extent, now=occasion.now, roles=(Role.ADMINISTRATOR, *STAFF_ROLES))
    broken = broken or check_addition(extent, delegate_id, held=held, invited=invited, now=occasion.now)
    known = tx.organisations.get(organisation_id)
    if known is None or known.status is OrganisationStatus.DISSOLVED or not reference:
        broken = broken or Rule.OVER
    if not _may_act(tx.people.get(delegate_id)):
        broken = broken or Rule.DELEGATE
    if broken is not None:
        return Refused(MandateRefused(broken))
    mandate = Mandate(
        mandate_id=MandateId(occasion.clock.token(9)),
        principal_kind=PrincipalKind.ORGANISATION,
        principal_id=organisation_id,
        delegate_id=delegate_id,
        source=Source.APPOINTED,
        role=extent.role,
        powers=Powers.LISTED,
        services=tuple(sorted(set(extent.services))),
        valid_from=extent.valid_from,
        valid_to=extent.valid_to,
        appointed_by=actor,
        reference=reference,
        created_at=occasion.now,
    )
    give(tx, (mandate,), actor=actor, occasion=occasion)
    return Done(mandate)


def _may_act(person: Person | None) -> bool:
    if (
        person is None or person.canonical_id is not None
    ):  # another record stands for it: that one is to be named
        return False
    return person.status is PersonStatus.ACTIVE and person.account_level >= _LEVEL_02
