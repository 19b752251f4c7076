"""Who changes employment records, how far that hand reaches, and what the record says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import Occasion
from idp.officials.model import Official, Post, RecordRefused, WantedPost
from idp.officials.roles import OF_THE_CITY
from idp.officials.rules import check_roles
from idp.organisations.model import is_within

NUMBER_TAKEN = RecordRefused("employee_number", "another record has it", is_taken=True)
GONE = RecordRefused("official_id", "no such record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who changes records, and when."""

    actor: str
    """client:<id>, operator:<name> or system."""
    occasion: Occasion
    root: str = ""
    """The agency whose HR this is: it sees and changes records of this subtree, and posts there. Empty: the city's."""

    @property
    def now(self) -> datetime:
        """Return this moment."""
        return self.occasion.now

    def reaches(self, agency: str) -> bool:
        """Tell whether an agency is this hand's."""
        return not self.root or is_within(agency, self.root)

    def sees(self, official: Official) -> bool:
        """Tell whether a record is this hand's to see and change."""
        return official.removed_at is None and self.reaches(official.agency_code)

    def gives(self, post: Post) -> bool:
        """Tell whether a post is this hand's to give."""
        return not self.root or (self.reaches(post.agency_code) and OF_THE_CITY.isdisjoint(post.roles))

    def check_roles(self, given: Sequence[Post | WantedPost]) -> None:
        """Refuse roles that are not this hand's to give."""
        if self.root:
            check_roles(given)

    def event(self, event_type: EventType, official: Official, **payload: object) -> AuditEvent:
        """Return an event about a record."""
        return self.occasion.event(
            event_type,
            actor=self.actor,
            person_id=official.person_id,
            official_id=official.official_id,
            **payload,
        )


def agencies_of(posts: Sequence[Post]) -> list[str]:
    """Return how the record names posts."""
    return [post.agency_code for post in posts]
