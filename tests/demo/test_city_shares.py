"""All shares of DOMAIN §5 at once, on a city large enough to tell; the proof `city_size` compares a larger one."""

import pytest

from demo.city import stream
from tests.demo.shares import SHARES, Tally, problems

_RESIDENTS = 20_000


@pytest.fixture(scope="module")
def tally() -> Tally:
    return Tally().see(stream(_RESIDENTS))


def test_every_share_of_the_city_is_near_that_of_the_facts(tally: Tally) -> None:
    assert tally.counts["people"] == _RESIDENTS
    assert problems(tally) == []


def test_a_share_that_is_off_is_noticed(tally: Tally) -> None:
    other = Tally(counts=tally.counts.copy())
    for share in SHARES:
        other.counts[share.part] = tally.counts[share.part] * 3 // 2 + tally.counts[share.of] // 40
    assert len(problems(other)) > len(SHARES) * 3 // 4
