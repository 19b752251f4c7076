"""Organisations and agencies, one table a file."""

from idp.organisations.store.agencies import AgencyStore
from idp.organisations.store.organisations import OrganisationStore

__all__ = ["AgencyStore", "OrganisationStore"]
