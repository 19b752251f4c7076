"""Record an event that hangs on no other change, in the lane whose rows share commits (DESIGN 5.7, 5.9)."""

from idp.audit.events import AuditEvent
from idp.audit.store import appended
from idp.clock import Clock
from idp.database import Appended, Database
from idp.transaction import Tx
from keys.envelope import Vault


async def record(database: Database[Tx], event: AuditEvent, *, vault: Vault, clock: Clock) -> None:
    """Record an event about nobody; return after its commit. One about a person goes through `tx.audit.add`."""
    await database.append(*appended(event, vault=vault, clock=clock))


def recording(event: AuditEvent, *, vault: Vault, clock: Clock) -> Appended:
    """Return what `Database.claim` takes to record an event about nobody if the claim was the first."""
    return appended(event, vault=vault, clock=clock)
