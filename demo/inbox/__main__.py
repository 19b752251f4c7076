"""`python -m demo.inbox`: the page and SMS on INBOX_PORT, mail on INBOX_SMTP_PORT; INBOX_SECRET_FILE, INBOX_PROVIDER."""

import asyncio
import os
import signal
import sys
from functools import partial
from pathlib import Path

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from demo.inbox.app import create_app
from demo.inbox.kept import Inbox
from demo.inbox.smtp import receive

_LOOPBACK = "127.0.0.1"


async def _serve(secret: str) -> bool:
    inbox = Inbox()
    mail = await asyncio.start_server(
        partial(receive, inbox), _LOOPBACK, int(os.environ["INBOX_SMTP_PORT"]), limit=64 * 1024
    )
    server = Server(
        create_app(inbox, secret=secret, provider=os.environ["INBOX_PROVIDER"]),
        address=_LOOPBACK,
        port=int(os.environ["INBOX_PORT"]),
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    stopped = asyncio.Event()

    def stop() -> None:
        stopped.set()
        server.stop()

    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop)
    async with mail:
        await server.serve()
    return stopped.is_set()


if __name__ == "__main__":
    held = Path(os.environ["INBOX_SECRET_FILE"]).read_text(encoding="ascii").strip()
    is_stopped_by_us = asyncio.run(_serve(held))
    sys.stdout.flush()
    os._exit(0 if is_stopped_by_us else 1)  # as demo/apps/common/server.py: threads may hold Python objects
