"""What `serve` and `worker` begin alike: what they need of the database, the line that says so, what ends them."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from functools import partial
from typing import NoReturn

from idp.app import release
from idp.cli.certification import check_profile_of_state
from idp.cli.context import CommandFailed, check_revision, check_schema
from idp.configuration.cache import StateRefused
from idp.env_file import misspelt
from idp.log import fields
from idp.provider import Provider
from idp.settings import DeploymentProfile
from idp.transaction import Tx


def on_stop_signal(stop: Callable[[], object]) -> None:
    """Call this at SIGTERM, SIGINT and SIGHUP, in place of what was called before.

    A terminal that is closed asks to stop as well, unless whoever began it said otherwise, as `nohup` does.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, stop)


def end_process() -> NoReturn:
    """End with the last lines written, waiting for no thread: everything is closed, and what a thread still does is lost.

    One that asks name servers which are silent takes half a minute; the server's own may abort in an interpreter that is
    being taken down.
    """
    logging.shutdown()
    os._exit(0)


def announce(provider: Provider, log: logging.Logger) -> None:
    """Say what begins: the first question of whoever reads the log of a night."""
    settings = provider.settings
    database = "sqlite" if settings.is_sqlite else "postgresql"
    log.info("started", extra=fields(release=release(), profile=settings.profile.value, database=database))
    for name, meant in misspelt(os.environ).items():
        log.warning("not a setting, and ignored", extra=fields(name=name, meant=meant))
    if settings.profile is DeploymentProfile.PRODUCTION and not provider.senders:
        log.warning("people are told of nothing: neither HPID_MAIL_HOST nor HPID_SMS_URL is set")


async def take_state(provider: Provider) -> None:
    """Take clients and keys from a database that is fit for this release and profile (SECURITY R04, R27).

    Raises CommandFailed, or DatabaseUnavailable. A server that is down may still come up: what it holds is checked
    then, before anything is taken from it.
    """
    provider.configuration.require(partial(_check, profile=provider.settings.profile))
    try:
        if provider.settings.is_sqlite:  # a file that is missing is told in words of its own
            await asyncio.to_thread(check_schema, provider.settings)
        await provider.configuration.refresh()
    except StateRefused as error:
        raise CommandFailed(str(error)) from error


def _check(tx: Tx, *, profile: DeploymentProfile) -> None:
    try:
        check_revision(tx.configuration.revision())
        check_profile_of_state(tx, profile)
    except CommandFailed as error:
        raise StateRefused(str(error)) from error
