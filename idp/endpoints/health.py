"""Is the process up, and can it serve? For supervisors and load balancers; says nothing else."""

from idp.configuration.readiness import Readiness
from idp.edge import Answer, Call


async def live(call: Call) -> Answer:
    """The process answers."""
    del call
    return Answer.json({"status": "up"})


async def ready(call: Call) -> Answer:
    """It can read, write and sign, and is not about to end; else 503 with the reason."""
    found = await call.provider.readiness.now()
    if found is Readiness.READY:
        return Answer.json({"status": found.value})
    return Answer.json({"status": found.value}, status=503).with_headers(("retry-after", "2"))
