"""The page of every metric, from `idp/metrics/vocabulary.py`."""

from docs.generators.texts import table, texts_under_fields
from idp.metrics import BOUNDS, Description, Kind, Metric, SignInMethod, SignInOutcome

PATH = "docs/reference/metrics.md"
_INTRODUCTION = (
    "What every process tells Prometheus at `/metrics` of the port that `HPID_METRICS_PORT` names; how to gather it is"
    " in [operating](../how-to/operate.md#metrics). No label names a person, a client, an address or a path as it was"
    " asked ([adr/0020](../adr/0020-metrics-on-a-port-of-their-own.md)). What has not happened yet is not there, but a"
    " counter without labels begins at 0."
)
_PROCESS = (
    "Beside them, as Prometheus defines them: `process_cpu_seconds_total`, `process_resident_memory_bytes`,"
    " `process_virtual_memory_bytes`, `process_open_fds`, `process_max_fds`, `process_start_time_seconds`."
)


def page() -> str:
    """Return the page."""
    rows = [
        (f"`{series(metric.value)}`", metric.value.kind.value, metric.value.text, _labels(metric.value))
        for metric in Metric
    ]
    parts = ["# Metrics", _INTRODUCTION, table(("metric", "kind", "meaning", "labels"), rows), _PROCESS]
    parts += ["## Kinds", table(("kind", "meaning"), _words(Kind)), _buckets()]
    parts += ["## Ways to sign in", table(("method", "meaning"), _words(SignInMethod))]
    parts += ["## What came of it", table(("outcome", "meaning"), _words(SignInOutcome))]
    return "\n\n".join(parts)


def series(told: Description) -> str:
    """Return the name as it is asked for: counters end in `_total`."""
    return f"{told.name}_total" if told.kind is Kind.COUNTER else told.name


def _labels(told: Description) -> str:
    return "; ".join(f"`{label}`: {words}" for label, words in told.labels.items()) or "none"


def _words(vocabulary: type[Kind | SignInMethod | SignInOutcome]) -> list[tuple[str, str]]:
    texts = texts_under_fields(vocabulary)
    return [(f"`{word.value}`", texts[word.name]) for word in vocabulary]


def _buckets() -> str:
    bounds = ", ".join(f"{bound:g}" for bound in BOUNDS)
    return f"Upper ends of the buckets, in seconds: {bounds}. A histogram has `_bucket`, `_count` and `_sum`."
