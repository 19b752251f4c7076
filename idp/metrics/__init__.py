"""What a process counts of itself for Prometheus: a closed vocabulary, and instruments of half a microsecond.

As with log lines, whoever knows that something happened says so where it happens; nothing here knows who asks.
No label names a person, a client, an address or a path as it was asked (adr/0020).
"""

from idp.metrics.instruments import (
    AUDIT_UNNUMBERED,
    DATABASE_SECONDS,
    DATABASE_UNAVAILABLE,
    INSTRUMENTS,
    JOB_LAST_DONE,
    JOB_RUNS,
    MANDATES_OVER,
    OFFICIAL_POSTS_OVERDUE,
    OUTBOX_DEAD,
    OUTBOX_OLDEST_SECONDS,
    OUTBOX_WAITING,
    REFUSALS,
    REQUEST_SECONDS,
    REQUESTS_SHED,
    ROWS_ALL_ERASED,
    ROWS_ERASED,
    SIGN_INS,
    SIGNING_FAILURES,
    SIGNING_SECONDS,
    TOKENS_ISSUED,
)
from idp.metrics.kinds import BOUNDS, OTHER, Counts, Labels, Levels, Timings
from idp.metrics.vocabulary import Description, Kind, Metric, SignInMethod, SignInOutcome

__all__ = [
    "AUDIT_UNNUMBERED",
    "BOUNDS",
    "DATABASE_SECONDS",
    "DATABASE_UNAVAILABLE",
    "INSTRUMENTS",
    "JOB_LAST_DONE",
    "JOB_RUNS",
    "MANDATES_OVER",
    "OFFICIAL_POSTS_OVERDUE",
    "OTHER",
    "OUTBOX_DEAD",
    "OUTBOX_OLDEST_SECONDS",
    "OUTBOX_WAITING",
    "REFUSALS",
    "REQUESTS_SHED",
    "REQUEST_SECONDS",
    "ROWS_ALL_ERASED",
    "ROWS_ERASED",
    "SIGNING_FAILURES",
    "SIGNING_SECONDS",
    "SIGN_INS",
    "TOKENS_ISSUED",
    "Counts",
    "Description",
    "Kind",
    "Labels",
    "Levels",
    "Metric",
    "SignInMethod",
    "SignInOutcome",
    "Timings",
]
