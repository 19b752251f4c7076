"""Kills a node -9 in the midst of journeys, again and again, and checks what is left (SECURITY R01, R02, R10, R16).

Used by a test with a few kills and by `scripts/proof` with many. The moment is random; nothing in the product knows.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.driver import RelyingParty
from tests.faults.check import check
from tests.faults.history import History
from tests.faults.load import Family, Load
from tests.server import Node, ServedWorld, open_served

CLIENT = "rp-journeys"
HISTORY = "history.jsonl"
_ANSWERS = (1, 60)
_MOMENT = 0.05
_PER_KILL = 3
"""Families of earlier rounds that are used after each kill, in each way."""


@dataclass(kw_only=True)
class Outcome:
    """What a run came to."""

    problems: list[str] = field(default_factory=list)
    kills: int = 0
    acknowledged: int = 0
    slowest_start: float = 0.0


async def kill_again_and_again(
    node: Node, rp: RelyingParty, folder: Path, *, kills: int, chance: random.Random
) -> Outcome:
    """Let people travel, kill the node, start it again, check; stop at the first problem."""
    outcome = Outcome()
    history = History(folder / HISTORY)
    async with open_served(node.installation, node) as world:
        load = Load(world, rp, history)
        await load.add_citizens(1 + 2 * kills)
        await load.begin()
        while outcome.kills < kills and not outcome.problems:
            await _kill_once(node, load, history, chance)
            outcome.kills += 1
            began = time.monotonic()
            node.start()
            await asyncio.to_thread(node.wait_until_ready)
            outcome.slowest_start = max(outcome.slowest_start, time.monotonic() - began)
            await load.resume()
            outcome.problems = await check(world, history)
            await _use_again(world, rp, load, chance)
        outcome.problems = outcome.problems or await check(world, history)
        outcome.acknowledged = history.length
    return outcome


async def _kill_once(node: Node, load: Load, history: History, chance: random.Random) -> None:
    """Kill it a moment after so many answers; counted in answers, a slow machine kills in their midst too."""
    answered = asyncio.create_task(history.after(chance.randint(*_ANSWERS)).wait())
    travelling = asyncio.create_task(load.run())
    await asyncio.wait((answered, travelling), return_when=asyncio.FIRST_COMPLETED)
    answered.cancel()
    await asyncio.sleep(chance.uniform(0, _MOMENT))
    await asyncio.to_thread(node.kill)
    load.is_over = True
    await travelling


async def _use_again(world: ServedWorld, rp: RelyingParty, load: Load, chance: random.Random) -> None:
    """What is held still opens; what is spent opens nothing and gives no new family."""
    usable = [family for family in load.families if len(family.refresh_tokens) > 2]
    for family in chance.sample(usable, min(_PER_KILL, len(usable))):
        await load.refresh(family)
        assert (await world.peers[0].userinfo(family.access_token)).status_code == 200
    for family in chance.sample(usable, min(_PER_KILL, len(usable))):
        load.families.remove(family)
        await _spent_is_dead(world, rp, family)


async def _spent_is_dead(world: ServedWorld, rp: RelyingParty, family: Family) -> None:
    response = await rp.redeem(world.http, family.code)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
    for token in (family.refresh_tokens[0], family.refresh_tokens[-1]):  # an old one ends the newest
        response = await rp.refresh(world.http, token)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
    assert (await world.peers[0].userinfo(family.access_token)).status_code == 401
