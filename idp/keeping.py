"""What grows by time is bounded here: batches of expired rows, one short transaction each (DESIGN 5.8)."""

from collections.abc import Callable, Mapping
from datetime import datetime

from idp import metrics
from idp.clock import CLOCKS_APART
from idp.database import Database, Done
from idp.settings import Lifetimes
from idp.transaction import Tx

BATCH = 500
"""Rows of one transaction."""

# A row that refuses what comes again stays for CLOCKS_APART after its time: the node that erases may run ahead of the
# one that is asked, and what is over for the one would count again at the other (SECURITY R19). A grant stays as long,
# for the job that ends a power at its term: what is erased by then nobody tells services of.

Eraser = Callable[[Tx, datetime, Lifetimes], int]

ERASERS: Mapping[str, Eraser] = {
    "codes": lambda tx, now, life: tx.codes.erase_expired(now - life.code_kept, BATCH),
    "pushed_requests": lambda tx, now, _: tx.pushed_requests.erase_expired(now, BATCH),
    "refresh_tokens": lambda tx, now, life: tx.refresh_tokens.erase_expired(now - life.refresh_retry, BATCH),
    "revoked_tokens": lambda tx, now, _: tx.revoked_tokens.erase_expired(now - CLOCKS_APART, BATCH),
    "client_assertions": lambda tx, now, life: tx.client_assertions.erase_expired(
        now - life.assertion_kept, BATCH
    ),
    "upstream_logouts": lambda tx, now, _: tx.upstream_logouts.erase_expired(now - CLOCKS_APART, BATCH),
    "invitations": lambda tx, now, life: tx.invitations.erase_expired(now - life.invitation_kept, BATCH),
    "grants": lambda tx, now, _: tx.grants.erase_expired(now - CLOCKS_APART, BATCH),
    "interactions": lambda tx, now, _: tx.interactions.erase_expired(now - CLOCKS_APART, BATCH),
    "sessions": lambda tx, now, life: tx.sessions.erase_ended(now - life.session_kept, BATCH),
    "devices": lambda tx, now, _: tx.devices.erase_old(now, BATCH),
    "deliveries": lambda tx, now, life: tx.deliveries.erase_settled(now - life.delivery_kept, BATCH),
    "mandates": lambda tx, now, life: tx.mandates.erase_ended(now - life.mandate_kept, BATCH),
    "mandate_firms": lambda tx, now, life: tx.mandate_firms.erase_ended(now - life.mandate_kept, BATCH),
    "mandate_invitations": lambda tx, now, life: tx.mandate_invitations.erase_expired(
        now - life.invitation_kept, BATCH
    ),
    "mandate_removals": lambda tx, now, life: tx.mandate_removals.erase_expired(
        now - life.mandate_kept, BATCH
    ),
    "life_applied": lambda tx, now, life: tx.life_words.erase_old(now - life.life_event_kept, BATCH),
    "life_unresolved": lambda tx, now, life: tx.life_unresolved.erase_settled(
        now - life.life_event_kept, BATCH
    ),
    "merges": lambda tx, now, life: tx.merges.erase_expired(now - life.merge_kept, BATCH),
    "data_requests": lambda tx, now, life: tx.data_requests.erase_closed(now - life.data_request_kept, BATCH),
    "data_copies": lambda tx, now, _: tx.data_copies.erase_expired(now, BATCH),
    "conflicts": lambda tx, now, life: tx.conflicts.erase_closed(now - life.conflict_kept, BATCH),
    "cases": lambda tx, now, life: tx.cases.erase_closed(now - life.case_kept, BATCH),
    "dispute_links": lambda tx, now, _: tx.dispute_links.erase_expired(now - CLOCKS_APART, BATCH),
    "contact_codes": lambda tx, now, _: tx.contacts.erase_expired(now - CLOCKS_APART, BATCH),
    "sign_in_codes": lambda tx, now, _: tx.sign_in_codes.erase_expired(now - CLOCKS_APART, BATCH),
    "cross_device_sign_ins": lambda tx, now, _: tx.cross_device.erase_expired(now - CLOCKS_APART, BATCH),
    "recovery_holds": lambda tx, now, _: tx.recovery_holds.erase_over(now - CLOCKS_APART, BATCH),
    "desk_cases": lambda tx, now, life: tx.desk_cases.erase_old(now - life.desk_case_kept, BATCH),
    "limits": lambda tx, now, _: tx.limits.erase_over(now - CLOCKS_APART, BATCH),
    "passkeys": lambda tx, now, life: tx.passkeys.erase_ended(now - life.passkey_kept, BATCH),
    "passkey_challenges": lambda tx, now, _: tx.passkey_challenges.erase_expired(now - CLOCKS_APART, BATCH),
}
"""What grows by time, and how one batch of it goes; each is a job of its own, so that none holds up another."""


async def erase(table: str, database: Database[Tx], now: datetime, life: Lifetimes) -> int:
    """Erase one batch of what has expired in a table; return how many rows. Less than a batch: nothing is left."""
    eraser = ERASERS[table]
    erased = (await database.transact(lambda tx: Done(eraser(tx, now, life)))).unwrap()
    metrics.ROWS_ERASED.add(table, number=erased)
    if erased < BATCH:
        metrics.ROWS_ALL_ERASED.set(now.timestamp(), table)
    return erased
