"""A case about one person's account, opened by what they said or by what was seen, closed by an official. Pure.

A conflict (idp/conflicts) is about records that don't fit together; a case is about somebody who waits for an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.ids import PersonId

NUMBER_BYTES = 12
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""No letter that is read as another or makes a word (PAGES §4.3)."""


class CaseKind(StrEnum):
    """What it is about."""

    NOT_ME = "not-me"
    """A person says that a sign-in or change was not theirs; their account is locked by their own word."""
    LOCKED = "locked"
    """A person locked their account themselves and named nothing that was not theirs."""
    QUESTION = "question"
    """A person asks why an official looked at their record."""


class CaseState(StrEnum):
    """Where it stands."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case."""

    case_id: str
    """Random; read out at desks and on the phone, no secret."""
    kind: CaseKind
    person_id: PersonId
    opened_at: datetime
    about: str = ""
    """Of a kind and a person one case about the same thing is open at a time; empty: about the account."""
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What who looks at it needs to know; sealed at rest."""
    state: CaseState = CaseState.OPEN
    closed_at: datetime | None = None
    closed_by: str = ""
    outcome: str = field(default="", repr=False)
    """What was found or done; of a question, the answer as the person reads it. Sealed at rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """What the link of a notice is bound to: whose account it locks, and the notice it stood in."""

    person_id: PersonId
    facts: Mapping[str, str] = field(repr=False)
    """The notice's own facts and its moment (`at`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCases:
    """How many wait, and since when."""

    count: int
    oldest: datetime | None


class CaseRefused(Exception):
    """Why a case was not closed; the text is for the official."""


def case_number(random: bytes) -> str:
    """Return the number of a case made of twelve random bytes, in groups of four."""
    letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in random)
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
