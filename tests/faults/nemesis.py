"""Draws faults, one after the other, and heals each; what it did stands in the history like everything else."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.faults.forwarder import Forwarder, Weather
from tests.faults.operations import Operations
from tests.faults.own_server import OwnServer
from tests.server import Node

REFUSABLE = "rp-refused"
"""The client that is disabled and enabled."""


@dataclass(kw_only=True)
class Site:
    """What can be harmed."""

    nodes: tuple[Node, Node]
    ways: tuple[Forwarder, Forwarder]
    server: OwnServer

    def start(self, which: int) -> None:
        """Start a node that reaches the database by its own way."""
        self.nodes[which].start(HPID_DATABASE_URL=self.ways[which].url)


class Nemesis:
    """Harms a site until told to stop."""

    def __init__(self, site: Site, history: Operations, chance: random.Random) -> None:
        self._site = site
        self._history = history
        self._chance = chance
        self._kinds: dict[str, Callable[[], Awaitable[object]]] = {
            "kill a node": self._kill_node,
            "stop a node": self._stop_node,
            "kill the database": self._kill_database,
            "cut a way": self._cut,
            "half-open": self._hush,
            "slow": self._slow,
            "answers lost": self._drop_answers,
            "reset in the midst": self._reset,
            "rotate keys": self._rotate,
            "revoke the key": self._revoke_key,
            "rolling restart": self._roll,
            "disable a client": self._disable,
        }

    async def run(self, seconds: float, kinds: Sequence[str] = ()) -> None:
        """Harm for so long; first each kind once in drawn order, then at random."""
        loop = asyncio.get_running_loop()
        ends, order = loop.time() + seconds, list(kinds or self._kinds)
        self._chance.shuffle(order)
        left = list(order)
        while loop.time() < ends:
            await asyncio.sleep(self._chance.uniform(0.5, 2.0))
            kind = left.pop() if left else self._chance.choice(order)
            if kind == "revoke the key" and len(order) > 1:
                order = [one for one in order if one != kind]  # each ends all tokens there are
            one = self._history.invoke(f"fault: {kind}")
            await self._kinds[kind]()
            self._history.end(one, "ok")

    def _some(self) -> int:
        return self._chance.randrange(2)

    async def _kill_node(self) -> None:
        which = self._some()
        await asyncio.to_thread(self._site.nodes[which].kill)
        await self._start(which)

    async def _start(self, which: int) -> None:
        self._site.start(which)
        await asyncio.to_thread(self._site.nodes[which].wait_until_ready)

    async def _stop_node(self) -> None:
        process = self._site.nodes[self._some()].process
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(self._chance.uniform(1, 4))
        process.send_signal(signal.SIGCONT)

    async def _kill_database(self) -> None:
        await asyncio.to_thread(self._site.server.kill)
        away = self._history.invoke("database away")
        await asyncio.sleep(self._chance.uniform(2, 4))
        self._history.end(away, "ok")
        await asyncio.to_thread(self._site.server.start)

    async def _cut(self) -> None:
        await self._site.ways[self._some()].cut()

    async def _hush(self) -> None:
        way = self._site.ways[self._some()]
        way.hush()
        await asyncio.sleep(self._chance.uniform(1, 6))
        way.speak()

    async def _in_weather(self, weather: Weather, seconds: float) -> None:
        way = self._site.ways[self._some()]
        way.weather = weather
        await asyncio.sleep(seconds)
        way.weather = Weather()
        if weather.drops_answers:
            await way.cut()

    async def _slow(self) -> None:
        await self._in_weather(Weather(latency=self._chance.uniform(0.02, 0.2)), 4)

    async def _drop_answers(self) -> None:
        await self._in_weather(Weather(drops_answers=True), self._chance.uniform(0.2, 2))

    async def _reset(self) -> None:
        await self._in_weather(Weather(reset_after=self._chance.randint(1, 20_000)), 2)

    async def _rotate(self) -> None:
        await self._site.nodes[0].installation.run("keys", "rotate", "--json")

    async def _revoke_key(self) -> None:
        one = self._history.invoke("key revoked")
        ran = await self._site.nodes[0].installation.run("keys", "rotate", "--emergency", "--yes", "--json")
        if ran.status == 0:
            self._history.end(one, "ok", kid=ran.json.get("kid", ""))

    async def _roll(self) -> None:
        for which in (0, 1):
            status = await asyncio.to_thread(self._site.nodes[which].end)
            if status != 0:
                self._history.wrong.append(f"I9: a node told to end ended with {status}")
            await self._start(which)

    async def _disable(self) -> None:
        one = self._history.invoke("disable", rp=REFUSABLE)
        ran = await self._site.nodes[0].installation.run("clients", "disable", REFUSABLE)
        self._history.end(one, "ok" if ran.status == 0 else "unknown")
        await asyncio.sleep(self._chance.uniform(2, 4))
        back = self._history.invoke("enable", rp=REFUSABLE)
        ran = await self._site.nodes[0].installation.run("clients", "enable", REFUSABLE)
        self._history.end(back, "ok" if ran.status == 0 else "unknown")
