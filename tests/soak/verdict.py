"""Whether what was measured has come to a stand: rows and memory at the end beside those after a third of the time. Pure.

Jobs erase once a minute, so that a table's size is a saw: "after ten minutes" is the most there was in the minute that
ends then, and memory the middle of what was seen in it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

ROWS_GROW_TO = 1.2
ROWS_TOO_FEW = 10
"""So few rows more are no growth: one more or less of what is rare is a large share of it."""
MEMORY_GROWS_MIB = 2.0
_MINUTE = 60.0
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What the kernel says of a process with its children."""

    rss: int
    """Resident memory in bytes."""
    fds: int
    threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look, so many seconds after the load began."""

    second: float
    rows: Mapping[str, int]
    """Of every table."""
    processes: Mapping[str, Weight]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that must not grow: after a third of the time, at the end, and at most."""

    name: str
    early: float
    late: float
    bound: float

    @property
    def is_broken(self) -> bool:
        return self.late > self.bound


def in_minute(samples: Iterable[Sample], end: float) -> list[Sample]:
    """Return what was seen in the minute that ends then.

    Raises:
        ValueError: nothing was seen.
    """
    found = [one for one in samples if end - _MINUTE < one.second <= end]
    if not found:
        raise ValueError(f"nothing was seen in the minute before {end:.0f} s")
    return found


def judge_rows(samples: Sequence[Sample], end: float, *, stays: Collection[str]) -> list[Finding]:
    """Return the finding of every table but those whose rows are meant to stay."""

    def most(table: str) -> Callable[[Sequence[Sample]], float]:
        return lambda seen: max(one.rows[table] for one in seen)

    findings = []
    for table in sorted(samples[-1].rows.keys() - set(stays)):
        early, late = _both(samples, end, most(table))
        bound = max(early * ROWS_GROW_TO, early + ROWS_TOO_FEW)
        findings.append(Finding(name=table, early=early, late=late, bound=bound))
    return findings


def judge_memory(samples: Sequence[Sample], end: float) -> list[Finding]:
    """Return the finding of every process, in MiB."""

    def middle(process: str) -> Callable[[Sequence[Sample]], float]:
        return lambda seen: median(one.processes[process].rss / MIB for one in seen)

    findings = []
    for process in sorted(samples[-1].processes):
        early, late = _both(samples, end, middle(process))
        findings.append(Finding(name=process, early=early, late=late, bound=early + MEMORY_GROWS_MIB))
    return findings


def _both(
    samples: Sequence[Sample], end: float, measure: Callable[[Sequence[Sample]], float]
) -> tuple[float, float]:
    return measure(in_minute(samples, end / 3)), measure(in_minute(samples, end))
