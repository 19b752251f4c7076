"""A household business whose owner has got another personal ID number is the same one under that number (DOMAIN §1.4).

The old number still finds its person, and nothing else does: a business is never taken over by name.
"""

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.ids import OrganisationId
from idp.mandates.model import PrincipalKind, Role, Source
from idp.organisations.model import Organisation, OrganisationKind
from idp.organisations.service.representatives import person_of
from idp.transaction import Tx


def under_former_number(tx: Tx, new: Organisation, *, occasion: Occasion) -> Organisation | None:
    """Return the household business of whoever has this number, kept under a number they had before."""
    owner = person_of(tx, new.identifier) if new.kind is OrganisationKind.HOUSEHOLD_BUSINESS else None
    if owner is None:
        return None
    for mandate in tx.mandates.of_delegate(owner, since=occasion.now):
        is_register_s = mandate.source is Source.REGISTER and mandate.role is Role.REPRESENTATIVE
        if mandate.principal_kind is not PrincipalKind.ORGANISATION or not is_register_s:
            continue
        kept = tx.organisations.get(OrganisationId(mandate.principal_id))
        is_household = kept is not None and kept.identifier_is_personal
        if kept is not None and is_household and person_of(tx, kept.identifier) == owner:
            return kept
    return None


def renumber(tx: Tx, kept: Organisation, new: Organisation, *, actor: str, occasion: Occasion) -> None:
    """Let it be found by the number its owner has now."""
    tx.organisations.renumber(kept.organisation_id, new.scheme, new.identifier, occasion.now)
    tx.audit.add(
        occasion.event(
            EventType.ORGANISATION_UPDATED,
            actor=actor,
            organisation_id=kept.organisation_id,
            fields=["identifier"],
            source=new.source,
        )
    )
