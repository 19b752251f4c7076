"""The one thread of a node that calls the PKCS #11 module, and the queue before it.

Modules differ in what they bear from several threads; none minds one. Who waits longer than the time limit is told
that signing is unavailable, and what is left in the queue for him is never done. A call that hangs can't be ended:
until it returns everybody is refused at once, no second thread is started, and the process may stop without it.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, Full, Queue
from typing import Any, TypeVar

from keys.pkcs11.connection import Connection
from keys.pkcs11.token import Token
from keys.signer import SigningUnavailable

T = TypeVar("T")

MOST_WAITING = 256
"""So many may wait; the next one is told at once."""
MAKING_SECONDS = 120.0
"""How long a new key may take: devices look for primes slowly."""
_CLOSING_SECONDS = 2.0


class _Job:
    """A piece of work for the thread, and who waits for it."""

    __slots__ = ("_loop", "future", "limit", "work")

    def __init__(self, work: Callable[[Token], Any], limit: float) -> None:
        self._loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self._loop.create_future()
        self.work = work
        self.limit = limit

    def settle(self, outcome: object, error: BaseException | None) -> None:
        """Hand the outcome to the event loop, if that is still there."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._tell, outcome, error)

    def _tell(self, outcome: object, error: BaseException | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(outcome)
        else:
            self.future.set_exception(error)


class Device:
    """One token behind one module, for any number of keys."""

    def __init__(self, *, module: Path, token: str, pin_file: Path, time_limit: float) -> None:
        """Nothing is loaded, opened or tried before the first use."""
        self.token = token
        self._connection = Connection(module=module, token=token, pin_file=pin_file)
        self._limit = time_limit
        self._queue: Queue[_Job | None] = Queue(MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._late_at: float | None = None
        """When the call that runs now will have taken too long."""

    async def run(self, work: Callable[[Token], T], *, limit: float | None = None) -> T:
        """Return what the work made of the token, or raise SigningUnavailable."""
        late_at = self._late_at
        if late_at is not None and time.monotonic() > late_at:
            raise SigningUnavailable("the device hangs")
        job = _Job(work, limit or self._limit)
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="hpid-device", daemon=True)
            self._thread.start()
        try:
            self._queue.put_nowait(job)
        except Full:
            raise SigningUnavailable(f"{MOST_WAITING} wait for the device already") from None
        try:
            async with asyncio.timeout(job.limit):
                done: T = await job.future
        except TimeoutError:
            raise SigningUnavailable(f"the device took longer than {job.limit:g} s") from None
        return done

    async def aclose(self) -> None:
        """End the thread and its login; one that hangs is left behind."""
        if self._thread is None:
            return
        with suppress(Empty):
            while True:
                self._queue.get_nowait()
        self._queue.put_nowait(None)
        await asyncio.to_thread(self._thread.join, _CLOSING_SECONDS)
        self._thread = None

    def _serve(self) -> None:
        while (job := self._queue.get()) is not None:
            if job.future.cancelled():
                continue
            self._late_at = time.monotonic() + job.limit
            try:
                job.settle(self._connection.run(job.work), None)
            except Exception as error:
                job.settle(None, error)
            finally:
                self._late_at = None
        self._connection.close()
