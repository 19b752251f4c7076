"""Two nodes on one PostgreSQL whose clocks are apart, one ahead of true time and one behind (SECURITY R18, R19).

Their processes are put off by tests/faults/skewed_node.py. Forty seconds apart nobody notices, two minutes apart codes
are refused, four minutes apart tokens too. What was ended or spent counts again at neither node, and what is ended at
one is refused at the other within a second. At the end the record is whole.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from idp.database import Done, metadata
from idp.protocol.access_token import EARLY
from idp.transaction import Tx
from tests.driver import RelyingParty, b64decode_json
from tests.faults.launched import Launched
from tests.proof._postgresql import postgresql
from tests.server import (
    Installation,
    Node,
    Peer,
    ServedWorld,
    free_ports,
    fresh_postgresql,
    open_served,
    serving,
)
from tests.world import Visitor

OFFLINE = "openid profile offline_access"
_BOUND_A = 1.0
_CODE_LIVES = 60
_RACERS = 20
_MACHINES = {"grant_type": "client_credentials", "resource": "https://metrics.example/"}
_Check = Callable[[], Awaitable[bool]]


@dataclass(kw_only=True)
class Round:
    """One distance between the clocks."""

    world: ServedWorld
    rp: RelyingParty
    machine: RelyingParty
    visitor: Visitor
    apart: int
    wrong: list[str] = field(default_factory=list)

    @property
    def ways(self) -> tuple[tuple[Peer, Peer], tuple[Peer, Peer]]:
        """Return the node ahead and the one behind, and the other way round."""
        ahead, behind = self.world.peers
        return (ahead, behind), (behind, ahead)

    def expect(self, is_so: object, what: str) -> None:
        """Note what is not so."""
        if not is_so:
            self.wrong.append(f"{self.apart} s apart: {what}")

    def has_begun(self, at: Peer) -> bool:
        """Tell whether a token that the other node gives is good at once at this one."""
        return at is self.world.peers[0] or self.apart <= EARLY.total_seconds()

    async def code(self, at: Peer) -> str:
        """Return a code of this node."""
        browser = at.browser()
        browser.client.cookies = self.visitor.browser.client.cookies
        page = await browser.get(self.rp.authorize_url(prompt="none", scope=OFFLINE))
        return page.answer["code"]

    async def tokens(self, at: Peer) -> dict[str, Any]:
        """Return tokens that one node gave."""
        answer = await self.rp.redeem(at.http, await self.code(at))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def run(self) -> None:
        """Try everything, from the one to the other and back."""
        iats = [b64decode_json((await self.of_machine(p)).split(".")[1])["iat"] for p in self.world.peers]
        self.expect(abs(iats[0] - iats[1] - self.apart) < 10, f"the clocks are not: {iats}")
        for one, other in self.ways:
            await self.codes(one, other)
            await self.ended(one, other)
            await self.raced(one, other)
            await self.machines(one, other)

    async def codes(self, one: Peer, other: Peer) -> None:
        """A code of one node at the other, twice."""
        code = await self.code(one)
        is_young = other is self.world.peers[1] or self.apart < _CODE_LIVES
        first = await self.rp.redeem(other.http, code)
        self.expect((first.status_code == 200) is is_young, f"a code: {first.text[:100]}")
        for peer in (one, other):
            again = await self.rp.redeem(peer.http, code)
            self.expect(again.json().get("error") == "invalid_grant", f"a code again: {again.text[:100]}")

    async def ended(self, one: Peer, other: Peer) -> None:
        """What one node gave and ended is refused by the other within a second."""
        tokens = await self.tokens(one)
        is_taken = (await other.userinfo(tokens["access_token"])).status_code == 200
        self.expect(is_taken is self.has_begun(other), f"a token is taken: {is_taken}")
        await self.rp.back_channel(one.http, "/revoke", token=tokens["refresh_token"])

        async def is_refused() -> bool:
            refreshed = await self.rp.refresh(other.http, tokens["refresh_token"])
            shown = await other.userinfo(tokens["access_token"])
            return refreshed.json().get("error") == "invalid_grant" and shown.status_code == 401

        self.expect(await _within(_BOUND_A, is_refused), "what was ended goes on")

    async def raced(self, one: Peer, other: Peer) -> None:
        """Both nodes get one refresh token at once: one successor at most."""
        tokens = await self.tokens(one)
        answers = await asyncio.gather(
            *(
                self.rp.refresh(peer.http, tokens["refresh_token"])
                for _ in range(_RACERS // 2)
                for peer in (one, other)
            )
        )
        found = {answer.json().get("refresh_token") for answer in answers if answer.status_code == 200}
        self.expect(len(found) == 1, f"{len(found)} successors")
        self.expect(all(answer.status_code in {200, 400} for answer in answers), "neither yes nor no")

    async def of_machine(self, at: Peer) -> str:
        """Return a machine's own token."""
        answer = await self.machine.token(at.http, **_MACHINES)
        return str(answer.json()["access_token"])

    async def machines(self, one: Peer, other: Peer) -> None:
        """A machine's token ends where it is revoked and everywhere."""
        token = await self.of_machine(one)

        async def is_active(peer: Peer) -> bool:
            answer = await self.machine.back_channel(peer.http, "/introspect", token=token)
            return bool(answer.json()["active"])

        self.expect(await is_active(one), "a machine's token is not active")
        self.expect(await is_active(other) is self.has_begun(other), "a machine's token at the other node")
        await self.machine.back_channel(other.http, "/revoke", token=token)
        self.expect(not await is_active(one) and not await is_active(other), "a machine's revoked token")


async def _within(seconds: float, check: _Check) -> bool:
    deadline = time.monotonic() + seconds
    while not await check():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.05)
    return True


async def _is_whole(world: ServedWorld) -> bool:
    """Tell whether the record has a number for each event, without a gap."""

    def number_all(tx: Tx) -> Done[list[int]]:
        while tx.audit.number(500):
            pass
        return Done([one.leaf_index for one in tx.audit.read(after=-1, limit=100_000)])

    numbers = await world.write(number_all)
    return bool(numbers) and numbers == list(range(len(numbers)))


def _older(tx: Tx) -> Done[None]:
    """Let the first keys have been there for an hour: a node that runs behind has none before they begin."""
    keys = metadata.tables["signing_keys"]
    for row in tx.connection.execute(keys.select()).all():
        moved = {name: getattr(row, name) - timedelta(hours=1) for name in ("created_at", "active_from")}
        tx.connection.execute(update(keys).where(keys.c.kid == row.kid).values(**moved))
    return Done(None)


async def _prove(
    installation: Installation, nodes: tuple[Node, Node], rp: RelyingParty, apart: int
) -> list[str]:
    async with open_served(installation, *nodes) as world:
        machine = await world.machine(f"machine-{apart}")
        visitor = await world.visitor(rp, f"citizen-{apart}")
        await asyncio.sleep(1.5)  # every node knows the new client
        found = Round(world=world, rp=rp, machine=machine, visitor=visitor, apart=apart)
        await found.run()
        found.expect(await _is_whole(world), "the record has a gap")
    return found.wrong


async def _make_older(installation: Installation) -> None:
    async with open_served(installation) as world:
        await world.write(_older)


def _off_by(seconds: int, installation: Installation) -> Node:
    return Launched("tests.faults.skewed_node", (str(seconds),), installation, free_ports(1)[0])


def main() -> int:
    """Prove it at both distances."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name, postgresql() as server, fresh_postgresql(server) as url:
        installation = Installation(folder=Path(name) / "state", port=free_ports(1)[0], database_url=url)
        (rp,) = installation.prepare("rp-clocks")
        asyncio.run(_make_older(installation))
        for ahead, behind in ((20, -20), (60, -60), (120, -120)):
            nodes = (_off_by(ahead, installation), _off_by(behind, installation))
            with serving(nodes[0]), serving(nodes[1]):
                wrong += asyncio.run(_prove(installation, nodes, rp, ahead - behind))
            print(f"{ahead - behind} s apart: {len(wrong)} wrong so far", flush=True)
    for one in wrong:
        print(f"WRONG {one}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
