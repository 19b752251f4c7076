"""`hpid serve` and `hpid worker`: in the foreground, one process, until SIGTERM or SIGINT."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.server.embed import Server

from idp.app import make_app, make_provider, release
from idp.cli.certification import check_profile_of_state
from idp.cli.context import CommandFailed, check_schema, opened
from idp.cli.tls_files import check_tls_files
from idp.clock import Clock
from idp.database import DatabaseUnavailable
from idp.exposition import exposed
from idp.log import configure, fields
from idp.provider import Provider
from idp.settings import Settings
from idp.worker import work
from keys.signer import SigningUnavailable

_BACKLOG = 1024
_log = logging.getLogger("hpid.serve")


def serve() -> None:
    """Serve the provider; on SQLite with the worker inside."""
    settings = Settings()
    _check_port(settings)
    expires_at = check_tls_files(settings, now=Clock().now())
    configure(settings.log_level)
    asyncio.run(_serve(settings, expires_at))
    sys.stdout.flush()
    # Everything is closed; the server's own threads may abort in an interpreter that is being taken down.
    os._exit(0)


def worker() -> None:
    """Run the jobs without serving: for PostgreSQL, any number beside the nodes."""
    settings = Settings()
    configure(settings.log_level)
    asyncio.run(_work(settings))


async def _serve(settings: Settings, certificate_expires: datetime | None) -> None:
    provider = make_provider(settings)
    await _check_state(provider)
    server = Server(
        make_app(provider),
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.auto if settings.is_https else HTTPModes.http1,
        websockets=False,
        log_enabled=False,
        backlog=_BACKLOG,
        ssl_cert=settings.certificate,
        ssl_key=settings.certificate_key,
        ssl_protocol_min=SSLProtocols.tls12,
    )
    told_to_stop = asyncio.Event()

    def stop() -> None:
        told_to_stop.set()
        server.stop()  # type: ignore[no-untyped-call]  # granian leaves it untyped

    _on_stop_signal(stop)
    with exposed(provider, release=release(), certificate_expires=certificate_expires):
        await server.serve()
    if not told_to_stop.is_set():
        raise CommandFailed("the server ended by itself; the lines before this one say why")


async def _check_state(provider: Provider) -> None:
    """Refuse a schema, a signing key or people that can't serve (SECURITY R04, R27).

    A database server that is down may still come up, and so may a device that signs. A PIN it refuses doesn't end the
    process: whatever starts it again would try the PIN again, until the device locks itself.
    """
    try:
        await asyncio.to_thread(check_schema, provider.settings)
        await provider.configuration.refresh()
        await provider.database.read(partial(check_profile_of_state, profile=provider.settings.profile))
    except DatabaseUnavailable as error:
        if provider.settings.is_sqlite:
            raise
        _log.warning("not ready until the database answers", extra=fields(reason=str(error)))
        return
    try:
        await provider.keyring.check()
    except SigningUnavailable as error:
        _log.warning("not ready until all keys can sign", extra=fields(reason=str(error)))


async def _work(settings: Settings) -> None:
    async with opened(settings) as provider:
        with exposed(provider, release=release()):
            stopped = asyncio.Event()
            _on_stop_signal(stopped.set)
            tasks = [
                asyncio.create_task(provider.configuration.keep_fresh()),
                asyncio.create_task(work(provider)),
            ]
            await stopped.wait()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _on_stop_signal(stop: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)


def _check_port(settings: Settings) -> None:
    """Say that the port is taken before anything else starts."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise CommandFailed(
                f"port {settings.port} of {settings.host} can't be used: {error.strerror}"
            ) from error
