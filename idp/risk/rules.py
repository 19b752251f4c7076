"""What follows from what is out of the ordinary: one table, and figures. Pure; nothing here learns or guesses.

A signal may ask for more, tell, or have a steward look. None lowers a demand, none ends a session, and who proves
themselves by more than one weak factor is never kept out (SP 800-63B-4 §3.2.2).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import ip_network
from math import asin, cos, radians, sin, sqrt
from types import MappingProxyType

from idp.conflicts.model import ConflictKind, Doubt
from idp.days import day_of
from idp.protocol.assurance import Acr
from idp.risk.model import CASES, Arrival, Outcome, Place, Seen, Signal, Thresholds, Weighed, Whereabouts

OUTCOMES: Mapping[Signal, frozenset[Outcome]] = MappingProxyType(
    {
        Signal.NEW_DEVICE: frozenset({Outcome.NOTIFY}),
        Signal.TRAVEL: frozenset({Outcome.NOTIFY, Outcome.ASK_MORE}),
        Signal.ACCOUNTS_ON_DEVICE: frozenset({Outcome.ASK_MORE, Outcome.CASE}),
        Signal.ACCOUNTS_AT_ADDRESS: frozenset({Outcome.DELAY, Outcome.CASE}),
        Signal.BURST_AT_SERVICE: frozenset({Outcome.CASE}),
        Signal.HASTY_ACT: frozenset({Outcome.ASK_MORE, Outcome.NOTIFY}),
    }
)
"""Signal → what follows from it."""

WAIT = 600
"""Seconds after which a sign-in by one weak factor may be tried again."""
_IPV4 = 4
_EARTH_KM = 6371.0


def weigh(seen: Seen, arrival: Arrival, *, now: datetime) -> Weighed:
    """Return what a sign-in shows, and what follows."""
    found: dict[Signal, int] = {}
    if seen.is_new:
        found[Signal.NEW_DEVICE] = 1
    speed = fastest(seen.before, arrival, now=now)
    if _is_over(speed, arrival.thresholds.speed):
        found[Signal.TRAVEL] = speed
    if not arrival.is_shared:
        found |= _crowds(seen, arrival.thresholds)
    return decided(found, arrival.thresholds)


def hasty(since: datetime, *, now: datetime) -> Weighed:
    """Return what follows from an act of level high for a new service, so soon after a new device."""
    return decided({Signal.HASTY_ACT: max(0, int((now - since).total_seconds()))}, Thresholds())


def decided(signals: Mapping[Signal, int], thresholds: Thresholds) -> Weighed:
    """Return the outcomes of signals; a case is for those that have just come over their threshold."""
    outcomes = set().union(*(OUTCOMES[one] for one in signals))
    firsts = {
        Signal.ACCOUNTS_ON_DEVICE: thresholds.accounts_on_device,
        Signal.ACCOUNTS_AT_ADDRESS: thresholds.accounts_at_address,
        Signal.BURST_AT_SERVICE: thresholds.burst_at_service,
    }
    if not any(figure < firsts[one] + CASES for one, figure in signals.items() if one in firsts):
        outcomes.discard(Outcome.CASE)
    return Weighed(signals=dict(signals), outcomes=frozenset(outcomes))


def must_wait(weighed: Weighed, *, idp: str, acr: Acr, amr: tuple[str, ...]) -> bool:
    """Tell whether this very sign-in has to wait: by one factor of ours alone, where too many new ones come.

    A second factor, a passkey and the national system go on.
    """
    is_weak = idp == "haiphong" and acr is Acr.LOW and len(amr) == 1
    return Outcome.DELAY in weighed.outcomes and is_weak


def doubts_of(
    weighed: Weighed, client_id: str, *, network: bytes | None, browser: str, now: datetime
) -> tuple[Doubt, ...]:
    """Return what a steward is to look at: one case a day for each machine, network or service, about nobody's record."""
    if Outcome.CASE not in weighed.outcomes:
        return ()
    where = {"network": network_text(network)}
    about = {
        Signal.ACCOUNTS_ON_DEVICE: {**where, "browser": browser},
        Signal.ACCOUNTS_AT_ADDRESS: where,
        Signal.BURST_AT_SERVICE: {"service": client_id},
    }
    day = day_of(now).isoformat()
    return tuple(
        Doubt(kind=ConflictKind.SIGN_INS, people=(), facts={"signal": one.value, **about[one], "day": day})
        for one in sorted(weighed.signals)
        if one in about
    )


def network_text(network: bytes | None) -> str:
    """Return a network as people write it, from its version and first bytes (audit/occasion.py)."""
    if network is None:
        return "unknown"
    length = 4 if network[0] == _IPV4 else 16
    first = network[1:]
    return str(ip_network((first.ljust(length, b"\0"), 8 * len(first))))


def fastest(before: tuple[Whereabouts, ...], arrival: Arrival, *, now: datetime) -> int:
    """Return the greatest speed, in km/h, between here and where the person was; 0 where a place is not known."""
    here = arrival.places.get(arrival.place)
    if here is None:
        return 0
    known = ((arrival.places.get(one.place), one.at) for one in before)
    return max((_speed(there, here, now - at, arrival.thresholds) for there, at in known if there), default=0)


def _speed(there: Place, here: Place, within: timedelta, thresholds: Thresholds) -> int:
    distance = kilometres(there, here)
    if distance < thresholds.distance:
        return 0
    minutes = max(within.total_seconds() / 60, 1.0)
    return int(distance * 60 / minutes)


def kilometres(one: Place, other: Place) -> float:
    """Return the distance along the earth."""
    latitudes = radians(one.latitude), radians(other.latitude)
    across = sin((latitudes[1] - latitudes[0]) / 2) ** 2
    along = sin(radians(other.longitude - one.longitude) / 2) ** 2
    part = across + cos(latitudes[0]) * cos(latitudes[1]) * along
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(part)))


def _crowds(seen: Seen, thresholds: Thresholds) -> dict[Signal, int]:
    """Return what many people at one place show; the one who signs in counts too."""
    counted = {Signal.ACCOUNTS_ON_DEVICE: (seen.on_device + 1, thresholds.accounts_on_device)}
    if seen.is_new:
        counted[Signal.ACCOUNTS_AT_ADDRESS] = seen.at_address + 1, thresholds.accounts_at_address
        counted[Signal.BURST_AT_SERVICE] = seen.at_service + 1, thresholds.burst_at_service
    return {signal: figure for signal, (figure, least) in counted.items() if _is_over(figure, least)}


def _is_over(figure: int, least: int) -> bool:
    return 0 < least <= figure
