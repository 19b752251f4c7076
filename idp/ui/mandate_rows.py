"""Rows of the pages on who acts for whom (PAGES §3.1.21): what they say, not how they look."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """How far somebody may act: `role` names a string `role_…`, each of `areas` one `area_…`; empty: all."""

    role: str
    areas: tuple[str, ...] = ()
    first_day: date | None = None
    """Told only where it has not come yet."""
    last_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """For whom the reader acts."""

    mandate_id: str
    name: str
    power: Power
    age: int | None = None
    """Of a child."""
    obstacle: str | None = None
    """Names a string `obstacle_…`."""
    obstacle_day: date | None = None
    manages: bool = False
    may_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who acts for the reader, or for an organisation the reader manages."""

    row_id: str
    name: str
    power: Power
    may_end: bool = False
    waits_until: date | None = None
    """An offer, a proposal: until when."""
    proposer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What is offered to the reader."""

    invitation_id: str
    name: str
    power: Power
    waits_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An organisation that appointed the reader's firm, and who of the firm acts for it."""

    appointment_id: str
    name: str
    power: Power
    delegates: tuple[Acting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of what is about to happen or has happened: `label` names a string `line_…`."""

    label: str
    text: str = ""
    power: Power | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One box or ring to tick; `label` names a string."""

    value: str
    label: str
    chosen: bool = False
