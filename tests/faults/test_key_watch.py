"""The checker of `scripts/proof keys_killed` finds what a rotation that stopped half way would leave (SECURITY R11)."""

import asyncio
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.key_watch import LIFE, Watch
from tests.faults.keys_killed import Sweep, swept

pytestmark = pytest.mark.network
_LATER = LIFE.key_publish.total_seconds() / 60 + 1


@pytest.fixture(scope="module")
def rotated(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """One rotation that was carried through, looked at before and after."""

    async def rotate() -> Sweep:
        async with swept(tmp_path_factory.mktemp("rotated")) as sweep:
            await sweep.look(0)
            done = await sweep.watch.installation.run("keys", "rotate")
            assert done.status == 0, done.err
            await sweep.look(0)
            await sweep.look(_LATER)
            return sweep

    return asyncio.run(rotate())


@pytest.fixture
def watch(rotated: Sweep, tmp_path: Path) -> Watch:
    """The same installation, for one test alone."""
    installation = rotated.watch.installation
    shutil.copytree(installation.folder, tmp_path / "state")
    return replace(
        rotated.watch,
        installation=replace(installation, folder=tmp_path / "state"),
        tokens=dict(rotated.watch.tokens),
        first_seen=dict(rotated.watch.first_seen),
    )


def test_a_rotation_leaves_nothing_to_find(rotated: Sweep) -> None:
    assert rotated.problems == []
    assert len(rotated.watch.first_seen) == 2


@pytest.mark.parametrize(
    ("damage", "minutes", "found"),
    [
        ("UPDATE signing_keys SET retired_at = NULL, erase_after = NULL", 0, "at another moment"),
        ("UPDATE signing_keys SET retired_at = 1 WHERE retired_at > 0", 0, "no ES256 key is active"),
        ("UPDATE signing_keys SET erase_after = 1 WHERE retired_at > 0", _LATER, "I6: "),
        (
            "UPDATE signing_keys SET erased_at = 1, erase_after = 2 WHERE retired_at > 0",
            _LATER,
            "half erased",
        ),
        (
            "UPDATE signing_keys SET erased_at = 1, erase_after = 2, sealed_private = x'' WHERE retired_at > 0",
            _LATER,
            "I5: key:erased",
        ),
        (
            "UPDATE signing_keys SET active_from = created_at WHERE retired_at IS NULL",
            0,
            "not published for long",
        ),
        ("DELETE FROM signing_keys WHERE retired_at IS NULL", 0, "none follows"),
    ],
)
def test_the_checker_finds_what_is_half_done(watch: Watch, damage: str, minutes: float, found: str) -> None:
    with sqlite3.connect(watch.installation.folder / "hpid.sqlite3") as connection:
        assert connection.execute(damage).rowcount > 0
    connection.close()
    assert any(found in problem for problem in asyncio.run(watch.look(minutes)))
