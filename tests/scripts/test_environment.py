"""scripts/environment.sh: which Python it takes, when it installs, and what it says when it can't."""

import subprocess
from pathlib import Path

import pytest

from demo.run.options import ROOT


def _bash(script: str, *, path: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ("/bin/bash", "-c", f'root="{ROOT}"\n. "{ROOT}/scripts/environment.sh"\n{script}'),
        env={"PATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def _program(folder: Path, name: str, body: str) -> None:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A path with nothing but what the script itself calls."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("head", "basename", "readlink", "cksum", "cat", "df", "awk"):
        (folder / name).symlink_to(f"/usr/bin/{name}")
    return folder


def test_the_first_python_that_is_new_enough_and_has_venv_is_taken(tools: Path) -> None:
    _program(tools, "python3", '[ "$1" = --version ] && echo Python 3.9.2; exit 1')
    _program(tools, "python3.12", "exit 0")

    assert _bash("find_python", path=str(tools)).stdout == "python3.12"


def test_the_one_that_is_asked_for_comes_before_all(tools: Path) -> None:
    _program(tools, "python3", "exit 0")
    _program(tools, "mine", "exit 0")

    assert _bash("find_python", path=str(tools), HPID_PYTHON="mine").stdout == "mine"


def test_the_systems_own_comes_before_another_that_stands_first_on_the_path(tools: Path) -> None:
    _program(tools, "python3", "exit 0")

    assert _bash("find_python", path=f"{tools}:/usr/bin").stdout == "/usr/bin/python3"


def test_without_a_new_python_the_ones_found_are_named(tools: Path) -> None:
    _program(tools, "python3", '[ "$1" = --version ] && echo Python 3.9.2; exit 1')

    done = _bash("find_python", path=str(tools))

    assert done.returncode == 1
    assert done.stderr == "Python 3.11 or newer is needed; found: Python 3.9.2\n"


def test_without_any_python_that_is_said(tools: Path) -> None:
    assert _bash("find_python", path=str(tools)).stderr == "Python 3.11 or newer is needed; found: none\n"


def test_a_python_without_venv_names_the_missing_package(tools: Path) -> None:
    _program(tools, "python3.11", 'case "$2" in *ensurepip*) exit 1;; esac')

    done = _bash("find_python", path=str(tools))

    assert done.returncode == 1
    assert done.stderr == ("python3.11 has no venv module. Debian, Ubuntu: apt-get install python3.11-venv\n")


def test_a_ready_environment_is_used_untouched(tmp_path: Path) -> None:
    _program(tmp_path / "bin", "python", "exit 0")

    done = _bash(
        'make_environment requirements.lock; echo "$python"', path="/usr/bin", HPID_VENV=str(tmp_path)
    )

    assert done.stdout == f"{tmp_path}/bin/python\n"


def test_a_ready_environment_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = _bash("make_environment requirements.lock", path="/usr/bin", HPID_VENV=str(tmp_path))

    assert done.returncode == 1
    assert "there is no" in done.stderr


def test_a_stamp_holds_for_one_lock_in_one_place(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    _program(tmp_path / ".venv" / "bin", "python", "exit 0")
    (tmp_path / "a.lock").write_text("one")
    begin = f'root="{tmp_path}"; python="$root/.venv/bin/python"'
    write = f'{begin}; stamp_of a.lock > "$root/.venv/a.lock.stamp"'
    ask = f"{begin}; is_current a.lock && echo current || echo stale"

    assert _bash(ask, path="/usr/bin").stdout == "stale\n"
    _bash(write, path="/usr/bin")
    assert _bash(ask, path="/usr/bin").stdout == "current\n"
    (tmp_path / "a.lock").write_text("two")
    assert _bash(ask, path="/usr/bin").stdout == "stale\n"
