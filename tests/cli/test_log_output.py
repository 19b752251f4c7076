"""Where the log goes (idp/log.py, idp/log_stream.py): a reader that stops, one that comes late, and closed streams."""

import json
import os
import select
import socket
import subprocess
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import pytest

from tests.processes import HPID
from tests.server import PATIENCE, Installation, until_answered

pytestmark = pytest.mark.network
_STOPS_WITHIN = 6.0


@pytest.mark.parametrize("way", ["pipe", "socket"])
def test_a_log_that_nobody_reads_any_more_holds_up_nobody(made: Installation, way: str) -> None:
    """A shipper that hangs, journald on a slow disk: what it does not take waits, then is lost and counted."""
    ours, nodes = _pipe() if way == "pipe" else socket.socketpair()
    with ours, nodes:
        surroundings = made.environment(PYTHONUNBUFFERED="")
        to = nodes.fileno()
        process = subprocess.Popen((*HPID, "serve"), env=surroundings, stdout=to, stderr=to)
        try:
            until_answered(f"{made.issuer}/health/ready")
            with httpx.Client(base_url=made.issuer, trust_env=False, timeout=2.0) as client:
                asked = [client.get(f"/{'x' * 900}-{number}").status_code for number in range(2500)]
                assert set(asked) == {404}
                lines = _read_until("lines were lost", ours)
                client.get("/after")
                lines += _read_until("/after", ours)
        finally:
            process.terminate()
            assert process.wait(_STOPS_WITHIN) == 0
    paths = [line.get("path", "") for line in lines]
    known = [path for path in paths if path.startswith("/xxx")]
    lost = sum(line["lines"] for line in lines if line["event"].startswith("lines were lost"))
    assert len(known) > 900, "what waits is kept"
    assert lost == 2 * 2500 - len(known), "each request says two lines"
    assert known == sorted(known, key=lambda path: int(path.rpartition("-")[2])), "in order, and once"
    assert paths[-1] == "/after"


def test_the_last_words_reach_a_log_that_is_read_late_and_wait_for_nobody(made: Installation) -> None:
    ours, nodes = _pipe()
    with ours, nodes:
        to = nodes.fileno()
        process = subprocess.Popen((*HPID, "serve"), env=made.environment(), stdout=to, stderr=to)
        try:
            until_answered(f"{made.issuer}/health/ready")
            with httpx.Client(base_url=made.issuer, trust_env=False, timeout=2.0) as client:
                for _ in range(200):
                    client.get(f"/{'x' * 900}")
        finally:
            process.terminate()
            assert process.wait(_STOPS_WITHIN) == 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&- 2>&-"])
def test_with_its_streams_closed_it_serves_and_ends_well(made: Installation, closed: str) -> None:
    """Their numbers go to nobody else: the event loop aborts where it is to close one of them."""
    words = ("sh", "-c", f'exec "$@" {closed}', "sh", *HPID, "serve")
    process = subprocess.Popen(words, env=made.environment(), stdin=subprocess.DEVNULL)
    try:
        until_answered(f"{made.issuer}/health/ready")
        streams = [str(Path(f"/proc/{process.pid}/fd/{number}").readlink()) for number in range(3)]
        assert not [name for name in streams if name.startswith("socket:") or ".sqlite3" in name]
    finally:
        process.terminate()
        assert process.wait(_STOPS_WITHIN) == 0


def _pipe() -> tuple[BinaryIO, BinaryIO]:
    reads, writes = os.pipe()
    return os.fdopen(reads, "rb", 0), os.fdopen(writes, "wb", 0)


def _read_until(word: str, end: BinaryIO | socket.socket) -> list[dict[str, Any]]:
    """Return the lines that wait, and those that come, up to the one with a word."""
    said = b""
    while word.encode() not in said or not said.endswith(b"\n"):
        assert select.select([end], [], [], PATIENCE)[0], said[-2000:]
        said += os.read(end.fileno(), 65536)
    return [json.loads(line) for line in said.splitlines()]
