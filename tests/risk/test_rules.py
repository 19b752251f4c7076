"""What stands out in a sign-in and what follows: properties of one pure table (idp/risk/rules.py)."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.ids import ClientId
from idp.protocol.assurance import Acr
from idp.risk.model import CASES, Arrival, Outcome, Place, Seen, Signal, Thresholds, Whereabouts
from idp.risk.places import Places, is_within, read_places
from idp.risk.rules import OUTCOMES, doubts_of, fastest, hasty, kilometres, must_wait, network_text, weigh
from idp.settings import UnsafeSettings

NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
HAIPHONG = Place(name="Hải Phòng", latitude=20.86, longitude=106.68)
HCMC = Place(name="Thành phố Hồ Chí Minh", latitude=10.78, longitude=106.70)
PLACES = {one.name: one for one in (HAIPHONG, HCMC)}
counts = st.integers(min_value=0, max_value=2000)
whereabouts = st.builds(
    Whereabouts,
    place=st.sampled_from((*PLACES, "nowhere")),
    at=st.timedeltas(min_value=timedelta(), max_value=timedelta(days=3)).map(lambda ago: NOW - ago),
)
sightings = st.builds(
    Seen,
    device_id=st.just("d"),
    since=st.just(NOW),
    is_new=st.booleans(),
    is_due=st.booleans(),
    before=st.lists(whereabouts, max_size=2).map(tuple),
    on_device=counts,
    at_address=counts,
    at_service=counts,
)
limits = st.builds(
    Thresholds, speed=counts, distance=counts, accounts_on_device=counts, accounts_at_address=counts
)
arrivals = st.builds(
    Arrival,
    client_id=st.just(ClientId("portal")),
    fresh=st.just("f"),
    place=st.sampled_from((*PLACES, "", "nowhere")),
    is_shared=st.booleans(),
    thresholds=limits,
    places=st.just(PLACES),
)


def arrival(**changes: Any) -> Arrival:
    return Arrival(**{"client_id": ClientId("portal"), "fresh": "f", "places": PLACES, **changes})


def seen(**changes: Any) -> Seen:
    return Seen(**{"device_id": "d", "since": NOW, "is_new": False, "is_due": False, **changes})


@given(sightings, arrivals)
def test_outcomes_come_of_signals_alone_and_each_signal_says_its_figure(found: Seen, came: Arrival) -> None:
    weighed = weigh(found, came, now=NOW)
    allowed = set().union(*(OUTCOMES[one] for one in weighed.signals))
    assert weighed.outcomes <= allowed
    assert weighed.outcomes >= allowed - {Outcome.CASE}
    assert all(figure > 0 for figure in weighed.signals.values())
    assert (Signal.NEW_DEVICE in weighed.signals) is found.is_new
    assert weighed.payload().keys() <= {"signals", "outcomes"}


@given(sightings, arrivals)
def test_where_many_share_a_machine_no_crowd_is_counted(found: Seen, came: Arrival) -> None:
    if came.is_shared:
        assert weigh(found, came, now=NOW).signals.keys() <= {Signal.NEW_DEVICE, Signal.TRAVEL}


@given(sightings, arrivals)
def test_a_threshold_of_nought_turns_a_signal_off_and_a_known_browser_is_in_no_crowd_but_its_own(
    found: Seen, came: Arrival
) -> None:
    signals, of = weigh(found, came, now=NOW).signals, came.thresholds
    assert of.accounts_on_device or Signal.ACCOUNTS_ON_DEVICE not in signals
    assert of.accounts_at_address or Signal.ACCOUNTS_AT_ADDRESS not in signals
    assert of.speed or Signal.TRAVEL not in signals
    if not found.is_new:
        assert signals.keys() <= {Signal.TRAVEL, Signal.ACCOUNTS_ON_DEVICE}


@given(
    sightings, arrivals, st.sampled_from(Acr), st.sampled_from((("pwd",), ("pwd", "otp"), ("user", "pop")))
)
def test_nobody_with_more_than_one_weak_factor_has_to_wait(
    found: Seen, came: Arrival, acr: Acr, amr: tuple[str, ...]
) -> None:
    weighed = weigh(found, came, now=NOW)
    assert not must_wait(weighed, idp="national", acr=acr, amr=amr)
    waits = must_wait(weighed, idp="haiphong", acr=acr, amr=amr)
    assert not waits or (acr is Acr.LOW and amr == ("pwd",) and Outcome.DELAY in weighed.outcomes)


@pytest.mark.parametrize(("ago", "is_travel"), [(timedelta(minutes=1), True), (timedelta(hours=3), False)])
def test_two_places_too_far_apart_for_the_time_between_are_noticed(ago: timedelta, is_travel: bool) -> None:
    there = Whereabouts(place=HCMC.name, at=NOW - ago)
    weighed = weigh(seen(before=(there,)), arrival(place=HAIPHONG.name), now=NOW)
    assert (Signal.TRAVEL in weighed.signals) is is_travel
    assert (Outcome.ASK_MORE in weighed.outcomes) is is_travel


def test_places_that_nobody_named_and_near_ones_are_no_travel() -> None:
    moved = (Whereabouts(place=HCMC.name, at=NOW),)
    for place in ("", "nowhere", HCMC.name):
        assert fastest(moved, arrival(place=place), now=NOW) == 0
    assert fastest((Whereabouts(place="nowhere", at=NOW),), arrival(place=HAIPHONG.name), now=NOW) == 0
    near = arrival(place=HAIPHONG.name, thresholds=Thresholds(distance=2000))
    assert fastest(moved, near, now=NOW) == 0
    assert 1050 < kilometres(HAIPHONG, HCMC) < 1200
    assert kilometres(HCMC, HCMC) == 0


def test_a_case_is_for_the_first_beyond_a_threshold_and_one_a_day() -> None:
    def cases(others: int, at: datetime = NOW) -> Any:
        weighed = weigh(seen(is_new=True, at_address=others), arrival(), now=at)
        return doubts_of(weighed, "portal", network=b"\x04\xcb\x00\x71", browser="Chrome", now=at)

    assert cases(298) == ()
    (first,) = cases(299)
    assert first.people == ()
    assert first.facts == {"signal": "accounts-at-address", "network": "203.0.113.0/24", "day": "2026-11-02"}
    assert cases(299 + CASES) == ()
    assert cases(300) == (first,)
    assert cases(299, NOW + timedelta(days=1)) != (first,)


def test_a_hasty_act_is_told_and_says_how_long_after_the_new_browser_it_was() -> None:
    weighed = hasty(NOW, now=NOW + timedelta(minutes=3))
    assert weighed.signals == {Signal.HASTY_ACT: 180}
    assert weighed.outcomes == {Outcome.NOTIFY, Outcome.ASK_MORE}


def test_networks_are_written_as_people_write_them() -> None:
    assert network_text(bytes([4, 203, 0, 113])) == "203.0.113.0/24"
    assert network_text(bytes([6, 0x20, 1, 0xD, 0xB8, 0, 0])) == "2001:db8::/48"
    assert network_text(None) == "unknown"


def test_of_networks_within_each_other_the_smallest_says_the_place() -> None:
    lines = ("# ours\n", "\n", "203.0.0.0/16\tThành phố Hồ Chí Minh\t10.78\t106.70\n")
    places = read_places((*lines, "203.0.113.0/24\tHải Phòng\t20.86\t106.68\n"))
    assert (places.of("203.0.113.9"), places.of("203.0.1.1")) == (HAIPHONG.name, HCMC.name)
    assert (places.of("198.51.100.1"), places.of("2001:db8::1"), places.of("unix")) == ("", "", "")
    assert Places().of("203.0.113.9") == ""


@pytest.mark.parametrize(
    "line",
    [
        "203.0.113.0/24 Hải Phòng 20.86 106.68",
        "203.0.113.1/24\tHải Phòng\t20.86\t106.68",
        "203.0.113.0/24\t\t20.86\t106.68",
        "203.0.113.0/24\tHải Phòng\t90.1\t106.68",
        "203.0.113.0/24\tHải Phòng\tnan\t106.68",
        "203.0.113.0/24\tHải Phòng\t20.86",
    ],
)
def test_a_line_that_says_no_place_stops_the_start(line: str) -> None:
    with pytest.raises(UnsafeSettings, match="HPID_RISK_PLACES, line 2"):
        read_places(("# x", line))


def test_one_place_is_in_one_spot_and_one_network_in_one_place() -> None:
    first = "203.0.113.0/24\tHải Phòng\t20.86\t106.68"
    for second in ("198.51.100.0/24\tHải Phòng\t10\t106.68", "203.0.113.0/24\tHà Nội\t21.03\t105.85"):
        with pytest.raises(UnsafeSettings):
            read_places((first, second))


def test_an_address_is_within_networks_of_its_own_kind() -> None:
    networks = (ip_network("203.0.113.0/28"), ip_network("2001:db8::/48"))
    assert is_within("203.0.113.3", networks)
    assert is_within("2001:db8::5", networks)
    assert not any(is_within(one, networks) for one in ("203.0.113.77", "::1", "unix", ""))
