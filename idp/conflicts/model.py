"""A conflict about people's records, waiting for a steward. Pure.

Two that share a name are no conflict and never become one: what opens it is a number, an account, or a statement of a
source (DOMAIN §3.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.ids import PersonId


class ConflictKind(StrEnum):
    """What happened."""

    NUMBER_OF_ANOTHER = "number-of-another"
    """An account at level 02 states a number that another record has or had: its sign-in was refused."""
    NUMBER_NOT_PROVED = "number-not-proved"
    """An account that is new here states the number of a record, and one of the two is below level 02: refused."""
    NUMBER_OF_MERGED = "number-of-merged"
    """The national system states the number of a record merged into this one: the other may be the better one."""
    TWO_ACCOUNTS = "two-accounts"
    """A second account of one upstream proved the same number and was linked."""
    DUPLICATE = "duplicate"
    """A desk wants to give a record a number that another has or had: the two may be one person."""
    CONTRADICTION = "contradiction"
    """A weaker source states something else of a name, sex, birth date, nationality or number: it was not taken over."""
    CUSTODY = "custody"
    """Parents disagree about who may act for a child: their mandates rest."""
    DEATH_REVOKED = "death-revoked"
    """A register takes back that somebody died who is not dead here, or whose record has gone on meanwhile."""
    NOT_ME = "not-me"
    """What a person disputed before there were cases (idp/cases); none is opened any more."""
    SIGN_INS = "sign-ins"
    """Sign-ins stand out: many people at one machine or address, or at one service. It is about nobody's record."""
    OFFICIAL_UNPROVED = "official-unproved"
    """An employment record waits for a number that a record below level 02 has: nobody can act under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What makes a conflict, and tells one from another: so facts hold no moment."""

    kind: ConflictKind
    people: tuple[PersonId, ...]
    """The records it is about."""
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What a steward needs to know; sealed at rest."""


class ConflictState(StrEnum):
    """Where it stands."""

    OPEN = "open"
    RESOLVED = "resolved"
    """Its cause is gone: should it come again, it is a new one."""
    DISMISSED = "dismissed"
    """Looked at and left: the same one coming again is counted, and opens none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One conflict, however often it happened."""

    conflict_id: str
    kind: ConflictKind
    people: tuple[PersonId, ...]
    """The records it is about."""
    facts: Mapping[str, str] = field(repr=False)
    """What a steward needs to know, sealed at rest."""
    state: ConflictState
    opened_at: datetime
    last_at: datetime
    """When it happened last."""
    count: int
    """How often it happened."""
    assignee: str | None = None
    """Who looks at it, as the record names them."""
    closed_at: datetime | None = None
    closed_by: str | None = None
    close_reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConflicts:
    """How many wait, and since when."""

    count: int
    oldest: datetime | None


class ConflictRefused(Exception):
    """Why a conflict was not assigned or closed; the text is for the steward."""
