"""What a sector of services calls an organisation: opaque, always the same, and nothing two sectors could compare. Pure.

A household business has no number a service may get, so that this is what its files are kept under (DESIGN 5.1, 5.2).
"""

from idp.ids import OrganisationId
from keys.envelope import Unsealable, Vault

_PURPOSE = "organisation.id"


def organisation_at(sector: str, organisation_id: OrganisationId, vault: Vault) -> str:
    """Return what this sector calls an organisation."""
    return vault.pseudonym(organisation_id, purpose=_PURPOSE, audience=sector)


def organisation_of(unverified_pseudonym: str, sector: str, vault: Vault) -> OrganisationId | None:
    """Return which organisation this sector means, None if we never told it that."""
    try:
        return OrganisationId(vault.open_pseudonym(unverified_pseudonym, purpose=_PURPOSE, audience=sector))
    except Unsealable:
        return None
