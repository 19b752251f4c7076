"""The services of scripts/run end when told, when one of them ends, and when the runner is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.run.checks import CannotStart
from demo.run.children import Child, start, stop_all
from demo.run.health import Address, ServiceEnded, wait_until_ready
from demo.run.options import ROOT

NOBODY_LISTENS = Address(host="127.0.0.1", port=1, path="/health")


@pytest.fixture
def children() -> Iterator[list[Child]]:
    started: list[Child] = []
    yield started
    stop_all(started)


def _python(children: list[Child], folder: Path, program: str) -> Child:
    child = start(
        "sample",
        (sys.executable, "-u", "-c", program),
        environment=dict(os.environ),
        log=folder / "sample.log",
        folder=folder,
    )
    children.append(child)
    return child


def _until_logged(child: Child, word: str) -> str:
    deadline = time.monotonic() + 20
    while word not in child.last_lines() and time.monotonic() < deadline:
        time.sleep(0.02)
    return child.last_lines()


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _until_dead(pid: int) -> bool:
    deadline = time.monotonic() + 20
    while _is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _is_alive(pid)


def test_a_service_is_asked_to_end_before_it_is_killed(children: list[Child], tmp_path: Path) -> None:
    program = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('bye')))\n"
        "print('up')\n"
        "time.sleep(60)"
    )
    child = _python(children, tmp_path, program)
    _until_logged(child, "up")

    stop_all(children)

    assert child.exit_code == 0
    assert "bye" in child.last_lines()


def test_what_a_service_started_ends_with_it(children: list[Child], tmp_path: Path) -> None:
    program = (
        "import subprocess, sys, time\n"
        "print('pid', subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid)\n"
        "time.sleep(60)"
    )
    child = _python(children, tmp_path, program)
    grandchild = int(_until_logged(child, "pid").split()[-1])

    stop_all(children)

    assert _until_dead(grandchild)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_a_service_ends_when_the_runner_is_killed(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, sys, time\n"
        "from demo.run.children import start\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "command = (sys.executable, '-c', 'import time; time.sleep(60)')\n"
        "child = start('s', command, environment=dict(os.environ), log=folder / 'l', folder=folder)\n"
        "print(child.process.pid, flush=True)\n"
        "time.sleep(60)"
    )
    runner = subprocess.Popen(
        (sys.executable, "-c", program, str(tmp_path)), cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert runner.stdout is not None
    with runner.stdout:
        child = int(runner.stdout.readline())
    runner.send_signal(signal.SIGKILL)
    runner.wait()

    assert _until_dead(child)


@pytest.mark.network
def test_a_service_that_ends_by_itself_is_named_while_the_others_start(
    children: list[Child], tmp_path: Path
) -> None:
    child = _python(children, tmp_path, "print('no such table'); raise SystemExit(3)")

    with pytest.raises(ServiceEnded) as ended:
        wait_until_ready([(child, NOBODY_LISTENS)])

    assert ended.value.child.exit_code == 3
    assert ended.value.child.last_lines() == "no such table"


@pytest.mark.network
def test_a_service_that_never_answers_is_given_up(
    children: list[Child], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demo.run.health._PATIENCE_SECONDS", 0.2)
    child = _python(children, tmp_path, "import time; time.sleep(60)")

    with pytest.raises(CannotStart, match="sample does not answer; its log is"):
        wait_until_ready([(child, NOBODY_LISTENS)])
