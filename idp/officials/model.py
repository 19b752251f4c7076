"""An official: an employment record and the posts held under it, several at once. Pure.

Days are days of Việt Nam (days.py). The record is never lost: who leaves keeps it, with every post that was held.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from idp.days import day_of, last_day
from idp.ids import OfficialId, PersonId, PostId
from idp.officials.roles import Role


class OfficialStatus(StrEnum):
    """Whether somebody is employed."""

    ACTIVE = "active"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post in an agency."""

    post_id: PostId
    official_id: OfficialId
    agency_code: str
    """Code of QĐ 20/2020/QĐ-TTg, e.g. H24.08."""
    commune_code: str = ""
    """Of a commune's agency: the commune's code; never the name, two differ by one accent."""
    position: str
    """In Vietnamese, as HR writes it."""
    roles: tuple[Role, ...] = ()
    """In the order of the vocabulary."""
    starts_at: datetime
    ends_at: datetime | None = None
    """From this moment on it is over; None: until it is ended."""
    closed_at: datetime | None = None
    """When its end was carried out: grants given under it ended. It is over at `ends_at` without that."""
    changed_at: datetime | None = field(default=None, compare=False)
    """When it was written last; None: in a release that did not say."""

    @property
    def valid_from(self) -> date:
        """Return its first day."""
        return day_of(self.starts_at)

    @property
    def valid_to(self) -> date | None:
        """Return its last day."""
        return None if self.ends_at is None else last_day(self.ends_at)

    def is_live(self, now: datetime) -> bool:
        """Tell whether it is held now."""
        return self.starts_at <= now and not self.is_over(now)

    def is_over(self, now: datetime) -> bool:
        """Tell whether it has ended."""
        return self.closed_at is not None or (self.ends_at is not None and self.ends_at <= now)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialProfile:
    """What HR wrote of an official, sealed at rest as one value; the names are not the person's record."""

    full_name: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)
    middle_name: str = field(default="", repr=False)
    given_name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    """At work."""
    email_type: str = ""
    email_is_primary: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """An employment record."""

    official_id: OfficialId
    person_id: PersonId | None = None
    """Who it is; None: no record of theirs is known yet, nobody can act under this one."""
    record_id: PersonId | None = None
    """Which of their records it hangs on: the one that has the number, also where another stands for it after a merge.
    A split gives it back with the number. None: the one that stands."""
    awaited_id: str = field(default="", repr=False)
    """The personal ID number HR gave, until a person of level 02 has it."""
    employee_number: str
    agency_code: str
    """The agency that employs them and keeps this record."""
    profile: OfficialProfile = OfficialProfile()
    status: OfficialStatus = OfficialStatus.ACTIVE
    posts: tuple[Post, ...] = ()
    """All of them, the earliest first."""
    version: int = 1
    """Counts changes; the ETag of SCIM."""
    created_at: datetime
    updated_at: datetime
    removed_at: datetime | None = None
    """When HR removed it: gone from what HR sees, its number free, the record kept."""

    def live_posts(self, now: datetime) -> tuple[Post, ...]:
        """Return the posts held now; who left holds none."""
        if self.status is not OfficialStatus.ACTIVE:
            return ()
        return tuple(post for post in self.posts if post.is_live(now))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyRole:
    """Everybody who holds one role in one agency."""

    agency_code: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPost:
    """A post as HR states it."""

    agency_code: str
    commune_code: str = ""
    position: str
    roles: tuple[Role, ...] = ()
    valid_from: date | None = None
    """None: today, or since when it has been held."""
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRecord:
    """An employment record as HR states it: whole, so that stating it twice changes nothing."""

    employee_number: str
    agency_code: str
    profile: OfficialProfile = OfficialProfile()
    personal_id: str | None = field(default=None, repr=False)
    """12 digits; None: stays as it is."""
    posts: tuple[WantedPost, ...] = ()


class RecordRefused(Exception):
    """What HR states can't be kept: `member` says which part, the text why. It names no value."""

    def __init__(self, member: str, reason: str, *, is_taken: bool = False, is_beyond: bool = False) -> None:
        super().__init__(f"{member}: {reason}")
        self.member = member
        self.reason = reason
        self.is_taken = is_taken
        """Another record has the value."""
        self.is_beyond = is_beyond
        """Not for whoever states it to say."""
