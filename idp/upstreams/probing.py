"""Looking whether the national system is there, by every process for itself, so that no traffic is needed to know.

An outage is told within three looks of it, its end within two to four of them (federation/health.py): both in less than a
minute. Each look reads its metadata and keys anew, so nobody who signs in waits for those.
"""

import logging

from federation.health import Circuit
from federation.upstream import Upstream, UpstreamError
from idp import metrics
from idp.clock import Clock
from idp.log import fields
from idp.upstreams.model import NATIONAL

_log = logging.getLogger("hpid.upstream")


async def probe(national: Upstream, circuit: Circuit, clock: Clock) -> int:
    """Look once, and let the circuit know; the log says when what is known changes. Returns the number of looks."""
    reason = ""
    was_open = circuit.opened_at is not None
    try:
        await national.probe(now=clock.now())
    except UpstreamError as error:
        reason = error.reason
    circuit.probed(clock.now(), is_good=not reason)
    metrics.UPSTREAM_PROBES.add(NATIONAL, "not-there" if reason else "there")
    is_open = circuit.opened_at is not None
    if is_open and not was_open:
        _log.warning("the national system does not answer", extra=fields(reason=reason))
    elif was_open and not is_open:
        _log.info("the national system answers again")
    return 1
