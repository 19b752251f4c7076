"""Starts `hpid` so that it dies at the n-th step a request of some kind takes in the database (SECURITY R01, R02, R10).

A step is the moment before a statement, after it, after the last one before the commit, or after the commit before the
answer. Run as a program: n, the modules whose functions count, then the words of `hpid`.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from idp.cli import main
from idp.database import Database
from idp.database.prepared import PreparedConnection

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


if __name__ == "__main__":
    arm(int(sys.argv[1]), sys.argv[2])
    sys.argv = ["hpid", *sys.argv[3:]]
    main()
