"""`hpid worker`: the jobs alone, in the foreground, one process, until SIGTERM, SIGINT or SIGHUP."""

import asyncio
import logging

import uvloop

from idp.app import make_provider, release
from idp.cli.starting import announce, end_process, on_stop_signal, take_state
from idp.database import DatabaseUnavailable
from idp.exposition import exposed
from idp.log import configure, fields
from idp.provider import Provider
from idp.settings import Settings
from idp.worker import look_upstream, work

_AGAIN_SECONDS = 1.0
_log = logging.getLogger("hpid.worker")


def worker() -> None:
    """Run the jobs without serving: for PostgreSQL, any number beside the nodes."""
    settings = Settings()
    configure(settings.log_level)
    uvloop.run(_work(settings))
    end_process()


async def _work(settings: Settings) -> None:
    stopped = asyncio.Event()
    on_stop_signal(stopped.set)
    provider = make_provider(settings)
    await provider.database.open()
    try:
        with exposed(provider, release=release()):
            working = asyncio.create_task(_run(provider))
            stopping = asyncio.create_task(stopped.wait())
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not stopping.done():
                await working  # it ends by an error alone
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
    finally:
        await provider.aclose()


async def _run(provider: Provider) -> None:
    """Wait for the database, then do every job until cancelled."""
    await _wait_for_state(provider)
    announce(provider, _log)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(provider.configuration.keep_fresh())
        tasks.create_task(work(provider))
        if provider.national is not None:
            tasks.create_task(look_upstream(provider))


async def _wait_for_state(provider: Provider) -> None:
    """Wait for a server that is down, as nodes do: who ended would be started again a few times, and then left down."""
    is_told = False
    while True:
        try:
            await take_state(provider)
        except DatabaseUnavailable as error:
            if provider.settings.is_sqlite:
                raise
            if not is_told:
                _log.warning("no job runs until the database answers", extra=fields(reason=str(error)))
            is_told = True
            await asyncio.sleep(_AGAIN_SECONDS)
        else:
            return
