"""scripts/tools.sh: where tests may write in memory, and where they may not."""

import subprocess
from pathlib import Path

import pytest

from demo.run.options import ROOT

GIB = 1024 * 1024
PLENTY = 8 * GIB


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "hpid-tests.1"


def _ask(tmp_path: Path, folder: Path, *, memory: int, room: int, **programs: str) -> tuple[int, str]:
    """Ask on a machine with so many KiB of memory left, and so many in /dev/shm."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sort", "head", "rm"):
        (tools / name).symlink_to(f"/usr/bin/{name}")
    fakes = {
        "awk": f'case "$1" in */^MemAvailable*) echo {memory};; *) echo {room};; esac',
        "df": "exit 0",
        "mktemp": '/bin/mkdir "$FOLDER"; echo "$FOLDER"',
        "chmod": 'exec /bin/chmod "$@"',
    }
    for name, body in {**fakes, **programs}.items():
        (tools / name).write_text(f"#!/bin/sh\n{body}\n")
        (tools / name).chmod(0o755)
    done = subprocess.run(
        ("/bin/bash", "-c", f'set -euo pipefail\n. "{ROOT}/scripts/tools.sh"\nfolder_in_memory || exit 3'),
        env={"PATH": str(tools), "FOLDER": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_where_there_is_plenty_tests_write_in_memory(tmp_path: Path, folder: Path) -> None:
    assert _ask(tmp_path, folder, memory=PLENTY, room=PLENTY) == (0, str(folder))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("memory", "room"), [(GIB, PLENTY), (PLENTY, GIB), (0, 0)])
def test_where_memory_or_the_room_for_it_is_short_they_write_on_disk(
    tmp_path: Path, folder: Path, memory: int, room: int
) -> None:
    assert _ask(tmp_path, folder, memory=memory, room=room) == (3, "")
    assert not folder.exists()


def test_a_folder_that_can_t_be_made_is_none(tmp_path: Path, folder: Path) -> None:
    assert _ask(tmp_path, folder, memory=PLENTY, room=PLENTY, mktemp="exit 1") == (3, "")


def test_a_folder_from_which_no_program_starts_is_not_used(tmp_path: Path, folder: Path) -> None:
    assert _ask(tmp_path, folder, memory=PLENTY, room=PLENTY, chmod="exit 0") == (3, "")
    assert not folder.exists()
