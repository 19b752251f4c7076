"""Which metrics and labels an expression of Prometheus names."""

import re
from collections.abc import Iterator

from docs.generators.metrics import series
from idp.metrics import Kind, Metric

_STRING = re.compile(r'"[^"]*"')
_SELECTOR = re.compile(r"\b([a-z]+_[a-z0-9_]+)\b(?:\{([^}]*)\})?")
_BY = re.compile(r"\bby \(([^)]*)\)")
_LABEL = re.compile(r"\b([a-z_]+)\s*(?:=|!=|=~|!~)")
_OF_OTHERS = ("process_", "node_filesystem_")
_FUNCTIONS = frozenset({"histogram_quantile"})
_OF_SCRAPES = frozenset({"job", "instance", "le", "mountpoint"})
LABELS = frozenset(label for metric in Metric for label in metric.value.labels) | _OF_SCRAPES


def series_names() -> dict[str, frozenset[str]]:
    """Return every series that a process tells, with its labels."""
    found: dict[str, frozenset[str]] = {}
    for metric in Metric:
        name, labels = series(metric.value), frozenset(metric.value.labels)
        if metric.value.kind is Kind.HISTOGRAM:
            found |= {f"{name}_{part}": labels for part in ("count", "sum")}
            found[f"{name}_bucket"] = labels | {"le"}
        else:
            found[name] = labels
    return found


def unknown(expression: str) -> Iterator[str]:
    """Yield what an expression names that no process tells: a series, a label of one, a label to group by."""
    known = series_names()
    for name, selector in _SELECTOR.findall(_plain(expression)):
        if name in _FUNCTIONS or name.startswith(_OF_OTHERS):
            continue
        if name not in known:
            yield name
            continue
        yield from (
            f"{name}{{{label}}}"
            for label in _LABEL.findall(selector)
            if label not in known[name] | {"job", "instance"}
        )
    for group in _BY.findall(expression):
        yield from (label for label in group.split(", ") if label not in LABELS)


def _plain(expression: str) -> str:
    return _BY.sub("", _STRING.sub('""', expression))
