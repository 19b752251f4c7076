"""Instruments: what they hold is bounded, and what is added is there."""

import pytest

from docs.generators.metrics import series
from idp.exposition.families import Instruments
from idp.metrics import BOUNDS, INSTRUMENTS, OTHER, Counts, Levels, Metric, Timings
from idp.metrics.kinds import MOST_SERIES


def test_a_count_without_labels_begins_at_nothing_and_one_with_labels_when_it_is_met() -> None:
    bare, told_apart = Counts(Metric.DATABASE_UNAVAILABLE), Counts(Metric.REFUSALS)
    assert (bare.series(), told_apart.series()) == ({(): 0}, {})

    told_apart.add("invalid_grant")
    told_apart.add("invalid_grant", number=2)

    assert told_apart.series() == {("invalid_grant",): 3}


def test_a_timing_falls_into_the_bucket_whose_upper_end_it_does_not_exceed() -> None:
    timings = Timings(Metric.DATABASE_SECONDS)

    for seconds in (BOUNDS[0], BOUNDS[0] * 1.01, BOUNDS[-1] * 2):
        timings.add(seconds, "read")

    ((_, row),) = timings.series().items()
    assert row[:2] == (1, 1)
    assert row[-2] == 1
    assert sum(row[:-1]) == 3
    assert row[-1] == pytest.approx(BOUNDS[0] * 2.01 + BOUNDS[-1] * 2)


def test_what_is_measured_replaces_what_was() -> None:
    level = Levels(Metric.OUTBOX_WAITING)
    assert level.series() == {}

    level.set(7)
    level.set(3)

    assert level.series() == {(): 3}


@pytest.mark.parametrize("kind", [Counts, Timings, Levels])
def test_whatever_words_come_the_series_are_bounded(kind: type[Counts | Timings | Levels]) -> None:
    instrument = kind(Metric.ROWS_ERASED)

    for number in range(MOST_SERIES + 50):
        match instrument:
            case Counts():
                instrument.add(f"word {number}")
            case Timings():
                instrument.add(0.1, f"word {number}")
            case Levels():
                instrument.set(1, f"word {number}")

    held = instrument.series()
    assert len(held) == MOST_SERIES + 1
    assert (OTHER,) in held


def test_every_metric_is_explained_and_named_by_the_conventions() -> None:
    names = [metric.value.name for metric in Metric]

    assert len(set(names)) == len(names)
    assert [name for name in names if not name.startswith("hpid_") or name.endswith("_total")] == []
    assert [metric for metric in Metric if not metric.value.text.endswith(".")] == []
    assert [metric for metric in Metric if not all(metric.value.labels.values())] == []


def test_every_instrument_is_of_another_metric_and_is_told() -> None:
    told = {family.name for family in Instruments().collect()}

    assert {instrument.metric.value.name for instrument in INSTRUMENTS} == told
    assert len(told) == len(INSTRUMENTS)


def test_only_counters_end_in_total() -> None:
    assert series(Metric.REFUSALS.value) == "hpid_refusals_total"
    assert series(Metric.TIME.value) == "hpid_time_seconds"
