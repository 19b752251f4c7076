"""What grows by time is bounded here: batches of expired rows, one short transaction each (DESIGN 5.8)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from idp import metrics
from idp.audit.occasion import Occasion
from idp.database import Database, Done
from idp.settings import Lifetimes
from idp.transaction import Tx

_BATCH = 500
_CODES_STAY = timedelta(minutes=10)
"""A spent code is kept this long, so that a replay is known for one."""
_ASSERTIONS_STAY = timedelta(minutes=5)
"""A spent assertion is kept a while longer than it is good for, so that a clock running behind revives none."""
_DELIVERIES_STAY = timedelta(days=30)
"""The ledger of sign-outs, dead letters too, is kept this long after its last word."""
_SESSIONS_STAY = timedelta(days=1)
_INVITATIONS_STAY = timedelta(days=30)
_ATTEMPTS_STAY = timedelta(days=30)


async def erase_expired(database: Database[Tx], occasion: Occasion, life: Lifetimes) -> int:
    """Erase one batch of everything that has expired; return how many rows."""
    total = 0
    for table, erase in _erasers(occasion.now, life).items():
        erased = (await database.transact(partial(_run, erase=erase))).unwrap()
        metrics.ROWS_ERASED.add(table, number=erased)
        total += erased
    return total


def _run(tx: Tx, *, erase: Callable[[Tx], int]) -> Done[int]:
    return Done(erase(tx))


def _erasers(now: datetime, life: Lifetimes) -> Mapping[str, Callable[[Tx], int]]:
    return {
        "codes": lambda tx: tx.codes.erase_expired(now - _CODES_STAY, _BATCH),
        "pushed_requests": lambda tx: tx.pushed_requests.erase_expired(now, _BATCH),
        "refresh_tokens": lambda tx: tx.refresh_tokens.erase_expired(now - life.refresh_retry, _BATCH),
        "revoked_tokens": lambda tx: tx.revoked_tokens.erase_expired(now, _BATCH),
        "client_assertions": lambda tx: tx.client_assertions.erase_expired(now - _ASSERTIONS_STAY, _BATCH),
        "invitations": lambda tx: tx.invitations.erase_expired(now - _INVITATIONS_STAY, _BATCH),
        "grants": lambda tx: tx.grants.erase_expired(now, _BATCH),
        "interactions": lambda tx: tx.interactions.erase_expired(now, _BATCH),
        "sessions": lambda tx: tx.sessions.erase_ended(now - _SESSIONS_STAY, _BATCH),
        "deliveries": lambda tx: tx.deliveries.erase_settled(now - _DELIVERIES_STAY, _BATCH),
        "limits": lambda tx: tx.limits.erase_over(now, _BATCH),
        "attempts": lambda tx: tx.attempts.erase_forgotten(now - _ATTEMPTS_STAY, _BATCH),
    }
