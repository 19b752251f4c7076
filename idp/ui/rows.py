"""Rows and blocks a controller hands to a template: what they say, not how they look (PAGES §3.1.7, §3.1.12).

`label_key` names a string such as `claim_email`; a value is plain text or masked.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idp.ui.formatting import Masked


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One thing told by law, with the very value that will be sent."""

    name: str
    label_key: str
    value: str | Masked


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """One thing sent only if ticked; the tick posts `scope`."""

    scope: str
    label_key: str
    value: str | Masked


class ConsentMode(StrEnum):
    """Which legal bases are open, and so how the page asks: tell, ask, or both."""

    NOTICE = "notice"
    CONSENT = "consent"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLogin:
    """What the very first sign-in linked: the person's name, the upstream, the account level."""

    name: str
    upstream: str
    level: str


class DeliveryState(StrEnum):
    """How far the news of a sign-out has come to one service."""

    DELIVERED = "delivered"
    """It says that it has signed the person out."""
    WAITING = "waiting"
    """Being sent, or not answered yet and tried again."""
    DEAD = "dead"
    """It did not answer, and we gave up."""
    REFUSED = "refused"
    """It answered that it will not, and we gave up."""
    BROWSER = "browser"
    """The person's browser loaded its page; nobody knows what came of it."""
    UNSUPPORTED = "unsupported"
    """It has no way to hear of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The result of a sign-out at one service.

    `at` is when it closed, when we try again, or when its session ends by itself; None if that is unknown.
    """

    name: str
    state: DeliveryState
    at: datetime | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ActForRow:
    """One for whom the person may act, or may not just now (`off_key` says why)."""

    choice_id: str
    title_key: str | None
    """None: the name is the title."""
    name: str
    age: int | None
    tax_code: str
    role_key: str
    areas: tuple[str, ...]
    until: str | None
    position: str
    off_key: str | None
    off_day: str | None
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBy:
    """Services that the same ways to sign in lead into now; no way: nobody can."""

    ways: tuple[str, ...]
    services: tuple[object, ...]
    """Each as `shown_name` takes it."""

    @property
    def id(self) -> str:
        """Return what names the block on its page."""
        return "-".join(("by", *(self.ways or ("none",))))

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the strings that name the ways."""
        return tuple(f"status_way_{way}" for way in self.ways)
