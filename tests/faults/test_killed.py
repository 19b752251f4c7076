"""A provider killed -9 at random moments of real journeys loses nothing it acknowledged (SECURITY R01, R02, R10).

`scripts/proof killed` does the same with many more kills, and on both databases.
"""

import asyncio
import random
import shutil
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.faults.check import check
from tests.faults.history import History
from tests.faults.killing import CLIENT, HISTORY, Outcome, kill_again_and_again
from tests.server import Installation, Node, free_ports, open_served, serving

pytestmark = pytest.mark.network
_KILLS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What a run with kills left behind; the node is stopped."""

    outcome: Outcome
    installation: Installation
    node: Node
    history: Path


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    folder = tmp_path_factory.mktemp("killed")
    installation = Installation(folder=folder / "state", port=free_ports(1)[0])
    (rp,) = installation.prepare(CLIENT)
    node = Node(installation)
    with serving(node):
        outcome = asyncio.run(
            kill_again_and_again(node, rp, folder, kills=_KILLS, chance=random.Random(random.random()))
        )
        assert node.end() == 0
    return Aftermath(outcome=outcome, installation=installation, node=node, history=folder / HISTORY)


def test_nothing_acknowledged_is_lost_and_nothing_spent_is_alive(aftermath: Aftermath) -> None:
    assert aftermath.outcome.problems == []
    assert aftermath.outcome.kills == _KILLS
    assert aftermath.outcome.acknowledged > _KILLS
    assert aftermath.node.complaints() == []


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("DELETE FROM consents", "I4: consent"),
        ("DELETE FROM sessions", "I4: a session"),
        ("DELETE FROM refresh_tokens WHERE generation = 1", "I5: code:redeemed"),
        ("DELETE FROM refresh_tokens WHERE generation = 3", "I5: refresh:rotated"),
        ("UPDATE refresh_tokens SET spent_at = NULL", "I2"),
        ("UPDATE codes SET spent_at = NULL", "I1: the codes"),
        ("UPDATE totp SET last_step = 0", "I1: a code of an authenticator"),
        ("DELETE FROM audit_events WHERE leaf_index = 3", "I5: leaf indexes"),
        ("UPDATE audit_events SET actor = 'somebody else' WHERE leaf_index = 3", "I5: 1 events are not"),
        ("DELETE FROM audit_events WHERE type = 'userinfo:read'", "I4: read"),
        ("UPDATE consents SET decided_at = decided_at + 3600000000", "R10"),
    ],
)
def test_the_checker_finds_what_was_lost(
    aftermath: Aftermath, tmp_path: Path, damage: str, found: str
) -> None:
    shutil.copytree(aftermath.installation.folder, tmp_path / "state")
    damaged = replace(aftermath.installation, folder=tmp_path / "state")
    with sqlite3.connect(tmp_path / "state" / "hpid.sqlite3") as connection:
        triggers = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(damage).rowcount > 0
    connection.close()
    assert any(problem.startswith(found) for problem in asyncio.run(_check(damaged, aftermath.history)))


async def _check(installation: Installation, history: Path) -> list[str]:
    async with open_served(installation) as world:
        return await check(world, History(history))
