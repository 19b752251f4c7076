"""Is the process up, and can it serve? For supervisors and load balancers; says nothing else."""

from idp.edge import Answer, Call


async def live(call: Call) -> Answer:
    """The process answers."""
    del call
    return Answer.json({"status": "up"})


async def ready(call: Call) -> Answer:
    """The database answers and a key can sign; else 503 (raised on the way) or not-ready."""
    await call.provider.configuration.refresh()
    if not call.provider.keyring.algorithms():
        return Answer.json({"status": "no signing key is active"}, status=503)
    return Answer.json({"status": "ready"})
