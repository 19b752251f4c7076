"""Servers under measurement: started here, pinned to their core, weighed by what the kernel says of them."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE = 60.0


def cores() -> tuple[set[int], set[int]]:
    """Return the cores for servers and for all else; on one core both are the same."""
    usable = sorted(os.sched_getaffinity(0))
    return {usable[0]}, set(usable[1:]) or {usable[0]}


@dataclass(kw_only=True)
class Server:
    """One server: its port, and the processes that are weighed."""

    name: str
    port: int
    more_ports: Sequence[int] = ()
    """Of further nodes, which share the load."""
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    rest_mib: float = 0.0
    """Resident memory once ready, before any load."""
    start_cpu: float = 0.0
    """Seconds of CPU until it could answer."""

    def cpu(self) -> float:
        """Return the seconds of CPU its processes have used so far."""
        return sum(_cpu(pid) for process in self.processes for pid in family(process.pid))

    def memory_mib(self) -> float:
        """Return the resident memory of its processes in MiB."""
        return sum(_rss(pid) for process in self.processes for pid in family(process.pid))

    def end(self) -> None:
        """Tell its processes to stop, and see them stop."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            if process.poll() is None:
                process.kill()
                process.wait()


def start(
    words: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path, on: set[int]
) -> "subprocess.Popen[bytes]":
    """Start a process on the given cores; what it prints goes to a log."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            words, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    pin(process.pid, on)
    return process


def pin(pid: int, on: set[int]) -> None:
    """Keep a process with all its threads on the given cores."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(task.name), on)


def wait_for_answer(server: Server, path: str, log: Path) -> None:
    """Return once the server answers 200."""
    import httpx

    deadline = time.monotonic() + _PATIENCE
    waiting = [server.port, *server.more_ports]
    while waiting:
        with suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{waiting[0]}{path}", trust_env=False).status_code == 200:
                waiting.pop(0)
                continue
        ended = [process for process in server.processes if process.poll() is not None]
        if ended or time.monotonic() > deadline:
            raise RuntimeError(f"{server.name} does not answer: {log.read_text()[-2000:]}")
        time.sleep(0.05)
    server.start_cpu = server.cpu()


def family(pid: int) -> list[int]:
    """Return the process and its children, at any depth."""
    found = [pid]
    for parent in found:
        with suppress(FileNotFoundError, ProcessLookupError):
            found += [
                int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
            ]
    return found


def _cpu(pid: int) -> float:
    with suppress(FileNotFoundError, ProcessLookupError):
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / _TICKS
    return 0.0


def _rss(pid: int) -> float:
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0
