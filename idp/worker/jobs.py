"""What is done again and again, and how often: one table. Each job is another feature's; here it is given its parts."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from idp.audit.jobs import sequence
from idp.audit.occasion import Occasion
from idp.clock import CLOCKS_APART
from idp.data_rights.jobs import CLOSINGS, COPIES, close_accounts, make_copies
from idp.database import Database, Done
from idp.keeping import BATCH, ERASERS, erase
from idp.life_events.jobs import BATCH as LIVES
from idp.life_events.jobs import end_papers, reach_ages
from idp.log import fields
from idp.mandates.jobs import BATCH as MANDATES
from idp.mandates.jobs import end_over
from idp.officials.jobs import BATCH as OFFICIALS
from idp.officials.jobs import close_posts, link_people
from idp.outbox.model import LONGEST_PAUSE
from idp.provider import Provider
from idp.sessions.jobs import BATCH as UNPROVED
from idp.sessions.jobs import end_unproved
from idp.signing_keys.jobs import erase_keys, rotate_keys
from idp.transaction import Tx
from idp.worker.loop import Job
from idp.worker.measuring import measure

_log = logging.getLogger("hpid.worker")
_BURIED = 500


def _of_time(
    do: Callable[[Database[Tx], Occasion], Awaitable[int]],
) -> Callable[[Provider], Awaitable[int]]:
    """Return the job of doing what is due by now, on no request of anybody's."""

    async def run(provider: Provider) -> int:
        return await do(provider.database, _now(provider))

    return run


def _now(provider: Provider) -> Occasion:
    return Occasion(clock=provider.clock, now=provider.clock.now(), txn="")


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
    return await erase_keys(provider.database, provider.keyring, _now(provider))


async def _rotate_keys(provider: Provider) -> int:
    return await rotate_keys(provider.database, provider.keyring, _now(provider), provider.settings.life)


async def _make_copies(provider: Provider) -> int:
    settings = provider.settings
    return await make_copies(
        provider.database, _now(provider), issuer=settings.issuer, lasts=settings.life.data_copy
    )


async def _end_unproved(provider: Provider) -> int:
    if provider.is_national_down(provider.clock.now()):
        return 0
    within = provider.settings.life.degraded_reproof
    return await end_unproved(provider.database, _now(provider), within=within)


async def _bring_back(provider: Provider) -> int:
    """Send what a node or worker whose clock ran ahead has written: when its time comes nobody would wait for it."""
    now = provider.clock.now()
    latest = now + LONGEST_PAUSE + CLOCKS_APART
    brought = (
        await provider.database.transact(lambda tx: Done(tx.outbox.bring_back(latest, now, _BURIED)))
    ).unwrap()
    if brought:
        _log.warning("messages of a clock that ran ahead are sent now", extra=fields(count=brought))
    return brought


async def _bury(provider: Provider) -> int:
    now = provider.clock.now()
    before = now - provider.settings.life.delivery
    buried = (
        await provider.database.transact(lambda tx: Done(tx.outbox.bury(before, now, _BURIED)))
    ).unwrap()
    if buried:
        _log.warning("messages that have waited too long are given up", extra=fields(count=buried))
    return buried


SUMMARIES = Job(name="audit summaries", every=timedelta(seconds=10), run=_summaries)
JOBS: tuple[Job, ...] = (
    Job(name="audit sequence", every=timedelta(milliseconds=500), run=_sequence),
    *(
        Job(name=f"erase {table}", every=timedelta(minutes=1), run=partial(_erase, table=table), full=BATCH)
        for table in ERASERS
    ),
    Job(name="end mandates", every=timedelta(seconds=1), run=_of_time(end_over), full=MANDATES),
    Job(name="erase keys", every=timedelta(minutes=1), run=_erase_keys),
    Job(name="rotate keys", every=timedelta(minutes=1), run=_rotate_keys),
    Job(name="close posts", every=timedelta(seconds=20), run=_of_time(close_posts), full=OFFICIALS),
    Job(name="link officials", every=timedelta(minutes=1), run=_of_time(link_people), full=OFFICIALS),
    Job(name="end papers", every=timedelta(seconds=10), run=_of_time(end_papers), full=LIVES),
    Job(name="reach ages", every=timedelta(seconds=20), run=_of_time(reach_ages), full=LIVES),
    Job(name="make copies", every=timedelta(seconds=2), run=_make_copies, full=COPIES),
    Job(name="close accounts", every=timedelta(seconds=20), run=_of_time(close_accounts), full=CLOSINGS),
    Job(name="end unproved sessions", every=timedelta(seconds=20), run=_end_unproved, full=UNPROVED),
    Job(name="bring back", every=timedelta(minutes=1), run=_bring_back),
    Job(name="give up", every=timedelta(minutes=1), run=_bury),
    Job(name="measure", every=timedelta(seconds=10), run=measure),
)
