"""What outsiders know: secrets they chose or were shown, doors they were sent to, and what pages said to whom.

Learnt from the wire alone, so that what the provider believes can be held against it.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """What the national system sent somebody back with."""

    number: str
    level: int
    """Of their account."""
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An interaction, as the request that began it asked for it."""

    client_id: str
    at: datetime
    cookie: str
    is_fresh: bool
    """Somebody must sign in anew in it."""
    unlocks: bool = False
    """It was begun to open a locked account again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A secret for an authenticator app, as it was shown."""

    person_id: str
    secret: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a device answered, to which question."""

    credential_id: bytes
    challenge: str
    """Sealed, as the page carried it."""
    is_verified: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a desk printed: the number of a case is its key."""

    person_id: str
    code: str = field(repr=False)
    until: datetime


@dataclass
class Told:
    """All of it."""

    people: dict[str, str] = field(default_factory=dict)
    """Who has a number."""
    names: dict[str, str] = field(default_factory=dict)
    """Who signs in by a name, an address or a number."""
    csrf: dict[str, str] = field(default_factory=dict)
    """The token of a browser's forms, by its cookie."""
    sessions: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """The session of a cookie, and the digest it had then."""
    begun: dict[str, Begun] = field(default_factory=dict)
    journeys: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The interaction of a departure to the national system, by its state, and the level asked for."""
    returns: dict[str, Return] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    """Of authenticator apps, by person."""
    codes: dict[str, set[str]] = field(default_factory=dict)
    """Recovery codes by person, unused."""
    setups: dict[str, Setup] = field(default_factory=dict)
    kept_codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Person and code of the page that shows a new recovery code."""
    challenges: dict[str, str] = field(default_factory=dict)
    """The place of a question to a device: an interaction, or a session."""
    signed: dict[str, Signed] = field(default_factory=dict)
    contact_codes: dict[tuple[str, str], str] = field(default_factory=dict)
    addresses: dict[tuple[str, str], str] = field(default_factory=dict)
    """The address a person last had a code sent to, by channel."""
    contacts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Person and contact of an address that was proved."""
    sent_codes: dict[str, str] = field(default_factory=dict)
    """The code to sign in that was sent in an interaction."""
    asked_for: dict[str, str] = field(default_factory=dict)
    """The address it was asked for."""
    waiting: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Interaction and number of a code that waits for a phone."""
    confirmed: dict[str, str] = field(default_factory=dict)
    """The session of the phone that gave the right number, by interaction."""
    shown: set[tuple[str, str, str]] = field(default_factory=set)
    """Interaction, person and hash of the words each page of consent showed."""
    invitees: dict[str, str] = field(default_factory=dict)
    """The number an offer of a mandate was made to."""
    holds: dict[str, datetime] = field(default_factory=dict)
    """Until when acts of high risk wait after a recovery, by person."""
    papers: dict[str, Paper] = field(default_factory=dict)
    desk_setups: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """The case whose code was right, and when, by what the page carries on."""
    links: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """Whom the link of a mail locks, and until when."""
    spent: set[str] = field(default_factory=set)
    """What counts once and was used: returns, answers of devices, links, papers, interactions that gave a code."""
