"""The circuit breaker: opened by failures, slowness and probes, closed by what goes well – DOMAIN 3.6."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.health import Circuit
from tests import make

NOW = make.NOW
SECOND = make.SECOND
PROBE = timedelta(seconds=10)
LONGEST_LOOK = timedelta(seconds=8)


def _after_failures(count: int) -> Circuit:
    circuit = Circuit()
    for number in range(count):
        circuit.failed(NOW + number * SECOND)
    return circuit


@pytest.mark.parametrize(("failures", "is_open"), [(0, False), (1, False), (2, False), (3, True), (4, True)])
def test_the_third_failure_in_a_row_opens_it(failures: int, is_open: bool) -> None:
    assert _after_failures(failures).is_open(NOW + failures * SECOND) is is_open


def test_a_success_in_between_begins_the_count_anew() -> None:
    circuit = _after_failures(2)
    circuit.succeeded(NOW)
    circuit.failed(NOW)
    circuit.failed(NOW)
    assert not circuit.is_open(NOW)
    circuit.failed(NOW)
    assert circuit.is_open(NOW)


def test_after_half_a_minute_of_silence_one_person_may_try_and_no_other() -> None:
    circuit = _after_failures(3)
    last = NOW + 2 * SECOND
    assert not circuit.may_go(last + timedelta(seconds=29.9))
    due = last + timedelta(seconds=30)
    assert not circuit.is_open(due)
    assert circuit.may_go(due)
    assert not circuit.may_go(due)
    assert circuit.is_open(due + timedelta(seconds=29))


def test_a_failed_try_closes_the_door_again_and_the_outage_keeps_its_beginning() -> None:
    circuit = _after_failures(3)
    began = NOW + 2 * SECOND
    assert circuit.opened_at == began
    tried = began + timedelta(seconds=30)
    circuit.failed(tried)
    assert circuit.is_open(tried + timedelta(seconds=29))
    assert circuit.opened_at == began


def test_of_one_origin_a_failure_counts_once_in_ten_minutes() -> None:
    circuit = Circuit()
    for number in range(599):
        circuit.failed(NOW + number * SECOND, of="192.0.2.1")
    assert not circuit.is_open(NOW + 599 * SECOND)
    circuit.failed(NOW + 600 * SECOND, of="192.0.2.1")
    assert circuit.failures == 2
    circuit.failed(NOW + 600 * SECOND, of="192.0.2.2")
    assert circuit.is_open(NOW + 600 * SECOND)


def test_who_has_opened_it_does_not_keep_it_open() -> None:
    circuit = Circuit()
    for number in range(3):
        circuit.failed(NOW, of=f"192.0.2.{number}")
    for number in range(2):
        circuit.probed(NOW + (number + 1) * PROBE, is_good=True)
        circuit.failed(NOW + (number + 1) * PROBE, of="192.0.2.1")
    assert circuit.opened_at is None
    assert circuit.failures == 0


def test_what_is_remembered_of_origins_is_bounded() -> None:
    circuit = Circuit()
    for number in range(10_000):
        circuit.failed(NOW, of=str(number))
    assert len(circuit._heard_of) == 256


def test_a_good_try_ends_the_outage() -> None:
    circuit = _after_failures(5)
    circuit.succeeded(NOW)
    assert not circuit.is_open(NOW)
    assert (circuit.failures, circuit.opened_at, circuit.probe_at) == (0, None, None)


@pytest.mark.parametrize(("slow", "is_open"), [(4, False), (5, True)])
def test_half_of_a_minute_being_slow_opens_it_though_all_succeeds(slow: int, is_open: bool) -> None:
    circuit = Circuit()
    for number in range(10):
        circuit.succeeded(NOW + number * SECOND, seconds=11 if number >= 10 - slow else 0.2)
    assert circuit.is_open(NOW + 10 * SECOND) is is_open


def test_what_was_slow_more_than_a_minute_ago_counts_no_more() -> None:
    circuit = Circuit()
    for number in range(9):
        circuit.succeeded(NOW + number * SECOND, seconds=20)
    circuit.succeeded(NOW + timedelta(seconds=69), seconds=20)
    assert not circuit.is_open(NOW + timedelta(seconds=69))


def _outage_told_after(circuit: Circuit, began: datetime, look: timedelta) -> timedelta:
    """Probe until it is open; each look takes so long to fail, and the outage begins right after a good one."""
    now = began
    while not circuit.is_open(now):
        now += PROBE + look
        circuit.probed(now, is_good=False)
    return now - began


def _end_told_after(circuit: Circuit, healed: datetime) -> timedelta:
    now = healed + LONGEST_LOOK  # a look that had begun before fails still
    circuit.probed(now, is_good=False)
    while circuit.is_open(now):
        now += PROBE
        circuit.probed(now, is_good=True)
    return now - healed


@given(st.integers(0, 8), st.integers(1, 4))
def test_with_no_traffic_an_outage_and_its_end_are_told_within_a_minute(seconds: int, outages: int) -> None:
    circuit, now = Circuit(), NOW
    for _ in range(outages):
        circuit.probed(now, is_good=True)
        told = _outage_told_after(circuit, now, timedelta(seconds=seconds))
        assert told < timedelta(seconds=60)
        now += told
        over = _end_told_after(circuit, now)
        assert over < timedelta(seconds=60)
        assert circuit.opened_at is None
        now += over


def test_good_probes_do_not_undo_the_failures_of_people() -> None:
    circuit = Circuit()
    for number in range(3):
        circuit.failed(NOW + number * SECOND)
        circuit.probed(NOW + number * SECOND, is_good=True)
    assert circuit.is_open(NOW + 2 * SECOND)


def test_one_good_probe_does_not_close_it_and_of_one_that_opens_again_and_again_more_are_wanted() -> None:
    circuit = _after_failures(3)
    now, wanted = NOW + 2 * SECOND, []
    for _ in range(4):
        count = 0
        while circuit.is_open(now):
            now += PROBE
            circuit.probed(now, is_good=True)
            count += 1
        wanted.append(count)
        for _ in range(3):
            circuit.failed(now)
    assert wanted == [2, 4, 4, 4]


@pytest.mark.parametrize("back", [timedelta(minutes=1), timedelta(hours=5)])
def test_what_it_heard_before_a_clock_was_set_back_counts_for_nothing(back: timedelta) -> None:
    circuit = _after_failures(3)
    now = NOW - back
    assert circuit.may_go(now), "nobody waits until that moment comes again"
    assert not circuit.may_go(now)
    circuit.failed(now)
    assert circuit.is_open(now + 29 * SECOND)
    assert circuit.opened_at == now

    circuit = _after_failures(2)
    circuit.failed(NOW, of="192.0.2.0/24")
    circuit.succeeded(now)
    for _ in range(3):
        circuit.failed(now, of="192.0.2.0/24")
    assert circuit.failures == 1, "it is news again, once"


steps = st.lists(
    st.tuples(
        st.integers(0, 40), st.sampled_from(["failed", "succeeded", "slow", "probe", "no probe", "go"])
    ),
    max_size=60,
)


@given(steps)
def test_whatever_happens_it_is_down_since_a_moment_of_the_past_and_opens_again_by_itself(
    happened: list[tuple[int, str]],
) -> None:
    circuit, now = Circuit(), NOW
    for seconds, what in happened:
        now += seconds * SECOND
        match what:
            case "failed":
                circuit.failed(now)
            case "succeeded":
                circuit.succeeded(now)
            case "slow":
                circuit.succeeded(now, seconds=12)
            case "go":
                was_open = circuit.is_open(now)
                assert circuit.may_go(now) is not was_open
            case _:
                circuit.probed(now, is_good=what == "probe")
        assert (circuit.opened_at is None) is (circuit.probe_at is None)
        assert circuit.opened_at is None or circuit.opened_at <= now
        if what == "succeeded":
            assert circuit.failures == 0
    assert not circuit.is_open(now + timedelta(seconds=30)), "half a minute of silence, and somebody may try"
