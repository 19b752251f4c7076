"""Runs the service in this one process: no workers, so nothing is left behind when it is killed.

SIGTERM and SIGINT stop it: no new requests, and two seconds for those under way.
"""

import asyncio
import os
import signal
import socket

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from federation.national_mock.app import create_app
from federation.national_mock.edge import log
from federation.national_mock.settings import Settings

_GRACE_SECONDS = 2


def run(settings: Settings) -> int:
    """Serve until told to stop; the exit status."""
    return asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    _check_port_is_free(settings)
    app = create_app(settings)
    server = Server(
        app,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        server.stop()
        loop.call_later(_GRACE_SECONDS, os._exit, 0)  # a request held back by a fault may not hold us back

    loop = asyncio.get_running_loop()
    for stop_signal in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop_signal, stop)
    log("starting", issuer=settings.issuer, host=settings.host, port=settings.port)
    await server.serve()
    app.state.service.engine.dispose()
    log("stopped")
    return 0 if stopped else 1


def _check_port_is_free(settings: Settings) -> None:
    """Fail with the system's own words: the server would quietly share a port that another one listens on."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        settings.host, settings.port, type=socket.SOCK_STREAM
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just left is free
        probe.bind(address)
