"""The one loop that runs every job: sends the outbox, numbers the record, erases what has expired.

A job that fails is logged and tried again at its next turn; none stops the others. `serve` embeds it on SQLite; on
PostgreSQL any number of `hpid worker` run beside the nodes, each batch being claimed by one statement.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from idp.audit.jobs import sequence
from idp.audit.occasion import Occasion
from idp.database import DatabaseUnavailable, Done
from idp.keeping import erase_expired, erase_keys
from idp.log import fields
from idp.outbox.relay import Relay
from idp.provider import Provider
from idp.transaction import Tx

_log = logging.getLogger("hpid.worker")
_SHORTEST_PAUSE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something done again and again; `run` returns how much it did, and a full batch is followed at once."""

    name: str
    every: timedelta
    run: Callable[[Provider], Awaitable[int]]
    full: int = 500


def relay_of(provider: Provider) -> Relay:
    """Return what sends the outbox of this process."""
    return Relay(
        database=provider.database,
        keyring=provider.keyring,
        fetcher=provider.fetcher,
        find_client=provider.configuration.client,
        issuer=provider.settings.issuer,
        clock=provider.clock,
    )


async def _sequence(provider: Provider) -> int:
    return await sequence(provider.database)


async def _summaries(provider: Provider) -> int:
    events = provider.summaries.take(provider.clock)

    def write(tx: Tx) -> Done[int]:
        for event in events:
            tx.audit.add(event)
        return Done(len(events))

    return (await provider.database.transact(write)).unwrap() if events else 0


async def _erase(provider: Provider) -> int:
    occasion = Occasion(clock=provider.clock, now=provider.clock.now(), txn="")
    return await erase_expired(provider.database, occasion, provider.settings.life)


async def _erase_keys(provider: Provider) -> int:
    occasion = Occasion(clock=provider.clock, now=provider.clock.now(), txn="")
    return (await provider.database.transact(partial(erase_keys, occasion=occasion))).unwrap()


SUMMARIES = Job(name="audit summaries", every=timedelta(seconds=10), run=_summaries)
JOBS: tuple[Job, ...] = (
    Job(name="audit sequence", every=timedelta(milliseconds=500), run=_sequence),
    Job(name="erase expired", every=timedelta(minutes=1), run=_erase),
    Job(name="erase keys", every=timedelta(minutes=1), run=_erase_keys),
)


async def work(provider: Provider) -> None:
    """Run every job at its pace until cancelled."""
    relay = relay_of(provider)
    outbox = Job(name="outbox", every=timedelta(milliseconds=250), run=lambda _provider: relay.run())
    try:
        await asyncio.gather(*(_repeat(job, provider) for job in (outbox, *JOBS)))
    finally:
        await relay.stop()


async def write_summaries(provider: Provider) -> None:
    """Write what this process has counted, at its pace until cancelled: every process that serves has its own counts."""
    await _repeat(SUMMARIES, provider)


async def _repeat(job: Job, provider: Provider) -> None:
    away = False
    while True:
        try:
            done = await job.run(provider)
            away = False
            if done >= job.full:
                continue
        except DatabaseUnavailable as error:
            if not away:
                _log.warning("job waits for the database", extra=fields(job=job.name, reason=str(error)))
            away = True
        except Exception:
            _log.exception("job failed", extra=fields(job=job.name))
        await asyncio.sleep(max(job.every.total_seconds(), _SHORTEST_PAUSE))
