"""What the overview of an account warns of: what it says, not how it looks (PAGES §3.1.13)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class AlertKind(StrEnum):
    """What it is about, in the order it is shown; the words are the strings `alert_<kind>…`."""

    CLOSING = "closing"
    CASE = "case"
    HELD = "held"
    PASSWORD_KNOWN = "password-known"  # noqa: S105 - a name, not a secret
    NEW_DEVICE = "new-device"
    CARD = "card"
    RESIDENCE = "residence"
    ONE_METHOD = "one-method"
    OFFICIAL_LOOKED = "official-looked"
    MANDATE = "mandate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One of them."""

    kind: AlertKind
    at: datetime | None = None
    day: date | None = None
    is_past: bool = False
    """The day is over, or the case."""
    device: str = ""
    place: str = ""
    service: str = ""
    device_id: str = ""
    event_id: str = ""
    """The event of that sign-in, by which it is disputed; empty: it is no more."""
    case: str = ""
    """The number of a case about something disputed; `is_past`: it is closed."""
    others: int = 0
    """So many more of the kind."""
    names: tuple[str, ...] = ()
    """Whose power to act ends."""
