"""In whose name something is done: organisation, ward or office, as grants keep and tokens say it (DESIGN 5.2). Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ContextKind(StrEnum):
    """For whom a person acts."""

    PERSON = "person"
    ORGANISATION = "organisation"
    WARD = "ward"
    """A child, or a person under guardianship."""
    OFFICIAL = "official"
    ARCHIVE = "archive"
    """An organisation that is dissolved: who represented it last reads what is kept of it, and nobody acts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFacts:
    """A legal person or household business as a token names it."""

    scheme: str
    """e.g. vn_tax_code."""
    identifier: str = field(default="", repr=False)
    """Empty where it is somebody's personal ID number (a household business, Circular 86/2024)."""
    name: str
    status: str
    """active, suspended, dissolving, dissolved or invalid_address."""

    @property
    def is_household(self) -> bool:
        """Tell whether it is a household business, known by its owner's personal ID number."""
        return self.scheme == "vn_personal_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateFacts:
    """The power to act for a principal, as a token names it."""

    mandate_id: str
    role: str
    """representative, administrator, approver, maker, viewer, parent, guardian or archive."""
    source: str
    """register, appointed, parent or court."""
    services: tuple[str, ...] = ()
    """Areas it is limited to; empty: all."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    """None: until it is ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFacts:
    """An official's post, as a token names it."""

    post_id: str
    agency: str
    """Code of QĐ 20/2020/QĐ-TTg, e.g. H24.08."""
    agency_name: str
    commune: str = ""
    """Code of the commune the agency is of, if it is one's."""
    position: str
    roles: tuple[str, ...]
    employee_number: str = ""
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantContext:
    """For whom a grant was given; ends with its mandate or post (bound A, DESIGN 5.5)."""

    kind: ContextKind
    context_id: str
    """The mandate or post it hangs on."""
    principal_id: str = field(repr=False)
    """Organisation, ward's person or agency; never leaves the provider."""
    organisation: OrganisationFacts | None = None
    mandate: MandateFacts | None = None
    post: PostFacts | None = None
    actor_sub: str = ""
    """Of a ward's grant: the acting person in the client's sector (RFC 8693 §4.1)."""

    @property
    def ends_at(self) -> datetime | None:
        """Return when the power ends by itself; nothing is issued beyond."""
        return (self.mandate and self.mandate.ends_at) or (self.post and self.post.ends_at) or None
