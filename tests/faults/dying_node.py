"""Starts `hpid` so that it dies at the n-th step a request of some kind takes in the database (SECURITY R01, R02, R10).

A step is the moment before a statement, after it, after the last one before the commit, or after the commit before the
answer.
"""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.process import BaseProcess
from typing import Any

from idp.cli import main
from idp.database import Database
from idp.database.prepared import PreparedConnection
from tests.server import PATIENCE, Installation, Node

_DIED = 86
_state = {"inside": 0, "steps": 0}


def _step(last: int) -> None:
    _state["steps"] += 1
    if _state["steps"] == last:
        os._exit(_DIED)


def _module_of(fn: Any) -> str:
    while isinstance(fn, partial):
        fn = fn.func
    return str(getattr(fn, "__module__", ""))


def arm(last: int, where: str) -> None:
    """die at that step of functions from modules whose names begin with one of these."""

    def execute(self: PreparedConnection, *given: Any, **options: Any) -> Any:
        if _state["inside"]:
            _step(last)
        found = really_execute(self, *given, **options)
        if _state["inside"]:
            _step(last)
        return found

    def watched(really: Callable[..., Any]) -> Callable[..., Any]:
        async def run(self: Any, fn: Any) -> Any:
            if not _module_of(fn).startswith(tuple(where.split(","))):
                return await really(self, fn)

            def counted(tx: Any) -> Any:
                _state["inside"] += 1
                try:
                    return fn(tx)
                finally:
                    _state["inside"] -= 1
                    _step(last)

            outcome = await really(self, counted)
            _step(last)
            return outcome

        return run

    really_execute = PreparedConnection.execute
    setattr(PreparedConnection, "execute", execute)  # noqa: B010 - mypy would want a method; this process alone
    for name in ("read", "transact"):
        setattr(Database, name, watched(getattr(Database, name)))


def _run(last: int, where: str, environment: dict[str, str], log: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    nothing, kept = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for stream, end in enumerate((nothing, kept, kept)):
        os.dup2(end, stream)
    arm(last, where)
    sys.argv[:] = ["hpid", "serve"]
    main()


class DyingNode(Node):
    """A node in a fork of a process that has imported everything: there is one for each call."""

    def __init__(self, last: int, where: str, installation: Installation, port: int) -> None:
        super().__init__(installation, port)
        self._armed = (last, where)
        self._fork: BaseProcess | None = None

    def start(self, **changes: str) -> None:
        """Start it; what it prints is added to its log."""
        environment = self.installation.environment(HPID_PORT=str(self.port), **changes)
        self._fork = _FORKS.Process(target=_run, args=(*self._armed, environment, str(self.log)))
        self._fork.start()

    def wait_until_ready(self) -> None:
        """Return once it answers that it can serve."""
        deadline = time.monotonic() + PATIENCE
        while self.readiness() != 200:
            assert self._fork is not None
            assert self._fork.is_alive(), self.log.read_text()[-2000:]
            assert time.monotonic() < deadline, self.log.read_text()[-2000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill it, if it still runs."""
        if self._fork is not None:
            self._fork.kill()
            self._fork.join()


_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, "idp.app", "asyncpg", "idp.database.postgresql", "alembic.command"])
