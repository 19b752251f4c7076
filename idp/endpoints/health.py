"""Is the process up, and can it serve? For supervisors and load balancers; says nothing else."""

import logging

from idp.edge import Answer, Call
from idp.log import fields
from keys.signer import SigningUnavailable

_log = logging.getLogger("hpid.health")


async def live(call: Call) -> Answer:
    """The process answers."""
    del call
    return Answer.json({"status": "up"})


async def ready(call: Call) -> Answer:
    """The database answers and every key that signs now can; else 503 (raised on the way) or not-ready."""
    await call.provider.configuration.refresh()
    if not call.provider.keyring.algorithms():
        return Answer.json({"status": "no signing key is active"}, status=503)
    try:
        await call.provider.keyring.check()
    except SigningUnavailable as error:
        _log.warning("not ready", extra=fields(reason=str(error)))
        return Answer.json({"status": "a signing key can't sign"}, status=503)
    return Answer.json({"status": "ready"})
