"""Links by (issuer, sub), never by name or e-mail (SECURITY E04), and when an upstream is not there. Pure."""

from dataclasses import dataclass
from datetime import datetime

from idp.ids import PersonId

NATIONAL = "national"
"""What the national system is called in our own words: sessions, switches, metrics."""


def upstream_session(issuer: str, sid: str) -> str:
    """Return the name of a session at an upstream: a `sid` is unique at its issuer alone."""
    return f"{issuer} {sid}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalLink:
    """One account at one upstream belongs to one person."""

    issuer: str
    subject: str
    person_id: PersonId
    linked_at: datetime
    last_used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """An operator's word that an upstream is not to be used for now; it ends by itself."""

    upstream: str
    """`national`."""
    since: datetime
    until: datetime
    set_by: str

    def is_on(self, now: datetime) -> bool:
        """Tell whether it is in force."""
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Since when an upstream is not there, and until when if somebody has said so."""

    since: datetime
    until: datetime | None = None
