"""A person as the provider keeps them. Pure.

The person is `person_id`; the 12-digit number is an attribute that can change (DESIGN 5.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from idp.ids import PersonId


class PersonStatus(StrEnum):
    """Whether a person may sign in."""

    ACTIVE = "active"
    LOCKED = "locked"
    DECEASED = "deceased"


class IdentifierScheme(StrEnum):
    """Kinds of identifiers a person is found by (exact match, keyed look-up)."""

    PERSONAL_ID = "vn_personal_id"
    """Twelve digits; can change, and the old one still finds its person."""
    CMND9 = "vn_cmnd9"
    """Number of the identity card of before 2025, nine digits: found by, never shown."""
    FOREIGNER_ID = "vn_foreigner_id"
    """Number of a foreigner (Decree 69/2024), twelve characters that nobody takes apart."""
    PASSPORT = "passport"
    PHONE = "phone"
    EMAIL = "email"
    USERNAME = "username"


class NumberCause(StrEnum):
    """Why a personal ID number was replaced (DOMAIN 1.4)."""

    SEX_DETERMINED = "sex-determined"
    """Sex was determined anew."""
    BIRTH_YEAR_CORRECTED = "birth-year-corrected"
    """The birth year was wrong."""
    DATA_CORRECTED = "data-corrected"
    """Place, sex or year of the number were wrong."""
    GIVEN_TWICE = "given-twice"
    """Two people had been given one number."""
    STATED_UPSTREAM = "stated-upstream"
    """The national system names another number at a sign-in of level 02; it does not say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a person is registered; commune code as of the two-level government."""

    ward_code: str = ""
    """Of today; empty where it isn't known for sure."""
    candidates: tuple[str, ...] = ()
    """The communes it may be in, where the one that it names was split: then none is guessed."""
    detail: str = ""
    formatted: str = ""
    as_written: str = ""
    """As its source wrote it, old names and all."""
    valid_from: str = ""
    """Vietnam day (YYYY-MM-DD) since when, where a source says so."""


class Source(StrEnum):
    """Who stated an attribute; how they are weighed stands in provenance.py."""

    REGISTER = "register"
    """The national population register."""
    UPSTREAM = "upstream"
    """The national identity system, at a sign-in."""
    DESK = "desk"
    """An official who saw papers."""
    SELF = "self"
    """The person."""


class Attribute(StrEnum):
    """What has one origin: it is stated as a whole."""

    NAME = "name"
    GENDER = "gender"
    BIRTHDATE = "birthdate"
    NATIONALITY = "nationality"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an attribute comes from."""

    source: Source
    issuer: str = ""
    """Issuer identifier of an upstream; else empty."""
    level: int
    """Account level it was stated at: 0, 1 or 2."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonProfile:
    """Personal data of a person, sealed at rest as one value."""

    full_name: str = field(repr=False)
    family_name: str = field(default="", repr=False)
    middle_name: str = field(default="", repr=False)
    given_name: str = field(default="", repr=False)
    nickname: str = field(default="", repr=False)
    preferred_username: str = field(default="", repr=False)
    """What the person likes to be called; nobody signs in with it."""
    profile_page: str = field(default="", repr=False)
    picture: str = field(default="", repr=False)
    website: str = field(default="", repr=False)
    """These five are the person's own, none is an upstream's; URLs are absolute."""
    gender: str = ""
    """male, female or empty (OpenID Connect Core §5.1)."""
    birthdate: str = field(default="", repr=False)
    """YYYY-MM-DD, or YYYY where only the year is known."""
    nationality: str = "VN"
    personal_id: str = field(default="", repr=False)
    foreigner_id: str = field(default="", repr=False)
    """Instead of a personal ID number, of who is no citizen."""
    phone: str = field(default="", repr=False)
    """E.164."""
    phone_verified: bool = False
    email: str = field(default="", repr=False)
    email_verified: bool = False
    address: Address | None = field(default=None, repr=False)
    origins: Mapping[Attribute, Origin] = field(default_factory=dict, repr=False)
    """Who stated what; of what came before origins were kept, nothing."""

    def saying(self, fields: Mapping[str, Any]) -> "PersonProfile":
        """Return the profile with these fields, which are chosen by name while it runs; raises TypeError for others."""
        return replace(self, **fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One human being."""

    person_id: PersonId
    status: PersonStatus
    status_reason: str = ""
    account_level: int
    """Identity proofing: 0 none, 1 or 2 (Decree 69/2024)."""
    commune_code: str = ""
    birth_year: int | None = None
    profile: PersonProfile
    roles: frozenset[str] = frozenset()
    """Roles in the provider itself, e.g. admin:security-officer."""
    synthetic: bool = False
    created_at: datetime
    updated_at: datetime
    canonical_id: PersonId | None = None
    """Set by a merge: the record that stands for this one."""
    restricted_at: datetime | None = None
    """Since when nothing of them is sent on consent, as they asked (adr/0049)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whom an identifier names."""

    person: Person
    """The record that stands for them."""
    record_id: PersonId
    """The record that holds the identifier: the same one, or one merged into it. A split gives it back."""
    record_level: int
    """Account level of that record: what the identifier was proved at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Whom a name asks for, and nothing else of them: as much work for somebody as for nobody (SECURITY E16)."""

    person_id: PersonId
    """Of the record that stands for them."""
    record_id: PersonId
    """Of the record that holds the name."""
    status: PersonStatus
