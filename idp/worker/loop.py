"""A job, and the loop that does it again and again; whatever goes wrong in one stays there."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from idp import metrics
from idp.database import DatabaseUnavailable
from idp.life_events.model import Outcome
from idp.log import fields
from idp.provider import Provider

_log = logging.getLogger("hpid.worker")
_SHORTEST_PAUSE = 0.2
_GATHER = 0.02
"""Seconds in which the ends of several lanes become one claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something done again and again; `run` returns how much it did, and a full batch is followed at once."""

    name: str
    every: timedelta
    run: Callable[[Provider], Awaitable[int]]
    full: int = 500


async def repeat(job: Job, provider: Provider, *, woken: asyncio.Event | None = None) -> None:
    """Run a job at its pace, and sooner when it is woken."""
    away = False
    while True:
        try:
            provider.configuration.check()
            done = await job.run(provider)
            away = False
            metrics.JOB_RUNS.add(job.name, "done")
            metrics.JOB_LAST_DONE.set(provider.clock.now().timestamp(), job.name)
            if done >= job.full:
                continue
        except DatabaseUnavailable as error:
            metrics.JOB_RUNS.add(job.name, "waiting")
            if not away:
                _log.warning("job waits for the database", extra=fields(job=job.name, reason=str(error)))
            away = True
        except Exception:
            metrics.JOB_RUNS.add(job.name, "failed")
            _log.exception("job failed", extra=fields(job=job.name))
        pause = max(job.every.total_seconds(), _SHORTEST_PAUSE)
        if woken is None:
            await asyncio.sleep(pause)
            continue
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await woken.wait()
                await asyncio.sleep(_GATHER)
        woken.clear()


async def attempt(work: Callable[[], Awaitable[Outcome]]) -> Outcome | None:
    """Apply an event; what goes wrong with it alone is logged, and None."""
    try:
        return await work()
    except DatabaseUnavailable:
        raise
    except Exception:
        _log.exception("an event could not be applied")
        return None
