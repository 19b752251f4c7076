"""What is read of a person by a token is on record once a day (DESIGN 5.9, class 3): userinfo, introspection, SCIM."""

from functools import partial

from idp.audit.events import AuditEvent
from idp.database import Done
from idp.edge.call import Call
from idp.transaction import Tx


async def record_once_a_day(call: Call, read_as: str, event: AuditEvent) -> None:
    """Record a reading unless this node has recorded the same today; `read_as` is what makes two the same."""
    reads = call.provider.reads
    if await reads.is_first(read_as, event):
        with reads.recording(read_as, event):
            (await call.provider.database.add(partial(_add, event=event))).unwrap()


def _add(tx: Tx, *, event: AuditEvent) -> Done[None]:
    tx.audit.add(event)
    return Done(None)
