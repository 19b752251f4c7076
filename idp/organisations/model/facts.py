"""What a token may say of an organisation: never a number that is some person's (DESIGN 5.2). Pure."""

from idp.organisations.model.organisation import Organisation
from idp.protocol.acting import OrganisationFacts


def organisation_facts(organisation: Organisation) -> OrganisationFacts:
    """Return scheme, name and status, and the number where it is nobody's personal ID number."""
    return OrganisationFacts(
        scheme=organisation.scheme.value,
        identifier="" if organisation.identifier_is_personal else organisation.identifier,
        name=organisation.name,
        status=organisation.status.value,
    )
