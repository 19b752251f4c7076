"""A command or a job that kills itself -9 at one of its steps, in a process of its own.

Steps are counted: before and after each statement and each commit, and each change of a file's name. At the one given
the process is gone, without a word to anybody. Nothing in the product knows. The process is a fork of one that has
imported everything and done nothing: to start it anew costs a tenth.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import Engine, Pool, event

from idp.cli import main
from idp.cli.context import opened
from idp.clock import Clock
from idp.settings import Settings
from idp.worker import JOBS

_FILES = frozenset({"os.rename", "os.link"})


def _arm(step: int) -> None:
    steps = count(1)

    def pass_step(*_: object, **__: object) -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, name, pass_step)
    event.listen(Pool, "checkin", pass_step)  # after the commit
    sys.addaudithook(lambda name, _: pass_step() if name in _FILES else None)


def _move_clock(minutes: float) -> None:
    def now(_: Clock) -> datetime:
        return datetime.now(UTC) + timedelta(minutes=minutes)

    setattr(Clock, "now", now)  # noqa: B010 - mypy would want a method; this process alone


async def _run_job(name: str) -> None:
    (job,) = [job for job in JOBS if job.name == name]
    async with opened(Settings()) as provider:
        await job.run(provider)


def run_killed(step: int, minutes: float, words: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run `hpid` with these words, or `job` and its name, its clock moved by minutes; return how it ended."""
    process = _FORKS.Process(target=_run, args=(step, minutes, tuple(words), dict(environment)))
    process.start()
    process.join()
    status = process.exitcode
    process.close()
    assert status is not None
    return status


def _run(step: int, minutes: float, words: tuple[str, ...], environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    _move_clock(minutes)
    _arm(step)
    if words[0] == "job":
        asyncio.run(_run_job(words[1]))
    else:
        sys.argv[:] = ["hpid", *words]
        main()


_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])
