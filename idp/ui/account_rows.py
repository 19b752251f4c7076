"""Rows of the account's pages: what they say, not how they look."""

from dataclasses import dataclass
from datetime import datetime


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
    opened_at: datetime
    last_seen_at: datetime
    services: tuple[str, ...]
    """Names of those it reached."""
    acting_for: tuple[str, ...]
