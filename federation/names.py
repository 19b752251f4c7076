"""Where names lead, asked of the system's resolver on threads of our own.

The system's call takes no time limit: for a name whose servers are silent it waits long after whoever asked has given
up. So nothing else runs on these threads, a name is asked for once at a time, and when all threads are out the next
name waits for one.
"""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

_Lookup = asyncio.Future[Sequence[str]]


class SystemNames:
    """The system's resolver, so many names at once. Close it."""

    def __init__(self, at_once: int) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="hpid-names")
        self._room = asyncio.Semaphore(at_once)
        self._under_way: dict[tuple[str, int], _Lookup] = {}

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a name, each once; OSError if it has none."""
        if (host, port) not in self._under_way:
            await self._room.acquire()
            self._begin(host, port)
        return await asyncio.shield(self._under_way[host, port])  # who gives up takes the answer from nobody

    def _begin(self, host: str, port: int) -> None:
        """Ask, with a thread that is free; unless somebody has meanwhile."""
        if (host, port) in self._under_way:
            self._room.release()
            return
        try:
            lookup = asyncio.wrap_future(self._threads.submit(_ask, host, port))
        except RuntimeError as error:  # the machine lends no thread now
            self._room.release()
            raise OSError(f"nobody can ask: {error}") from None

        def ended(lookup: _Lookup) -> None:
            del self._under_way[host, port]
            self._room.release()
            if not lookup.cancelled():
                lookup.exception()  # perhaps nobody waits any more

        self._under_way[host, port] = lookup
        lookup.add_done_callback(ended)

    def close(self) -> None:
        """Wait for nothing: what still asks ends by itself."""
        for lookup in self._under_way.values():
            lookup.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _ask(host: str, port: int) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is empty or too long
        raise OSError(f"no name: {error}") from None
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
