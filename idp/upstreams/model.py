"""A link by (issuer, sub): never by name or e-mail (SECURITY E04). Pure."""

from dataclasses import dataclass
from datetime import datetime

from idp.ids import PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalLink:
    """One account at one upstream belongs to one person."""

    issuer: str
    subject: str
    person_id: PersonId
    linked_at: datetime
    last_used_at: datetime
