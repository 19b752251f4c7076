"""Serve an application in this one process until SIGTERM or SIGINT; requests in flight are finished first."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import NoReturn, TypeVar

from granian.constants import Interfaces
from granian.server.embed import Server
from pydantic import ValidationError
from starlette.types import ASGIApp

from demo.apps.common.log import log
from demo.apps.common.settings import AppSettings

Kind = TypeVar("Kind", bound=AppSettings)


def run(app: ASGIApp, settings: AppSettings) -> NoReturn:
    """Serve until told to stop, then end this process."""
    is_stopped_by_us = asyncio.run(serve(app, settings))
    sys.stdout.flush()
    sys.stderr.flush()
    # Granian's threads may still let go of Python objects; an interpreter being torn down under them aborts
    os._exit(0 if is_stopped_by_us else 1)


async def serve(app: ASGIApp, settings: AppSettings) -> bool:
    """Serve inside a running loop until SIGTERM or SIGINT; False if the server ended of itself."""
    _check_port(settings)
    server = Server(
        app,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        log_enabled=False,
        websockets=False,
    )
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, server.stop)
    log("serving", address=settings.base_url, issuer=settings.issuer)
    await server.serve()
    log("stopped")
    return not server.interrupt_children


def _check_port(settings: AppSettings) -> None:
    """End with a word if somebody listens there: Granian would share the port with them (SO_REUSEPORT)."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SystemExit(f"{settings.host}:{settings.port}: {error.strerror}") from error


def settings_or_exit(read: Callable[[], Kind], *, prefix: str) -> Kind:
    """Read settings from the environment; say in one line each what is wrong with them."""
    try:
        return read()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = prefix + "_".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"{name}: {problem['msg']}\n")
        raise SystemExit(2) from None
