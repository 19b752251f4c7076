"""`hpid serve` and `hpid worker`: in the foreground, one process, until SIGTERM or SIGINT."""

import asyncio
import signal
import socket
from collections.abc import Callable

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from idp.app import make_app, make_provider
from idp.cli.context import CommandFailed, check_schema, opened
from idp.log import configure
from idp.settings import Settings
from idp.worker import work

_BACKLOG = 1024


def serve() -> None:
    """Serve the provider; on SQLite with the worker inside."""
    settings = Settings()
    check_schema(settings)
    _check_port(settings)
    configure(settings.log_level)
    asyncio.run(_serve(settings))


def worker() -> None:
    """Run the jobs without serving: for PostgreSQL, any number beside the nodes."""
    settings = Settings()
    configure(settings.log_level)
    asyncio.run(_work(settings))


async def _serve(settings: Settings) -> None:
    server = Server(
        make_app(make_provider(settings)),
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.auto if settings.is_https else HTTPModes.http1,
        websockets=False,
        log_enabled=False,
        backlog=_BACKLOG,
        ssl_cert=settings.certificate,
        ssl_key=settings.certificate_key,
    )
    _on_stop_signal(server.stop)
    await server.serve()


async def _work(settings: Settings) -> None:
    async with opened(settings) as provider:
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
