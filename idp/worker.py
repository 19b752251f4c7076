"""The one loop that runs every job: sends the outbox, numbers the record, erases what has expired.

A job that fails is logged and tried again at its next turn; none stops the others. `serve` embeds it on SQLite; on
PostgreSQL any number of `hpid worker` run beside the nodes, each batch being claimed by one statement.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from idp import metrics
from idp.audit.jobs import sequence
from idp.audit.occasion import Occasion
from idp.data_rights.jobs import CLOSINGS, COPIES, close_accounts, make_copies
from idp.database import DatabaseUnavailable, Done
from idp.keeping import BATCH, ERASERS, erase
from idp.life_events.jobs import BATCH as LIVES
from idp.life_events.jobs import PAGE, READINGS, Follower, end_papers, reach_ages
from idp.life_events.model import Outcome
from idp.log import fields
from idp.mandates.jobs import BATCH as MANDATES
from idp.mandates.jobs import end_over
from idp.messages.model import Channel
from idp.messages.relay import ADDRESSED, SENT, Post
from idp.messages.texts import Site
from idp.officials.jobs import BATCH as OFFICIALS
from idp.officials.jobs import close_posts, link_people
from idp.outbox.relay import MOST, Relay
from idp.provider import Provider
from idp.sessions.jobs import BATCH as UNPROVED
from idp.sessions.jobs import end_unproved
from idp.signing_keys.jobs import erase_keys, rotate_keys
from idp.transaction import Tx
from idp.upstreams.probing import probe

_log = logging.getLogger("hpid.worker")
_SHORTEST_PAUSE = 0.2
_BURIED = 500
_MEASURED = 10_000
"""Rows that are counted at most: more is too many anyway."""
_GATHER = 0.02
"""Seconds in which the ends of several lanes become one claim."""


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
        encrypt=provider.client_keys.encrypt,
        issuer=provider.settings.issuer,
        clock=provider.clock,
        give_up_after=provider.settings.life.delivery,
    )


def post_of(provider: Provider) -> Post:
    """Return what sends mail and SMS in this process."""
    settings = provider.settings
    return Post(
        database=provider.database,
        senders=provider.senders,
        find_client=provider.configuration.client,
        site=Site(host=urlsplit(settings.issuer).netloc, origin=settings.issuer, hotline=settings.hotline),
        clock=provider.clock,
        give_up_after=settings.life.delivery,
        dispute_link=settings.life.dispute_link,
    )


def follower_of(provider: Provider) -> Follower | None:
    """Return what follows the registers' feed in this process; None where none is configured."""
    if provider.registers is None:
        return None
    return Follower(
        database=provider.database,
        reader=provider.registers,
        clock=provider.clock,
        every=timedelta(seconds=provider.settings.registers_every),
        attempt=_attempt,
    )


async def _attempt(work: Callable[[], Awaitable[Outcome]]) -> Outcome | None:
    """Apply an event; what goes wrong with it alone is logged, and None."""
    try:
        return await work()
    except DatabaseUnavailable:
        raise
    except Exception:
        _log.exception("an event could not be applied")
        return None


async def _send(post: Post, channel: Channel, _provider: Provider) -> int:
    return await post.send(channel)


async def _sequence(provider: Provider) -> int:
    return await sequence(provider.database)


async def _summaries(provider: Provider) -> int:
    events = provider.summaries.take(provider.clock)

    def write(tx: Tx) -> Done[int]:
        for event in events:
            tx.audit.add(event)
        return Done(len(events))

    return (await provider.database.transact(write)).unwrap() if events else 0


async def _erase(provider: Provider, *, table: str) -> int:
    return await erase(table, provider.database, provider.clock.now(), provider.settings.life)


async def _erase_keys(provider: Provider) -> int:
    occasion = Occasion(clock=provider.clock, now=provider.clock.now(), txn="")
    return await erase_keys(provider.database, provider.keyring, occasion)


async def _end_mandates(provider: Provider) -> int:
    occasion = Occasion(clock=provider.clock, now=provider.clock.now(), txn="")
    return await end_over(provider.database, occasion)


async def _rotate_keys(provider: Provider) -> int:
    occasion = Occasion(clock=provider.clock, now=provider.clock.now(), txn="")
    return await rotate_keys(provider.database, provider.keyring, occasion, provider.settings.life)


async def _close_posts(provider: Provider) -> int:
    occasion = Occasion(clock=provider.clock, now=provider.clock.now(), txn="")
    return await close_posts(provider.database, occasion)


async def _link_officials(provider: Provider) -> int:
    occasion = Occasion(clock=provider.clock, now=provider.clock.now(), txn="")
    return await link_people(provider.database, occasion)


async def _end_papers(provider: Provider) -> int:
    occasion = Occasion(clock=provider.clock, now=provider.clock.now(), txn="")
    return await end_papers(provider.database, occasion)


async def _reach_ages(provider: Provider) -> int:
    occasion = Occasion(clock=provider.clock, now=provider.clock.now(), txn="")
    return await reach_ages(provider.database, occasion)


async def _make_copies(provider: Provider) -> int:
    occasion = Occasion(clock=provider.clock, now=provider.clock.now(), txn="")
    settings = provider.settings
    return await make_copies(
        provider.database, occasion, issuer=settings.issuer, lasts=settings.life.data_copy
    )


async def _close_accounts(provider: Provider) -> int:
    occasion = Occasion(clock=provider.clock, now=provider.clock.now(), txn="")
    return await close_accounts(provider.database, occasion)


async def _read_people(provider: Provider) -> int:
    return 0 if provider.readings is None else await provider.readings.run()


async def _end_unproved(provider: Provider) -> int:
    if provider.is_national_down(provider.clock.now()):
        return 0
    occasion = Occasion(clock=provider.clock, now=provider.clock.now(), txn="")
    within = provider.settings.life.degraded_reproof
    return await end_unproved(provider.database, occasion, within=within)


async def _bury(provider: Provider) -> int:
    now = provider.clock.now()
    before = now - provider.settings.life.delivery
    buried = (
        await provider.database.transact(lambda tx: Done(tx.outbox.bury(before, now, _BURIED)))
    ).unwrap()
    if buried:
        _log.warning("messages that have waited too long are given up", extra=fields(count=buried))
    return buried


async def _measure(provider: Provider) -> int:
    """Measure what only the database knows, for whoever asks this process until the next turn."""
    now = provider.clock.now()
    backlog, unnumbered, unresolved, overdue, asked, conflicts, cases = await provider.database.read(
        lambda tx: (
            tx.deliveries.backlog(_MEASURED),
            tx.audit.unnumbered(_MEASURED),
            tx.life_unresolved.count(),
            tx.lock_requests.overdue(now),
            tx.data_requests.overdue(now),
            tx.conflicts.measure(_MEASURED),
            tx.cases.measure(_MEASURED),
        )
    )
    due = backlog.due_first
    metrics.OUTBOX_WAITING.set(backlog.waiting)
    metrics.OUTBOX_DEAD.set(backlog.dead)
    metrics.OUTBOX_OLDEST_SECONDS.set(0.0 if due is None else max(0.0, (now - due).total_seconds()))
    metrics.AUDIT_UNNUMBERED.set(unnumbered)
    metrics.LIFE_UNRESOLVED.set(unresolved)
    metrics.LOCK_REQUESTS_OVERDUE.set(overdue)
    metrics.DATA_REQUESTS_OVERDUE.set(asked)
    metrics.CONFLICTS_OPEN.set(conflicts.count)
    metrics.CONFLICTS_OLDEST_SECONDS.set(_waited(conflicts.oldest, now))
    metrics.CASES_OPEN.set(cases.count)
    metrics.CASES_OLDEST_SECONDS.set(_waited(cases.oldest, now))
    return 0


def _waited(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else (now - since).total_seconds()


SUMMARIES = Job(name="audit summaries", every=timedelta(seconds=10), run=_summaries)
JOBS: tuple[Job, ...] = (
    Job(name="audit sequence", every=timedelta(milliseconds=500), run=_sequence),
    *(
        Job(name=f"erase {table}", every=timedelta(minutes=1), run=partial(_erase, table=table), full=BATCH)
        for table in ERASERS
    ),
    Job(name="end mandates", every=timedelta(seconds=1), run=_end_mandates, full=MANDATES),
    Job(name="erase keys", every=timedelta(minutes=1), run=_erase_keys),
    Job(name="rotate keys", every=timedelta(minutes=1), run=_rotate_keys),
    Job(name="close posts", every=timedelta(seconds=20), run=_close_posts, full=OFFICIALS),
    Job(name="link officials", every=timedelta(minutes=1), run=_link_officials, full=OFFICIALS),
    Job(name="end papers", every=timedelta(seconds=10), run=_end_papers, full=LIVES),
    Job(name="reach ages", every=timedelta(seconds=20), run=_reach_ages, full=LIVES),
    Job(name="make copies", every=timedelta(seconds=2), run=_make_copies, full=COPIES),
    Job(name="close accounts", every=timedelta(seconds=20), run=_close_accounts, full=CLOSINGS),
    Job(name="end unproved sessions", every=timedelta(seconds=20), run=_end_unproved, full=UNPROVED),
    Job(name="give up", every=timedelta(minutes=1), run=_bury),
    Job(name="measure", every=timedelta(seconds=10), run=_measure),
)


async def work(provider: Provider) -> None:
    """Run every job at its pace until cancelled."""
    relay = relay_of(provider)
    every = timedelta(milliseconds=250)
    follower = follower_of(provider)
    jobs = JOBS
    if follower is not None:
        jobs += (
            Job(name="registers", every=every, run=lambda _provider: follower.run(), full=PAGE),
            Job(name="read people", every=timedelta(seconds=5), run=_read_people, full=READINGS),
        )
    post = post_of(provider)
    seldom = timedelta(seconds=1)
    jobs += (Job(name="notices", every=seldom, run=lambda _provider: post.address(), full=ADDRESSED),)
    for channel in post.senders:
        jobs += (
            Job(name=f"send {channel.value}", every=seldom, run=partial(_send, post, channel), full=SENT),
        )
    outbox = Job(name="outbox", every=every, run=lambda _provider: relay.run(), full=MOST)
    try:
        await asyncio.gather(
            _repeat(outbox, provider, woken=relay.freed), *(_repeat(job, provider) for job in jobs)
        )
    finally:
        await relay.stop()


async def write_summaries(provider: Provider) -> None:
    """Write what this process has counted, at its pace until cancelled: every process that serves has its own counts."""
    await _repeat(SUMMARIES, provider)


async def look_upstream(provider: Provider) -> None:
    """Look whether the national system is there, at its pace until cancelled: every process knows it by itself."""
    every = timedelta(seconds=provider.settings.national_probe)
    await _repeat(Job(name="national probe", every=every, run=look_once, full=2), provider)


async def look_once(provider: Provider) -> int:
    """Look whether the national system is there, if there is one; return the number of looks."""
    if provider.national is None:
        return 0
    return await probe(provider.national, provider.national_circuit, provider.clock)


async def _repeat(job: Job, provider: Provider, *, woken: asyncio.Event | None = None) -> None:
    """Run a job at its pace, and sooner when it is woken."""
    away = False
    while True:
        try:
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
