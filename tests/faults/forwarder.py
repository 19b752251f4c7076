"""A way to a PostgreSQL server that can be cut and mended, on a loopback port of its own."""

import asyncio
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, make_url

_CHUNK = 64 * 1024
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Forwarder:
    """Carries bytes both ways while it is up; taken down, every connection breaks and the port is closed."""

    def __init__(self, server_url: str, port: int) -> None:
        self._target = make_url(server_url)
        self._port = port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The server's URL by this way."""
        target = self._target.difference_update_query(["host", "port"])
        return target.set(host="127.0.0.1", port=self._port).render_as_string(hide_password=False)

    async def up(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)

    async def down(self) -> None:
        """Cut all of them; let none through."""
        if self._server is not None:
            self._server.close()
            self._server = None
        cut, self._open = self._open, set()
        for task in cut:
            task.cancel()
        await asyncio.gather(*cut, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        there_reader, there_writer = await _connect(self._target)
        try:
            await asyncio.wait(
                [
                    asyncio.create_task(_pump(reader, there_writer)),
                    asyncio.create_task(_pump(there_reader, writer)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
        except asyncio.CancelledError:
            pass
        finally:
            writer.transport.abort()
            there_writer.transport.abort()
            self._open.discard(task)


async def _connect(target: URL) -> _Streams:
    place = target.query.get("host", target.host)
    port = target.query.get("port", target.port) or 5432
    if isinstance(place, str) and place.startswith("/"):
        return await asyncio.open_unix_connection(Path(place) / f".s.PGSQL.{port}")
    return await asyncio.open_connection(str(place), int(str(port)))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
