"""What is known of a sign-in beside the proof: the browser, the address, the service. Pure.

None of it proves anything: it can ask for more and tell somebody, and never opens anything (SECURITY E12, E19).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.ids import ClientId

CASES = 50
"""A case is opened by the first so many beyond a threshold: a flood is one case, and no row that all wait for."""


class Signal(StrEnum):
    """What is out of the ordinary, with a figure each."""

    NEW_DEVICE = "new-device"
    """The person has not signed in in this browser before. The figure is 1."""
    TRAVEL = "travel"
    """Two sign-ins of one person too far apart for the time between them. The figure is in km/h."""
    ACCOUNTS_ON_DEVICE = "accounts-on-device"
    """People who signed in in one browser within the hour. The figure is how many."""
    ACCOUNTS_AT_ADDRESS = "accounts-at-address"
    """People who signed in in browsers new to them, at one address, within the hour. The figure is how many."""
    BURST_AT_SERVICE = "burst-at-service"
    """Sign-ins for one service in browsers new to their people, within ten minutes. The figure is how many."""
    HASTY_ACT = "hasty-act"
    """The level high, for a service that is new to the person, soon after a sign-in on a new device. The figure is in
    seconds since that."""


class Outcome(StrEnum):
    """What follows."""

    NOTIFY = "notify"
    """The person is told, by mail or SMS and on the overview of their account."""
    ASK_MORE = "ask-more"
    """Proofs count for a short time only: what is above low asks for a fresh one."""
    DELAY = "delay"
    """A sign-in by one weak factor alone has to wait; any stronger way goes on."""
    CASE = "case"
    """A steward looks at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a network is, as the operator says."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From which figure on a signal counts; 0: never."""

    speed: int = 900
    """km/h between two places; an airliner's."""
    distance: int = 100
    """km below which no speed counts."""
    accounts_on_device: int = 5
    accounts_at_address: int = 300
    burst_at_service: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The browser and the way a sign-in came by."""

    client_id: ClientId
    held: str = field(default="", repr=False)
    """What the browser's cookie says; empty: it has none of ours."""
    fresh: str = field(repr=False)
    """A value nobody has yet, for a browser that is new or whose cookie is old."""
    address: str = field(default="", repr=False)
    """What one caller is counted by."""
    place: str = ""
    """Name of the network's place; empty: not known."""
    is_public: bool = False
    """Its person says that others use this computer too: it is never known again."""
    is_shared: bool = False
    """At a desk or kiosk, where many sign in at one machine."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    places: Mapping[str, Place] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where and when somebody signed in before."""

    place: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the one statement tells that remembers a browser."""

    device_id: str
    """Public: names the row on the person's pages."""
    since: datetime | None
    """When the person first signed in there; None: they came by no browser."""
    is_new: bool
    is_due: bool
    """Its cookie is old, or now has one person more: it gets the fresh value."""
    before: tuple[Whereabouts, ...] = ()
    on_device: int = 0
    """Others who signed in in this browser within the hour."""
    at_address: int = 0
    """Others, new on their devices at this address within the hour; counted to a bound, for a new device alone."""
    at_service: int = 0
    """As before: for this service, within ten minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What was found, and what follows."""

    signals: Mapping[Signal, int]
    outcomes: frozenset[Outcome]

    def payload(self) -> dict[str, object]:
        """Return what the record says of it: signals with their figures, and no personal data."""
        if not self.signals:
            return {}
        return {
            "signals": {one.value: figure for one, figure in sorted(self.signals.items())},
            "outcomes": sorted(one.value for one in self.outcomes),
        }


NOTHING = Weighed(signals={}, outcomes=frozenset())
"""Nothing stood out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """A browser in which somebody has signed in, as its person sees it."""

    device_id: str
    name: str
    """Browser and system; empty: not known."""
    client_id: ClientId
    """The service of the first sign-in there."""
    place: str
    first_seen_at: datetime
    last_seen_at: datetime
    is_public: bool
    acknowledged_at: datetime | None
