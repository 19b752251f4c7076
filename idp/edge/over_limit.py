"""What an exceeded limit leaves behind, whichever page says it: a line of the log and two counts (DESIGN 5.9)."""

import logging

from idp import metrics
from idp.edge.call import Call
from idp.edge.page_route import logged_path
from idp.limits.model import OverLimit
from idp.log import fields
from idp.protocol.errors import TemporarilyUnavailable

_log = logging.getLogger("hpid.refusal")


def record_over_limit(call: Call, error: OverLimit, *, client_id: str = "") -> TemporarilyUnavailable:
    """Record it, and return what a program is told; `client_id` is a registered one's."""
    name = error.limit.value.name
    _log.info("over a limit", extra=fields(txn=call.txn, path=logged_path(call.path), limit=name))
    call.count_refusal(f"over the limit {name}", client_id=client_id)
    refused = TemporarilyUnavailable("too many requests; see Retry-After", detail=name)
    metrics.REFUSALS.add(refused.error)
    return refused
