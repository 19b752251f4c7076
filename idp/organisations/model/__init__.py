"""Organisations and agencies as values. Pure."""

from idp.organisations.model.agency import Agency, AgencyKind, is_within, parent_of
from idp.organisations.model.facts import organisation_facts
from idp.organisations.model.organisation import (
    Organisation,
    OrganisationKind,
    OrganisationScheme,
    OrganisationStatus,
)

__all__ = [
    "Agency",
    "AgencyKind",
    "Organisation",
    "OrganisationKind",
    "OrganisationScheme",
    "OrganisationStatus",
    "is_within",
    "organisation_facts",
    "parent_of",
]
