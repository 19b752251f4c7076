"""The tests' own fork server tells of every command, however soon it ends."""

import os
import select
import signal
from pathlib import Path

from tests.processes import Forked, ask_for_a_fork


def test_a_command_that_ended_before_anyone_looked_is_told_like_any_other(tmp_path: Path) -> None:
    told = tmp_path / "told"
    with told.open("wb") as stream:
        connection = ask_for_a_fork(
            ["--help"], environment=dict(os.environ), folder=tmp_path, stdout=stream, stderr=stream
        )
    assert _said_everything(connection.fileno()), "the fork server never closed the connection"

    process = Forked(connection)
    process.send_signal(signal.SIGTERM)
    assert (process.wait(10), process.poll()) == (0, 0)
    assert told.read_text().lstrip().startswith("Usage: hpid")


def _said_everything(connection: int) -> bool:
    """Wait until the other end is closed, and read nothing."""
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP)
    return bool(poll.poll(20_000))
