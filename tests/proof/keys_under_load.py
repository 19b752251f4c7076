"""R11 under load: keys rotate, everything is sealed anew, a key is revoked, while two nodes serve; on both databases.

No request fails. Every token verifies, the moment it is there, with the keys that the other node publishes; after a
revocation within a second.
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError

from keys.master import MasterKey
from tests.driver import RelyingParty, kid_of
from tests.proof._postgresql import postgresql
from tests.races.conftest import CLIENTS
from tests.server import (
    A_NODE_KNOWS_IT,
    Installation,
    Node,
    Peer,
    ServedWorld,
    free_ports,
    fresh_postgresql,
    open_served,
    serving,
)

_PUBLISH = 4.0
_ROTATIONS = 3
_HOLDERS = 4
_BOUND = 1.0


class Load:
    """Relying parties that refresh at one node and use what they get at the other, until told to stop."""

    def __init__(self, world: ServedWorld, rp: RelyingParty) -> None:
        self._world = world
        self._rp = rp
        self.tokens_of: Counter[str] = Counter()
        """How many tokens each key signed."""
        self.revoking = ""
        """The key that is being revoked: what it signs until every node knows is refused."""
        self.slowest = 0.0
        """Seconds until a token verified at the other node."""
        self.is_over = False

    async def run(self, refresh_token: str) -> None:
        """Refresh and use what comes of it, at the nodes in turn."""
        one, other = self._world.peers
        while not self.is_over:
            response = await self._rp.refresh(one.http, refresh_token)
            assert response.status_code == 200, response.text
            tokens: dict[str, Any] = response.json()
            refresh_token = tokens["refresh_token"]
            self.tokens_of[kid_of(tokens["id_token"])] += 1
            began = time.monotonic()
            while wrong := await self._wrong(other, tokens):
                if kid_of(tokens["id_token"]) == self.revoking:
                    break
                assert time.monotonic() - began < _BOUND, wrong
                await asyncio.sleep(0.02)
                self.slowest = max(self.slowest, time.monotonic() - began)
            one, other = other, one

    async def _wrong(self, peer: Peer, tokens: dict[str, Any]) -> str:
        """Return why a token is no good at a node; empty if it is."""
        try:
            await self._rp.verify(peer.http, tokens["id_token"])
        except (JoseError, ValueError) as error:
            return f"the ID token of {kid_of(tokens['id_token'])} does not verify: {error}"
        read = await peer.userinfo(tokens["access_token"])
        return "" if read.status_code == 200 else f"userinfo: {read.status_code} {read.text}"


async def _prove(installation: Installation, nodes: tuple[Node, Node], rp: RelyingParty) -> str:
    async def hpid(*words: str) -> Any:
        return (await installation.run("keys", *words, "--json")).json

    async with open_served(installation, *nodes) as world, asyncio.TaskGroup() as travelling:
        load = Load(world, rp)
        families = []
        for number in range(_HOLDERS):
            visitor = await world.visitor(rp, f"citizen-{number}")
            families.append(await world.tokens(rp, visitor, scope="openid profile offline_access"))
        for family in families:
            travelling.create_task(load.run(family["refresh_token"]))
        announced = ""
        for _ in range(_ROTATIONS):
            announced = (await hpid("rotate"))["kid"]
            assert not load.tokens_of[announced]
            await asyncio.sleep(_PUBLISH + 2 * A_NODE_KNOWS_IT)
            assert load.tokens_of[announced], "a key that was announced does not sign"
        assert load.slowest == 0.0, "a token of a rotation did not verify at once"
        used = await installation.run("keys", "use-master", "2")
        assert used.status == 0, used.err
        resealed = await installation.run("keys", "reseal")  # nodes go on under the version they began with
        assert "sealed anew" in resealed.out, resealed.err
        load.revoking = announced
        revoked = await hpid("revoke", announced, "--yes")
        await asyncio.sleep(A_NODE_KNOWS_IT)
        last = load.tokens_of[announced]
        await asyncio.sleep(A_NODE_KNOWS_IT)
        assert load.tokens_of[announced] == last, "a revoked key signs"
        assert load.tokens_of[revoked["signs_in_its_place"]]
        load.is_over = True
    return (
        f"{load.tokens_of.total()} tokens of {len(load.tokens_of)} keys, the slowest in {load.slowest:.2f} s"
    )


def _on(name: str, folder: Path, database_url: str | None) -> None:
    ports = free_ports(2)
    installation = Installation(
        folder=folder / "state",
        port=ports[0],
        database_url=database_url,
        settings={"HPID_LIFE_KEY_PUBLISH": str(_PUBLISH)},
    )
    rp, *_ = installation.prepare(*CLIENTS)
    MasterKey.add_version(installation.folder / "keys" / "master.json")
    nodes = Node(installation, ports[0]), Node(installation, ports[1])
    with serving(*nodes):
        said = asyncio.run(_prove(installation, nodes, rp))
        complaints = [line for node in nodes for line in node.complaints()]
    assert not complaints, complaints
    print(f"{name}: {said}")


def main() -> int:
    """Prove it on SQLite, then on PostgreSQL; a violated promise is an AssertionError."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _on("SQLite", folder / "sqlite", None)
        url = stack.enter_context(fresh_postgresql(stack.enter_context(postgresql())))
        _on("PostgreSQL", folder / "postgresql", url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
