"""Rows of the account's pages: what they say, not how they look."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session that is open, as its person sees it."""

    public_id: str
    device: str
    """Browser and system; empty: not known."""
    is_phone: bool
    is_here: bool
    """The one this page is seen in."""
    is_official: bool
    """Of an official's post."""
    is_public: bool
    """At a computer its person calls public."""
    opened_at: datetime
    last_seen_at: datetime
    services: tuple[str, ...]
    """Names of those it reached."""
    acting_for: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One decision on what a service may get."""

    labels: tuple[str, ...]
    """Each names a string `claim_…`."""
    basis: str
    is_granted: bool
    decided_at: datetime
    withdrawn_at: datetime | None
    text_version: str
    text_hash: str
    by_other: bool
    """A parent or guardian decided it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A service that gets something of the reader, or did until they took it back."""

    client_id: str
    name: str
    agency: str
    host: str
    since: datetime
    last_used: datetime
    is_sent: bool
    """It may get something now."""
    is_agreed: bool
    """Something of it is the reader's to take back."""
    is_by_law: bool
    """Something of it is not: to that they may object."""
    law: str
    agreed: tuple[str, ...]
    by_law: tuple[str, ...]
    taken_back: tuple[str, ...]
    given: tuple[Given, ...]
    withdrawn_at: datetime | None
    """When they took consent back; None: they did not, or agreed to something again."""
    number: str
    """Of its receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Some of what is known of somebody, and what became of it."""

    key: str
    """Names a string `history_…` with a place for `what`."""
    labels: tuple[str, ...]
    """Each names a string `claim_…`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event of the history."""

    event_id: str
    at: datetime
    what: str
    """Names a string `event_…`."""
    icon: str
    service: str
    """The service it names; empty: none, or one that is no more."""
    said: tuple[str, ...]
    """Each names a string `history_…`: how, by whom, why."""
    device: str
    disputable: bool
    """Its person may say that it was not theirs."""
    askable: bool = False
    """Its person may ask why an official did it."""
    sent: tuple[Sent, ...] = ()
    """What went to the service, or may go and may not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What happened on one day in Việt Nam."""

    day: date
    rows: tuple[Happened, ...]
