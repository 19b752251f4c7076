"""The instruments that are written where things happen: one of each per process, like a logger."""

from idp.metrics.kinds import Counts, Levels, Timings
from idp.metrics.vocabulary import Metric

REQUEST_SECONDS = Timings(Metric.REQUEST_SECONDS)
REQUESTS_SHED = Counts(Metric.REQUESTS_SHED)
TOKENS_ISSUED = Counts(Metric.TOKENS_ISSUED)
SIGN_INS = Counts(Metric.SIGN_INS)
REFUSALS = Counts(Metric.REFUSALS)
DATABASE_SECONDS = Timings(Metric.DATABASE_SECONDS)
DATABASE_UNAVAILABLE = Counts(Metric.DATABASE_UNAVAILABLE)
SIGNING_SECONDS = Timings(Metric.SIGNING_SECONDS)
SIGNING_FAILURES = Counts(Metric.SIGNING_FAILURES)
OUTBOX_WAITING = Levels(Metric.OUTBOX_WAITING)
OUTBOX_DEAD = Levels(Metric.OUTBOX_DEAD)
OUTBOX_OLDEST_SECONDS = Levels(Metric.OUTBOX_OLDEST_SECONDS)
AUDIT_UNNUMBERED = Levels(Metric.AUDIT_UNNUMBERED)
OFFICIAL_POSTS_OVERDUE = Levels(Metric.OFFICIAL_POSTS_OVERDUE)
JOB_RUNS = Counts(Metric.JOB_RUNS)
JOB_LAST_DONE = Levels(Metric.JOB_LAST_DONE)
ROWS_ERASED = Counts(Metric.ROWS_ERASED)
ROWS_ALL_ERASED = Levels(Metric.ROWS_ALL_ERASED)
MANDATES_OVER = Counts(Metric.MANDATES_OVER)

INSTRUMENTS: tuple[Counts | Timings | Levels, ...] = (
    REQUEST_SECONDS,
    REQUESTS_SHED,
    TOKENS_ISSUED,
    SIGN_INS,
    REFUSALS,
    DATABASE_SECONDS,
    DATABASE_UNAVAILABLE,
    SIGNING_SECONDS,
    SIGNING_FAILURES,
    OUTBOX_WAITING,
    OUTBOX_DEAD,
    OUTBOX_OLDEST_SECONDS,
    AUDIT_UNNUMBERED,
    OFFICIAL_POSTS_OVERDUE,
    JOB_RUNS,
    JOB_LAST_DONE,
    ROWS_ERASED,
    ROWS_ALL_ERASED,
    MANDATES_OVER,
)
"""All of them. What a process can say of itself only when it is asked, `idp/exposition/state.py` reads."""
