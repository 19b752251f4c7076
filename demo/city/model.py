"""What the demo city is made of: frozen records of people, households, organisations, agencies, powers.

DOMAIN §5. Records point at each other by `key` ("p-000123", or a persona's slug), never by personal ID
number. All text is NFC. The provider reads these records in `hpid demo`; it never sees a real person.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

Sex = Literal["male", "female"]
AccountLevel = Literal[0, 1, 2]
AccountStatus = Literal["none", "active", "locked", "inactive", "deceased", "expired"]
CardStatus = Literal["valid", "expired", "lost", "revoked"]
OrganisationKind = Literal[
    "enterprise", "dependent-unit", "household-business", "cooperative", "school", "association"
]
OrganisationScheme = Literal["tax-code", "personal-id", "cooperative-code", "school-code", "association-code"]
OrganisationStatus = Literal["active", "suspended", "dissolving", "dissolved", "invalid-address"]
RelationKind = Literal["parent", "spouse", "guardian"]
AgencyKind = Literal["city", "department", "commune", "unit"]
MandateSource = Literal["register", "appointed", "parent", "court"]
MandateRole = Literal["administrator", "approver", "maker", "viewer"]
MandateStatus = Literal["active", "expired", "revoked", "blocked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Identity card of a citizen, residence card of a foreigner; the last card of a life never expires."""

    issued: date
    expires: date | None
    status: CardStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierNumber:
    """A personal ID number that was cancelled and stays on record for ever (DOMAIN §1.4)."""

    number: str
    cancelled_on: date
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where somebody lives, as a commune of today and as the source wrote it.

    An old address names a commune that is gone; where that one was split, `candidates` holds every commune it
    may have become and `ward_code` the one that is true.
    """

    ward_code: str
    detail: str
    as_written: str
    old: bool
    candidates: tuple[str, ...]
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    key: str
    uuid: UUID
    family_name: str
    middle_name: str
    given_name: str
    full_name: str
    sex: Sex
    birth_date: date | None
    birth_year: int
    birth_precision: Literal["day", "year"]
    personal_id: str
    earlier_ids: tuple[EarlierNumber, ...]
    cmnd9: str | None
    nationality: str
    """ISO 3166-1 alpha-3."""
    passport: str | None
    card: Card | None
    phone: str | None
    email: str | None
    address: Address
    account_level: AccountLevel
    account_status: AccountStatus
    lock_reason: str | None
    died_on: date | None
    household: str
    parents: tuple[str, ...]
    spouse: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    key: str
    head: str
    members: tuple[str, ...]
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """`person` is the `kind` of `other`: a parent of a child, a guardian of a ward, a spouse of a spouse."""

    kind: RelationKind
    person: str
    other: str
    contested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    key: str
    uuid: UUID
    kind: OrganisationKind
    scheme: OrganisationScheme
    identifier: str
    """Of a household business the owner's personal ID number, so personal data (Circular 86/2024)."""
    name: str
    short_name: str | None
    foreign_name: str | None
    legal_form: str
    status: OrganisationStatus
    founded: date
    address: Address
    parent: str | None
    representatives: tuple[str, ...]
    """Empty where the seat is vacant; may name a person who is dead or locked."""
    accounting_firm: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    key: str
    code: str
    """QĐ 20/2020 form, "H24.08"."""
    legacy_code: str | None
    """QCVN 102:2016 form, groups reversed, "000.00.08.H24"."""
    synthetic_code: bool
    name: str
    kind: AgencyKind
    parent: str | None
    ward_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    agency_code: str
    position: str
    roles: tuple[str, ...]
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """`full_name` and `personal_id` are those of `person`, as the employer states them."""

    key: str
    employee_number: str
    person: str
    full_name: str
    personal_id: str
    email: str
    status: Literal["active", "left"]
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """`delegate` may act for `principal` (DOMAIN §3.1); `through` is the firm the delegate works for."""

    key: str
    principal_kind: Literal["person", "organisation"]
    principal: str
    delegate: str
    through: str | None
    source: MandateSource
    role: MandateRole
    powers: Literal["full", "listed"]
    services: tuple[str, ...]
    """Service areas of `demo.city.mandates.SERVICES`; empty when powers are full."""
    valid_from: date
    valid_to: date | None
    status: MandateStatus
    revoked_on: date | None


Record = Person | Household | Relation | Organisation | Agency | Official | Mandate


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    residents: int
    seed: int
    people: tuple[Person, ...]
    households: tuple[Household, ...]
    relations: tuple[Relation, ...]
    organisations: tuple[Organisation, ...]
    agencies: tuple[Agency, ...]
    officials: tuple[Official, ...]
    mandates: tuple[Mandate, ...]
