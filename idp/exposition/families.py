"""Our instruments as the families of prometheus-client, which writes the text format."""

from collections.abc import Iterator, Mapping
from itertools import accumulate

from prometheus_client import Metric as Family
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.utils import floatToGoString

from idp.metrics import BOUNDS, INSTRUMENTS, Counts, Labels, Levels, Metric, Timings

_UPPER = (*map(floatToGoString, BOUNDS), "+Inf")


class Instruments:
    """Everything this process has written down."""

    def collect(self) -> Iterator[Family]:
        """Yield a family per instrument."""
        for instrument in INSTRUMENTS:
            match instrument:
                case Counts():
                    yield _counter(instrument.metric, instrument.series())
                case Timings():
                    yield _histogram(instrument.metric, instrument.series())
                case Levels():
                    yield gauge(instrument.metric, instrument.series())


def gauge(metric: Metric, series: Mapping[Labels, float]) -> Family:
    """Return the family of a level."""
    told = metric.value
    family = GaugeMetricFamily(told.name, told.text, labels=list(told.labels))
    for labels, level in series.items():
        family.add_metric(labels, level)
    return family


def _counter(metric: Metric, series: Mapping[Labels, int]) -> Family:
    told = metric.value
    family = CounterMetricFamily(told.name, told.text, labels=list(told.labels))
    for labels, count in series.items():
        family.add_metric(labels, count)
    return family


def _histogram(metric: Metric, series: Mapping[Labels, tuple[float, ...]]) -> Family:
    told = metric.value
    family = HistogramMetricFamily(told.name, told.text, labels=list(told.labels))
    for labels, (*numbers, seconds) in series.items():
        family.add_metric(labels, list(zip(_UPPER, accumulate(numbers), strict=True)), seconds)
    return family
