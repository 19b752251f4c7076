"""How guessing is slowed – NIST SP 800-63B-4 §3.2.2; SECURITY E11."""

from datetime import timedelta

import pytest

from idp.credentials.model import MOST_TRIES, QUICK_TRIES, delay_after


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        (0, 0),
        (1, 0),
        (9, 0),
        (10, 30),
        (11, 60),
        (12, 120),
        (16, 1920),
        (17, 3600),
        (18, 3600),
        (99, 3600),
        (10**9, 3600),
    ],
)
def test_ten_tries_are_quick_then_it_doubles_up_to_an_hour(failures: int, seconds: int) -> None:
    assert delay_after(failures) == timedelta(seconds=seconds)


def test_nobody_tries_more_than_a_hundred_times() -> None:
    assert (QUICK_TRIES, MOST_TRIES) == (10, 100)


def test_more_failures_never_wait_less() -> None:
    delays = [delay_after(failures) for failures in range(MOST_TRIES + 1)]
    assert delays == sorted(delays)
