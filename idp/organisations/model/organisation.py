"""An organisation as the provider keeps it – DOMAIN §1.6. Pure.

It is `organisation_id`; its number is an attribute, found by scheme and normal form. Of a household business the
number is its owner's personal ID number (Circular 86/2024): personal data, which stands nowhere in clear.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from idp.ids import OrganisationId


class OrganisationKind(StrEnum):
    """What it is."""

    ENTERPRISE = "enterprise"
    DEPENDENT_UNIT = "dependent-unit"
    """A branch or office of an enterprise, with a number of its own."""
    HOUSEHOLD_BUSINESS = "household-business"
    COOPERATIVE = "cooperative"
    SCHOOL = "school"
    ASSOCIATION = "association"


class OrganisationScheme(StrEnum):
    """Which register gave the number."""

    TAX_CODE = "vn_tax_code"
    PERSONAL_ID = "vn_personal_id"
    COOPERATIVE = "vn_cooperative"
    SCHOOL = "vn_school"
    ASSOCIATION = "vn_association"


class OrganisationStatus(StrEnum):
    """What the register says of it."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    """Has stopped business for a time."""
    DISSOLVING = "dissolving"
    """Is being wound up; may still act."""
    DISSOLVED = "dissolved"
    """Is no more; nobody acts for it."""
    INVALID_ADDRESS = "invalid_address"
    """Is not found at its address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """One entry of one register."""

    organisation_id: OrganisationId
    kind: OrganisationKind
    scheme: OrganisationScheme
    identifier: str = field(repr=False)
    """In normal form (identifiers.py)."""
    name: str = field(repr=False)
    short_name: str = field(default="", repr=False)
    foreign_name: str = field(default="", repr=False)
    legal_form: str = ""
    status: OrganisationStatus
    status_reason: str = ""
    founded: date | None = None
    """A day in Vietnam."""
    address: str = field(default="", repr=False)
    commune_code: str = ""
    parent_id: OrganisationId | None = None
    """The enterprise a dependent unit belongs to; nothing else has one."""
    source: str
    """Where this was learned from."""
    source_at: datetime
    """The moment as of which the source says so."""
    created_at: datetime
    updated_at: datetime

    @property
    def identifier_is_personal(self) -> bool:
        """Tell whether its number is some person's."""
        return self.scheme is OrganisationScheme.PERSONAL_ID
