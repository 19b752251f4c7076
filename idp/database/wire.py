"""Messages of ours on a connection that the driver opened, between its own (adr/0034).

The driver logs in, with TLS and password, and keeps the connection while it is idle. For one exchange at a time its
transport speaks to us instead. What befalls the connection meanwhile the driver is told too.
"""

import asyncio
import struct
from typing import Any

from asyncpg import ConnectionDoesNotExistError, InterfaceError, InternalClientError

from idp.database import messages


class Wire(asyncio.Protocol):
    """One connection. Whoever stops waiting for an answer must give the connection up."""

    def __init__(self, driver: Any, transport: Any) -> None:
        self._driver = driver
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._said: bytes | bytearray = b""
        self._beginning = b""
        self._read = messages.Answer()
        self._answer: asyncio.Future[messages.Answer] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def exchange(
        self, sent: bytes, seconds: float, beginning: bytes = b""
    ) -> "asyncio.Future[messages.Answer]":
        """Send messages that end with SYNC and return what is said to them; TimeoutError if nothing is.

        The answer is expected to begin in a way that says nothing.
        Raises the driver's InterfaceError if the connection is closed, nothing being sent. The answer may say that there
        was an error; a connection lost before the answer is the driver's ConnectionDoesNotExistError.
        """
        if self._driver.is_closed():
            raise InterfaceError("connection is closed")
        if self._answer is not None:
            raise InternalClientError("an answer is waited for already")
        self._said, self._beginning, self._read = b"", beginning, messages.Answer()
        answer = self._answer = self._loop.create_future()
        self._timer = self._loop.call_later(seconds, self._time_out)
        self._transport.set_protocol(self)
        self._transport.write(sent)
        return answer

    def data_received(self, data: bytes) -> None:
        """Take a part of the answer; what comes after it is for the driver."""
        if self._answer is None:  # it came too late: the connection is given up
            self._transport.abort()
            return
        said: bytes | bytearray = data
        if self._said:
            said = self._said if isinstance(self._said, bytearray) else bytearray(self._said)
            said += data
        self._said = said
        answer = self._read
        try:
            if not messages.read(answer, said, self._beginning):
                return
        except (ValueError, IndexError, struct.error):  # it is none of PostgreSQL's: this connection is lost
            self._transport.abort()
            return
        self._settle(answer)
        if len(said) > answer.at:
            self._driver.data_received(bytes(said[answer.at :]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Say so to who waits, and to the driver."""
        self._driver.connection_lost(exc)
        if self._answer is not None:
            lost = ConnectionDoesNotExistError("connection was closed in the middle of operation")
            lost.__cause__ = exc
            self._settle(lost)

    def pause_writing(self) -> None:
        """Leave it to the driver, who may be the next to write."""
        self._driver.pause_writing()

    def resume_writing(self) -> None:
        """Leave it to the driver."""
        self._driver.resume_writing()

    def _time_out(self) -> None:
        if self._answer is not None:
            self._settle(TimeoutError())

    def _settle(self, outcome: messages.Answer | Exception) -> None:
        waiting, self._answer, self._said = self._answer, None, b""
        if self._timer is not None:
            self._timer.cancel()
        if isinstance(outcome, messages.Answer):
            self._transport.set_protocol(self._driver)
        if waiting is None or waiting.done():
            return
        if isinstance(outcome, Exception):
            waiting.set_exception(outcome)
        else:
            waiting.set_result(outcome)
