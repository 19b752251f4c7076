"""The three kinds of instrument, as Prometheus knows them: counts, timings, levels.

All are written by the event loop's thread alone and read by another (`idp/exposition`), so they hold no lock: a reading
may miss what is being counted at that moment, never what was counted before.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping

from idp.metrics.vocabulary import Metric

OTHER = "other"
"""Stands for every word beyond the most that one instrument holds."""
MOST_SERIES = 256
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; the upper ends of every timing's buckets but the last, which has none."""

Labels = tuple[str, ...]


class Counts:
    """How often something has happened since the process started; a series per label values.

    `words`: those of a single label that begin at 0. What is rare and has an alert does: of a series that begins at 1
    Prometheus sees no increase.
    """

    def __init__(self, metric: Metric, *, words: Iterable[str] = ()) -> None:
        self.metric = metric
        self._counts: dict[Labels, int] = dict.fromkeys(((word,) for word in words), 0)
        if not metric.value.labels:
            self._counts[()] = 0

    def add(self, *labels: str, number: int = 1) -> None:
        """Count; each label takes the words that its metric explains."""
        counts = self._counts
        if labels in counts:
            counts[labels] += number
        else:
            labels = _within(counts, labels)
            counts[labels] = counts.get(labels, 0) + number

    def series(self) -> Mapping[Labels, int]:
        """Return the counts as they are now."""
        return dict(self._counts)


class Timings:
    """How long something took, in seconds, as a histogram; a series of buckets per label values."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self._rows: dict[Labels, list[float]] = {}

    def add(self, seconds: float, *labels: str) -> None:
        """Count something that took so long."""
        row = self._rows.get(labels) or self._begin(labels)
        row[bisect_left(BOUNDS, seconds)] += 1
        row[-1] += seconds

    def series(self) -> Mapping[Labels, tuple[float, ...]]:
        """Return how many fell into each bucket (BOUNDS, then beyond) and, last, the sum of their seconds."""
        return {labels: tuple(row) for labels, row in dict(self._rows).items()}

    def _begin(self, labels: Labels) -> list[float]:
        return self._rows.setdefault(_within(self._rows, labels), [0.0] * (len(BOUNDS) + 2))


class Levels:
    """What was measured last; nothing before the first measurement."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self._levels: dict[Labels, float] = {}

    def set(self, level: float, *labels: str) -> None:
        """Hold what was measured."""
        self._levels[_within(self._levels, labels)] = level

    def series(self) -> Mapping[Labels, float]:
        """Return the levels as they are now."""
        return dict(self._levels)


def _within(series: Mapping[Labels, object], labels: Labels) -> Labels:
    """Bound the number of series, whatever a caller may say."""
    if labels in series or len(series) < MOST_SERIES:
        return labels
    return (OTHER,) * len(labels)
