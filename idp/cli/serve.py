"""`hpid serve`: in the foreground, one process, until SIGTERM, SIGINT or SIGHUP."""

import asyncio
import gc
import logging
import resource
import socket
from contextlib import suppress
from datetime import datetime

import uvloop
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.server.embed import Server

from idp.app import make_app, make_provider, release
from idp.cli.context import CommandFailed
from idp.cli.last_connections import ACCEPTED_SECONDS, hear_no_more
from idp.cli.scheduling import schedule_in_batches
from idp.cli.server_limits import HTTP1, HTTP2
from idp.cli.starting import announce, end_process, on_stop_signal, take_state
from idp.cli.tls_files import check_tls_files
from idp.clock import Clock
from idp.database import DatabaseUnavailable
from idp.exposition import exposed
from idp.log import configure, fields
from idp.provider import Provider
from idp.settings import Settings
from keys.signer import SigningUnavailable

_BACKLOG = 1024
_MOST_CONNECTIONS = 10_000
"""Connections at once, most of them kept and idle; requests are counted elsewhere (idp/admission.py)."""
_OTHER_FILES = 300
"""Open files that are none of them: the database, those who are called, logs."""
_LAST_REQUESTS_SECONDS = 12.0
"""After the drain, for what is under way; more is somebody who sends byte by byte."""
_log = logging.getLogger("hpid.serve")


def serve() -> None:
    """Serve the provider; on SQLite with the worker inside."""
    settings = Settings()
    _check_port(settings)
    expires_at = check_tls_files(settings, now=Clock().now())
    configure(settings.log_level)
    schedule_in_batches()
    uvloop.run(_serve(settings, expires_at))
    end_process()


async def _serve(settings: Settings, certificate_expires: datetime | None) -> None:
    provider = make_provider(settings)
    try:
        await _check_state(provider)
    except BaseException:
        await provider.aclose()  # from here on the server's application does it
        raise
    announce(provider, _log)
    server = Server(
        make_app(provider),
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        # only browsers speak HTTP/2, and to a server that tells one from the other a silent caller is neither, for ever
        http=HTTPModes.auto if settings.certificate else HTTPModes.http1,
        http1_settings=HTTP1,
        http2_settings=HTTP2,
        websockets=False,
        log_enabled=False,
        backlog=_BACKLOG,
        backpressure=_connections(),
        ssl_cert=settings.certificate,
        ssl_key=settings.certificate_key,
        ssl_protocol_min=SSLProtocols.tls12,
    )
    told_to_stop = asyncio.Event()
    on_stop_signal(told_to_stop.set)
    gc.collect()
    gc.freeze()  # what is there now stays: a collection that walked it would hold all requests for a tenth of a second
    with exposed(provider, release=release(), certificate_expires=certificate_expires):
        serving = asyncio.create_task(server.serve())
        stopping = asyncio.create_task(told_to_stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not stopping.done():
            await serving
            raise CommandFailed("the server ended by itself; the lines before this one say why")
        await _leave(provider, server, serving)


async def _leave(provider: Provider, server: Server, serving: asyncio.Task[None]) -> None:
    """Go without a request failing (adr/0026): say so, let connections end, take none any more, end what is under way."""
    drain = provider.settings.effective_drain
    _log.info("told to stop", extra=fields(drain=drain))
    provider.admission.is_leaving = True
    hurry = asyncio.Event()
    on_stop_signal(hurry.set)
    with suppress(TimeoutError):
        async with asyncio.timeout(drain):
            await hurry.wait()
    if drain:
        hear_no_more(provider.settings.port)
        await asyncio.sleep(ACCEPTED_SECONDS)
    server.stop()
    await asyncio.wait({serving}, timeout=_LAST_REQUESTS_SECONDS)
    if serving.done():
        await serving
    else:
        _log.warning("requests were cut off", extra=fields(under_way=provider.admission.under_way))


async def _check_state(provider: Provider) -> None:
    """Refuse a schema, a signing key or people that can't serve.

    A device that signs may still come up, as a database server may; a PIN it refuses doesn't end the process: whatever
    starts it again would try the PIN again, until the device locks itself.
    """
    try:
        await take_state(provider)
        await provider.database.open()  # here, where what is wrong with a file can still be said in one line
    except DatabaseUnavailable as error:
        if provider.settings.is_sqlite:
            raise
        _log.warning("not ready until the database answers", extra=fields(reason=str(error)))
        return
    try:
        await provider.keyring.check()
    except SigningUnavailable as error:
        _log.warning("not ready until all keys can sign", extra=fields(reason=str(error)))


def _connections() -> int:
    """Return how many connections are taken at once: as many as this process may open files, within reason."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_CONNECTIONS + _OTHER_FILES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(max(soft - _OTHER_FILES, 64), _MOST_CONNECTIONS)


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
