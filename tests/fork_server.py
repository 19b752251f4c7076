"""Runs `hpid` commands, and modules by `-m`, in forks of itself, which has imported what they import: each then costs a
tenth of a start.

Speaks to `tests/processes.py` over a Unix socket, one connection a command: the request is JSON with three descriptors
beside it; the answers are lines, first the pid with a handle of the process beside it, then the exit status. When the
last who holds the standard input is gone, every command still running is killed.
"""

import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field

_LOADED_LATER = (
    "anyio._backends._asyncio",
    "asyncpg",
    "alembic.command",
    "fastapi.telemetry._runtime",
    "httpcore",
    "idp.app",
    "idp.scim.routing",
    "importlib.readers",
    "rich._emoji_codes",
    "typer._adapters",
)
"""What `idp.cli` imports only once a command needs it."""
_HEADER = 8
_STREAMS = 3


@dataclass(frozen=True, slots=True)
class _Running:
    pid: int
    pidfd: int
    caller: socket.socket


@dataclass(slots=True)
class ForkServer:
    """Forks a command for each caller and tells its end."""

    listener: socket.socket
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    running: dict[int, _Running] = field(default_factory=dict)

    def serve(self) -> None:
        """Return when the standard input is at its end, with every command ended."""
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    self._accept()
                elif key.fd in self.running:
                    self._ended(self.running.pop(key.fd))
                elif not os.read(key.fd, 1):
                    self._kill_all()
                    return

    def _accept(self) -> None:
        caller, _ = self.listener.accept()
        header, streams, _, _ = socket.recv_fds(caller, _HEADER, _STREAMS)
        length = int.from_bytes(header)
        request = b""
        while len(request) < length:
            request += caller.recv(length - len(request))
        pid = os.fork()
        if pid == 0:
            self._become(caller, streams, json.loads(request))
        for stream in streams:
            os.close(stream)
        one = _Running(pid, os.pidfd_open(pid), caller)
        self.running[one.pidfd] = one
        self.selector.register(one.pidfd, selectors.EVENT_READ)
        socket.send_fds(caller, [f"{pid}\n".encode()], [one.pidfd])

    def _become(self, caller: socket.socket, streams: list[int], request: dict[str, object]) -> None:
        """Be the command, in the child, to its end."""
        status = 70
        try:
            caller.close()
            self.listener.close()
            self.selector.close()
            for one in self.running.values():
                one.caller.close()
                os.close(one.pidfd)
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            status = run(**request)  # type: ignore[arg-type]
        finally:
            with suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)

    def _ended(self, one: _Running) -> None:
        self.selector.unregister(one.pidfd)
        os.close(one.pidfd)
        _, status = os.waitpid(one.pid, 0)
        with one.caller, suppress(BrokenPipeError, ConnectionResetError):
            one.caller.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())

    def _kill_all(self) -> None:
        for one in self.running.values():
            signal.pidfd_send_signal(one.pidfd, signal.SIGKILL)
            one.caller.close()


def run(words: list[str], environment: dict[str, str], folder: str) -> int:
    """Be a command: `hpid` with these words, or a module after `-m`. Return its exit status."""
    from idp.cli import main

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    time.tzset()
    gc.enable()
    sys.argv = ["hpid", *words]
    try:
        if words[:1] == ["-m"]:
            sys.argv = words[1:]
            runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        else:
            main()
    except SystemExit as ended:
        if isinstance(ended.code, str):
            sys.stderr.write(ended.code + "\n")
            return 1
        return ended.code or 0
    except KeyboardInterrupt:
        return 130
    return 0


def prepare() -> None:
    """Import what commands import, once for all of them."""
    for name in ("idp.cli", *_LOADED_LATER):
        importlib.import_module(name)
    importlib.import_module("federation.fetch")._usual_tls()  # the authorities this machine trusts, read once
    gc.collect()
    gc.freeze()
    gc.disable()


if __name__ == "__main__":
    prepare()
    with socket.socket(fileno=int(sys.argv[1])) as its_address:
        ForkServer(its_address).serve()
