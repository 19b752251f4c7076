"""A soak's verdict: what grows is told from what comes and goes (PERFORMANCE, growth)."""

from collections.abc import Callable

import pytest

from tests.soak.verdict import MIB, Finding, Sample, Weight, in_minute, judge_memory, judge_rows

MINUTES = 30


def run(rows: Callable[[float], float], mib: Callable[[float], float] = lambda _: 100.0) -> list[Sample]:
    """Half an hour, a look every ten seconds; both are told the minute."""
    return [
        Sample(
            second=second,
            rows={"codes": int(rows(second / 60)), "people": int(second)},
            processes={"worker": Weight(rss=int(mib(second / 60) * MIB), fds=9, threads=3)},
        )
        for second in range(10, MINUTES * 60 + 1, 10)
    ]


def of_rows(rows: Callable[[float], float]) -> Finding:
    (finding,) = judge_rows(run(rows), MINUTES * 60, stays={"people"})
    return finding


def test_a_table_that_has_come_to_a_stand_is_no_problem() -> None:
    finding = of_rows(lambda minute: 1000 * min(minute, 6))
    assert (finding.early, finding.late, finding.is_broken) == (6000, 6000, False)


def test_a_table_that_only_grows_is_found() -> None:
    finding = of_rows(lambda minute: 100 * minute)
    assert (finding.early, finding.late, finding.bound, finding.is_broken) == (1000, 3000, 1200, True)


def test_a_fifth_more_is_the_limit() -> None:
    assert not of_rows(lambda minute: 1000 if minute <= 15 else 1200).is_broken
    assert of_rows(lambda minute: 1000 if minute <= 15 else 1201).is_broken


def test_few_rows_may_be_a_few_more() -> None:
    assert not of_rows(lambda minute: 2 if minute <= 15 else 12).is_broken
    assert of_rows(lambda minute: 2 if minute <= 15 else 13).is_broken


def test_the_saw_of_a_job_that_runs_each_minute_is_no_growth() -> None:
    """Whenever in its minute it runs, the most there was counts."""
    drifting = of_rows(lambda minute: 300 + 100 * ((minute * 0.97) % 1))
    assert not drifting.is_broken


@pytest.mark.parametrize(("more", "is_broken"), [(2.0, False), (2.1, True)])
def test_memory_may_be_two_mib_more(more: float, is_broken: bool) -> None:
    samples = run(lambda _: 1, lambda minute: 100 if minute <= 15 else 100 + more)
    (finding,) = judge_memory(samples, MINUTES * 60)
    assert (finding.name, finding.is_broken) == ("worker", is_broken)


def test_one_look_at_a_busy_moment_is_not_memory_that_grew() -> None:
    samples = run(lambda _: 1, lambda minute: 150 if minute == MINUTES else 100)
    assert [one.is_broken for one in judge_memory(samples, MINUTES * 60)] == [False]


def test_a_minute_in_which_nothing_was_seen_is_no_success() -> None:
    with pytest.raises(ValueError, match="nothing was seen"):
        in_minute(run(lambda _: 1), 3600)
