"""The circuit breaker: three failures in a row open it, half a minute later it is tried again – DOMAIN 3.6."""

from datetime import timedelta

import pytest

from federation.health import Circuit
from tests import make

NOW = make.NOW
SECOND = make.SECOND


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
    circuit.succeeded()
    circuit.failed(NOW)
    circuit.failed(NOW)
    assert not circuit.is_open(NOW)
    circuit.failed(NOW)
    assert circuit.is_open(NOW)


def test_after_half_a_minute_somebody_may_try() -> None:
    circuit = _after_failures(3)
    last = NOW + 2 * SECOND
    assert circuit.is_open(last + timedelta(seconds=29.9))
    assert not circuit.is_open(last + timedelta(seconds=30))


def test_a_failed_try_closes_the_door_again_and_the_outage_keeps_its_beginning() -> None:
    circuit = _after_failures(3)
    began = NOW + 2 * SECOND
    assert circuit.opened_at == began
    tried = began + timedelta(seconds=30)
    circuit.failed(tried)
    assert circuit.is_open(tried + timedelta(seconds=29))
    assert circuit.opened_at == began


def test_a_good_try_ends_the_outage() -> None:
    circuit = _after_failures(5)
    circuit.succeeded()
    assert not circuit.is_open(NOW)
    assert (circuit.failures, circuit.opened_at, circuit.probe_at) == (0, None, None)
