"""A way to a server that can be made bad: cut, silent, slow, narrow, deaf one way, or reset after so many bytes.

On a loopback port of its own. What it does may be changed while connections are open; `up` and `down` open and cut it.
"""

import asyncio
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url

_CHUNK = 64 * 1024
_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: close by RST, as a machine does that knows nothing of the connection."""
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True, kw_only=True)
class Weather:
    """What the way does to bytes."""

    latency: float = 0.0
    """Seconds each piece takes, each way."""
    rate: int | None = None
    """Bytes a second, each way, of each connection."""
    drops_answers: bool = False
    """What is said to the server arrives; what it answers is lost."""
    reset_after: int | None = None
    """So many more bytes to the server, counted over all connections; then the one that sent the last is reset."""


class Forwarder:
    """Carries bytes both ways while it is up; taken down, every connection breaks and the port is closed."""

    def __init__(self, server_url: str, port: int) -> None:
        self._target = make_url(server_url)
        self._port = port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._speaks = asyncio.Event()
        self._speaks.set()
        self.weather = Weather()

    @property
    def url(self) -> str:
        """The server's URL by this way."""
        target = self._target.difference_update_query(["host", "port"])
        return target.set(host="127.0.0.1", port=self._port).render_as_string(hide_password=False)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._open)

    def hush(self) -> None:
        """Be half-open: connections stand and new ones are taken, but nothing arrives at either side, not even an end."""
        self._speaks.clear()

    def speak(self) -> None:
        """Let what was held back arrive."""
        self._speaks.set()

    async def up(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)

    async def down(self) -> None:
        """Cut all of them; let none through."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.cut()

    async def cut(self) -> None:
        """Reset every connection; new ones are let through."""
        cut, self._open = self._open, set()
        for task in cut:
            task.cancel()
        await asyncio.gather(*cut, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        pumps: list[asyncio.Task[None]] = []
        there: asyncio.StreamWriter | None = None
        try:
            await self._speaks.wait()
            there_reader, there = await _connect(self._target)
            pumps = [
                asyncio.create_task(self._pump(reader, there, is_answer=False)),
                asyncio.create_task(self._pump(there_reader, writer, is_answer=True)),
            ]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass
        except OSError:  # nobody at the other end
            pass
        finally:
            for pump in pumps:
                pump.cancel()
            for one in (writer, there):
                if one is not None:
                    _reset(one)
            self._open.discard(task)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        with suppress(OSError):
            while True:
                chunk = await reader.read(_CHUNK)
                weather = self.weather
                await asyncio.sleep(weather.latency + len(chunk) / (weather.rate or float("inf")))
                await self._speaks.wait()
                if not chunk:
                    return
                if is_answer and weather.drops_answers:
                    continue
                if not is_answer and weather.reset_after is not None:
                    chunk, weather.reset_after = (
                        chunk[: weather.reset_after],
                        weather.reset_after - len(chunk),
                    )
                writer.write(chunk)
                await writer.drain()
                if not is_answer and weather.reset_after is not None and weather.reset_after <= 0:
                    weather.reset_after = None
                    return


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.family != socket.AF_UNIX:
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    writer.transport.abort()


async def _connect(target: URL) -> _Streams:
    place = target.query.get("host", target.host)
    port = target.query.get("port", target.port) or 5432
    if isinstance(place, str) and place.startswith("/"):
        return await asyncio.open_unix_connection(Path(place) / f".s.PGSQL.{port}")
    return await asyncio.open_connection(str(place), int(str(port)))
