"""What may be asked of employment records: fields that lie in the clear beside an index, and conditions on them. Pure.

Names, e-mail addresses and personal ID numbers are sealed: nothing here can ask about them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Field(StrEnum):
    """What of a record, or of a post, may be compared."""

    ID = "id"
    EMPLOYEE_NUMBER = "employee_number"
    EXTERNAL_ID = "external_id"
    """What the HR system that asks calls the record."""
    STATUS = "status"
    AGENCY = "agency"
    CREATED = "created"
    CHANGED = "changed"
    POST_AGENCY = "post_agency"
    POST_COMMUNE = "post_commune"
    POST_POSITION = "post_position"
    POST_ROLE = "post_role"


class Operator(StrEnum):
    """How it is compared (RFC 7644 §3.4.2.2)."""

    EQUALS = "eq"
    CONTAINS = "co"
    STARTS = "sw"
    ENDS = "ew"
    OVER = "gt"
    FROM = "ge"
    UNDER = "lt"
    TO = "le"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """A field stands so to a value; in the form the field is stored in."""

    field: Field
    operator: Operator
    value: str | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A field has a value."""

    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """All of these hold; of none, everything does."""

    of: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Some:
    """One of these holds; of none, nothing does."""

    of: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class No:
    """This does not hold."""

    of: "Condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldsPost:
    """One post that is held now, in the agencies of who asks, is such; its conditions are on fields of posts alone."""

    of: "Condition"


Condition = Compare | Present | Every | Some | No | HoldsPost


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which records, in which order, and which stretch of them."""

    root: str
    """The agency whose HR asks."""
    client_id: str = ""
    """Whose external ids count."""
    condition: Condition = Every()
    order: Field = Field.AGENCY
    """By agency, then by employee number: the order of the index that a subtree is a range of."""
    descending: bool = False
    skip: int = 0
    limit: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupQuery:
    """Which agencies and roles."""

    root: str
    now: datetime
    agency: str = ""
    role: str = ""
    prefix: str = ""
    """What agency code and role, with a space between, begin with."""
    member: str = ""
