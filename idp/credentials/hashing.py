"""argon2id in a pool of its own, bounded and niced, so that password logins can't starve /token (DESIGN 5.11).

libpass keeps passlib's import name. Parameters are ours, never a library's default: m = 19 MiB, t = 2, p = 1
(SP 800-63B-4 §3.1.1.2; RFC 9106). The password is keyed with a secret of keys/ before it is hashed.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache

from passlib.hash import argon2

from keys.envelope import Vault

_HASH = argon2.using(type="ID", memory_cost=19 * 1024, rounds=2, parallelism=1)
MOST_WAITING = 64
_NICE = 10
_BEGIN_SECONDS = 10.0
_NO_MEMORY = "Memory allocation error"
"""What argon2 says when it gets none."""
_NOBODY = "nobody"
"""In place of the hash of an account that is not there."""


Verify = Callable[[str, str | None], Awaitable[bool]]
"""Tells whether a password is right for a hash; for an account that is not there (None) the work is the same."""


class HashingBusy(Exception):
    """Too many passwords are waiting, or there is no memory for one more; the person is asked to try again."""


class UnusableHash(Exception):
    """A stored hash can't be read. What the library says of it repeats the hash, which belongs in no log."""


class PasswordHashing:
    """Hashes and checks passwords off the event loop."""

    def __init__(self, vault: Vault, *, threads: int | None = None) -> None:
        self._vault = vault
        self._threads = threads or _cores()
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="hashing", initializer=_step_back)
        self._waiting = 0

    async def open(self) -> None:
        """Begin all threads now: later, on a machine that is full, there may be no room for one."""
        all_here = threading.Barrier(self._threads, timeout=_BEGIN_SECONDS)
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(self._pool, all_here.wait) for _ in range(self._threads)))

    async def hash(self, password: str) -> str:
        """Return the hash to store."""
        with self.place():
            return await self._run(password, None) or ""

    @contextmanager
    def place(self) -> Iterator[Verify]:
        """Hold a place in the line and hand out what checks a password, or raise HashingBusy.

        Taken before an attempt is counted: a full line is nobody's failure, and costs no statement.
        """
        if self._waiting >= MOST_WAITING:
            raise HashingBusy
        self._waiting += 1
        try:
            yield self._verify
        finally:
            self._waiting -= 1

    @staticmethod
    def is_outdated(password_hash: str) -> bool:
        """Tell whether a hash is of another scheme or of other costs than are used now."""
        return bool(_HASH.needs_update(password_hash))

    @property
    def is_full(self) -> bool:
        """Tell whether there is no place in the line."""
        return self._waiting >= MOST_WAITING

    @property
    def waiting(self) -> int:
        """Return how many passwords are being hashed or wait for it."""
        return self._waiting

    def close(self) -> None:
        """Let running hashes end; start none."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _verify(self, password: str, password_hash: str | None) -> bool:
        return await self._run(password, password_hash or _NOBODY) is not None

    async def _run(self, password: str, password_hash: str | None) -> str | None:
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, self._work, password, password_hash
        )

    def _work(self, password: str, password_hash: str | None) -> str | None:
        try:
            return self._argon2(password, password_hash)
        except MemoryError:
            raise HashingBusy("no memory to hash a password in") from None
        except ValueError as error:  # the library's name for whatever its backend says
            if str(error.__context__) == _NO_MEMORY:
                raise HashingBusy("no memory to hash a password in") from None
            raise UnusableHash from None

    def _argon2(self, password: str, password_hash: str | None) -> str | None:
        keyed = self._vault.pepper(password)
        if password_hash is None:
            return str(_HASH.hash(keyed))
        of_nobody = _hash_of(self._vault.pepper("nobody has this password"))  # the same work, whoever asks
        if password_hash == _NOBODY:
            _HASH.verify(keyed, of_nobody)
            return None
        return password_hash if _HASH.verify(keyed, password_hash) else None


@lru_cache(maxsize=1)
def _hash_of(keyed: str) -> str:
    """Return a hash to check passwords of nobody against; made once, when the first password is checked."""
    return str(_HASH.hash(keyed))


def _cores() -> int:
    """Return how many cores this process may use: two hashes on one core only take the cache from each other."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _step_back() -> None:
    """Give way to request handling: threads are scheduled one by one on Linux."""
    if hasattr(os, "setpriority") and hasattr(os, "PRIO_PROCESS"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
