"""Measuring what only the database knows, for whoever asks this process until the next turn."""

from datetime import datetime

from idp import metrics
from idp.provider import Provider

_MOST = 10_000
"""Rows that are counted at most: more is too many anyway."""


async def measure(provider: Provider) -> int:
    """Set the levels of queues and cases; a turn is never full."""
    now = provider.clock.now()
    backlog, unnumbered, unresolved, overdue, asked, conflicts, cases = await provider.database.read(
        lambda tx: (
            tx.deliveries.backlog(_MOST),
            tx.audit.unnumbered(_MOST),
            tx.life_unresolved.count(),
            tx.lock_requests.overdue(now),
            tx.data_requests.overdue(now),
            tx.conflicts.measure(_MOST),
            tx.cases.measure(_MOST),
        )
    )
    due = backlog.due_first
    metrics.OUTBOX_WAITING.set(backlog.waiting)
    metrics.OUTBOX_DEAD.set(backlog.dead)
    metrics.OUTBOX_OLDEST_SECONDS.set(0.0 if due is None else max(0.0, (now - due).total_seconds()))
    metrics.AUDIT_UNNUMBERED.set(unnumbered)
    metrics.LIFE_UNRESOLVED.set(unresolved)
    metrics.LOCK_REQUESTS_OVERDUE.set(overdue)
    metrics.DATA_REQUESTS_OVERDUE.set(asked)
    metrics.CONFLICTS_OPEN.set(conflicts.count)
    metrics.CONFLICTS_OLDEST_SECONDS.set(_waited(conflicts.oldest, now))
    metrics.CASES_OPEN.set(cases.count)
    metrics.CASES_OLDEST_SECONDS.set(_waited(cases.oldest, now))
    return 0


def _waited(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else (now - since).total_seconds()
