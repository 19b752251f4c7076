"""A worker that is told to stop ends at once, whatever its threads wait for."""

import subprocess
import sys
import time
from contextlib import suppress

import pytest

from tests.server import PATIENCE, Installation

pytestmark = pytest.mark.network

_WITH_SILENT_NAME_SERVERS = """
import socket, sys, time
ask = socket.getaddrinfo
def silent(host, *rest, **named):
    if str(host) != "silent.example":
        return ask(host, *rest, **named)
    print("asking", flush=True)
    time.sleep(600)
socket.getaddrinfo = silent
from idp.cli import main
sys.argv = ["hpid", "worker"]
main()
"""
"""The system's resolver takes no time limit: with three servers that say nothing it takes half a minute."""
_AT_ONCE = 10


def test_it_waits_for_no_name_server(made: Installation) -> None:
    environment = made.environment(
        HPID_NATIONAL_ISSUER="https://silent.example",
        HPID_NATIONAL_CLIENT_ID="haiphong-id",
        HPID_NATIONAL_CLIENT_SECRET="s" * 43,
    )
    command = (sys.executable, "-c", _WITH_SILENT_NAME_SERVERS)
    log = made.folder / "worker.log"
    with (
        log.open("wb") as said,
        subprocess.Popen(command, env=environment, stdout=said, stderr=said) as worker,
    ):
        try:
            deadline = time.monotonic() + PATIENCE
            while "asking" not in log.read_text():
                assert worker.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            worker.terminate()
            with suppress(subprocess.TimeoutExpired):
                worker.wait(_AT_ONCE)
            assert worker.poll() == 0, "it waits"
        finally:
            worker.kill()
    assert "Traceback" not in log.read_text()
