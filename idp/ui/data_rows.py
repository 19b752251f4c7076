"""Rows of the pages about one's own data: what they say, not how they look."""

from dataclasses import dataclass
from datetime import date, datetime

from idp.ui.formatting import Masked
from idp.ui.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """One attribute with who stated it."""

    label: str
    """Names a string `data_attribute_<label>`."""
    value: str | Masked
    is_translated: bool = False
    """The value is in the reader's language: any other text is as a register wrote it."""
    word: str = ""
    """Names a string to be shown instead of a value."""
    source: str = ""
    """Names a string `data_source_<source>`; empty: not known."""
    level: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundByRow:
    """One identifier a person is or was found by."""

    scheme: str
    """Names a string `data_scheme_<scheme>`."""
    value: str | Masked
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """One request about one's data."""

    request_id: str
    number: str
    right: str
    """Names a string `data_right_<right>`; `close` of a whole account."""
    service: str
    what: str
    received_at: datetime
    answer_by: date
    complete_by: date
    days: int
    """How many it may take."""
    state: str
    """Names a string `data_state_<state>`."""
    is_open: bool
    is_overdue: bool
    answer: str
    extension: str
    outcome: str
    closes_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRow:
    """The copy, as far as it has come."""

    is_ready: bool
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOption:
    """A service to choose from a list."""

    client_id: str
    name: str
    language: Language
    """What its name is written in."""
    agency: str = ""
    """In Vietnamese; empty: not said."""
