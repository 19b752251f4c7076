"""A how-to page performed: its shell blocks, by their headings, in one shell, with ports of this run for the page's."""

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_SECTION = re.compile(r"^#+ (.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_DONE = "== that was the block =="


def sections(page: str) -> dict[str, list[str]]:
    """Return the shell blocks under each heading that has any."""
    parts = _SECTION.split(page)
    found = {heading: _BLOCK.findall(text) for heading, text in zip(parts[1::2], parts[2::2], strict=True)}
    return {heading: blocks for heading, blocks in found.items() if blocks}


def with_ports(text: str, ports: Mapping[int, int]) -> str:
    """Return the text with each port replaced where it stands as a number of its own."""
    return re.sub(
        r"(?<![\d.])\d{4,5}(?!\d)", lambda found: str(ports.get(int(found[0]), int(found[0]))), text
    )


class Shell:
    """One shell in one folder; what it leaves running (`*.pid`) is ended with it."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._shell = subprocess.Popen(
            ("bash", "--noprofile", "--norc", "-eu"),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._shell.stdin is not None
        for file in self._folder.glob("*.pid"):
            _end(int(file.read_text()))
        self._shell.stdin.close()
        if error is not None:
            self._shell.kill()
        self._shell.wait(30)

    def perform(self, blocks: Sequence[str], *, within: float = 120) -> str:
        """Run blocks to their end and return what they said; a command that fails fails it all."""
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write(f"{''.join(blocks)}\nprintf '%s\\n' '{_DONE}'\n".encode())
        self._shell.stdin.flush()
        said, deadline = b"", time.monotonic() + within
        while _DONE.encode() not in said:
            ready, _, _ = select.select([self._shell.stdout], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"not done in {within:.0f} s: {said.decode()}{self._logs()}"
            more = os.read(self._shell.stdout.fileno(), 65536)
            assert more, f"a command failed: {said.decode()}{self._logs()}"
            said += more
        return said.decode().partition(_DONE)[0]

    def _logs(self) -> str:
        return "".join(
            f"\n--- {log.name}\n{log.read_text()[-1500:]}" for log in sorted(self._folder.glob("*.log"))
        )


def _end(pid: int) -> None:
    """End a process that a block left, if it still runs."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
