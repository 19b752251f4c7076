"""Events in the life of a person or an organisation, and what is kept of them. Pure (DOMAIN §1.4, §3.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.ids import OrganisationId, PersonId
from idp.people.model import PersonStatus


class LifeEventType(StrEnum):
    """What a register says has happened; the words of its feed."""

    DIED = "person.died"
    DEATH_REVOKED = "person.death_revoked"
    """The death was entered in error."""
    CORRECTED = "person.corrected"
    """Name, sex or birth date."""
    NUMBER_CHANGED = "person.number_changed"
    CARD = "person.card"
    RESIDENCE = "person.residence"
    """A foreigner's: until when, and where."""
    LOCKED = "person.locked"
    """The national account."""
    UNLOCKED = "person.unlocked"
    LEVEL = "person.level"
    RELATIONS = "relation.changed"
    """All of a person's relations, as they are now."""
    STATUS = "organisation.status"
    REPRESENTATIVES = "organisation.representatives"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom an event is about: one of the two numbers."""

    personal_id: str = field(default="", repr=False)
    tax_code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeEvent:
    """One event as its register entered it; the facts are checked when it is applied."""

    event_id: str
    type: str
    """A LifeEventType, or a word nobody here knows."""
    entered_at: datetime
    subject: Subject
    facts: Mapping[str, object] = field(repr=False)


class Ground(StrEnum):
    """Why somebody may not sign in; each begins and ends by itself, and the account opens when none is left."""

    DEAD = "dead"
    """The population register says so."""
    NATIONAL = "national-account-locked"
    """The national account is locked."""
    RESIDENCE = "residence-over"
    """A foreigner's residence is over; its renewal opens the account."""
    REQUEST = "written-request"
    """Police, a court or another authority asked for it in writing, and it was granted."""
    HOLDER = "by-the-holder"
    """The person locked it, or said that something done with it was not theirs: they open it again, or a desk does."""
    CLOSED = "closed-by-the-holder"
    """The person closed the account, and what was known of them is erased: nothing opens it again."""
    CITY = "locked-by-the-city"
    """An operator of the city locked the record by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGround:
    """A ground that holds now."""

    ground: Ground
    since: datetime
    reference: str = field(default="", repr=False)


class CardStatus(StrEnum):
    """What the register says of an identity card."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeState:
    """What is kept of a person's papers; days are the last good ones, YYYY-MM-DD in Việt Nam."""

    person_id: PersonId
    card_status: CardStatus | None = None
    card_expires_on: str = ""
    residence_until: str = ""
    suspended_at: datetime | None = None
    """Since when the level high is not reached, because the card is not good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReading:
    """Somebody of whom the population register is still to be read."""

    person_id: PersonId
    due_at: datetime
    failures: int
    """How often the job has tried."""


class Outcome(StrEnum):
    """What became of an event."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    """Everything was so already."""
    REPEATED = "repeated"
    """It was applied before."""
    STALE = "stale"
    """A later word about the same thing was applied before."""
    UNKNOWN = "unknown"
    """Nobody here has this number."""
    UNRESOLVED = "unresolved"
    """It contradicts what is kept: a steward must look."""


class Contradiction(StrEnum):
    """Why an event waits for a steward."""

    NUMBER_TAKEN = "number-taken"
    """The new number is, or was, another record's: a conflict in the stewards' queue (idp/conflicts)."""
    NOT_DEAD = "not-dead"
    """A death is revoked of somebody who was not dead: a conflict in the stewards' queue."""
    NOT_A_FOREIGNER = "not-a-foreigner"
    """A residence ends of a record that is a citizen's."""
    MALFORMED = "malformed"
    """Its facts can't be what they should be."""
    NOT_APPLIED = "not-applied"
    """Applying it failed; the log says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """An event that waits for a steward."""

    unresolved_id: str
    contradiction: Contradiction
    event_id: str
    event_type: str
    subject: str
    """person:<id>, organisation:<id>, or empty."""
    facts: str = field(repr=False)
    """The event's subject and facts as JSON."""
    opened_at: datetime
    settled_at: datetime | None = None
    settled_by: str = ""
    note: str = field(default="", repr=False)


STATUS_OF = {True: PersonStatus.DECEASED, False: PersonStatus.LOCKED}
"""Whether death is among the grounds → what the person is then."""


def person_subject(person_id: PersonId) -> str:
    """Return how words and waiting events name a person."""
    return f"person:{person_id}"


def organisation_subject(organisation_id: OrganisationId) -> str:
    """Return how they name an organisation."""
    return f"organisation:{organisation_id}"


class Wish(StrEnum):
    """What an authority asks for in writing."""

    LOCK = "lock"
    UNLOCK = "unlock"


class Decision(StrEnum):
    """What was decided on it."""

    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRequest:
    """A written request to lock or unlock an account: decided by another than who entered it, in two working days."""

    request_id: str
    person_id: PersonId
    wish: Wish
    authority: str = field(repr=False)
    """Who asks: a police office, a court, an agency, a service."""
    letter: str = field(repr=False)
    """Number and day of the letter."""
    received_at: datetime
    entered_at: datetime
    entered_by: str
    due_at: datetime
    """The moment by which it must be decided."""
    decision: Decision | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = field(default="", repr=False)
    """Why it was refused, as the authority is told in writing."""

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it should have been decided by now."""
        return self.decision is None and self.due_at <= now
