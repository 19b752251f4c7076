"""Kills a node at each of its database calls in turn, in the midst of one request (SECURITY R01, R02, R10).

For every call a node that will die there is started beside one that goes on. The client asks the first, gets a reset, and
asks the second: it has its one success, or is told that there was one. After the last call the node answers.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

import httpx

from idp.grants.gid import gid_of
from tests.driver import Browser, RelyingParty
from tests.faults.check import check
from tests.faults.dying_node import DyingNode
from tests.faults.history import History
from tests.faults.travel import claims_of
from tests.server import Installation, Node, ServedWorld, Wire, free_ports, open_served, serving
from tests.world import Visitor

_SCOPE = "openid profile offline_access"
_REQUEST = "idp.endpoints,idp.citizen,idp.interactions"
"""Where the functions live that requests hand to the database; what a node does by itself does not count."""


class Switch(httpx.AsyncBaseTransport):
    """A browser's way to one node, then to another."""

    def __init__(self, node: Node) -> None:
        self._wire = Wire(node.port)

    def lead_to(self, node: Node) -> None:
        """Lead there from now on."""
        self._wire = Wire(node.port)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._wire.handle_async_request(request)


@dataclass(kw_only=True)
class Sweep:
    """What the sweeps share, and how many kills there were of each."""

    world: ServedWorld
    rp: RelyingParty
    told: History
    kills: dict[str, int] = field(default_factory=dict)

    @property
    def steady(self) -> Node:
        return self.world.peers[0].node

    async def each(self, name: str, one: Callable[[Node], Awaitable[bool]]) -> None:
        """Let it die a call later each time, until it lives."""
        for last in count(1):
            node = DyingNode(last, _REQUEST, self.steady.installation, free_ports(1)[0])
            with serving(node):
                if await one(node):
                    self.kills[name] = last - 1
                    return

    def http(self, node: Node) -> httpx.AsyncClient:
        """Return a client of a node."""
        issuer = node.installation.issuer
        return httpx.AsyncClient(transport=Wire(node.port), base_url=issuer, timeout=30)

    async def redeem(self, visitor: Visitor, node: Node) -> bool:
        """Redeem a code; True if the node lived."""
        code = await visitor.code(self.rp, scope=_SCOPE)
        self.told.say("code", person=visitor.person.person_id)
        try:
            response = await self.rp.redeem(self.http(node), code)
        except httpx.TransportError:
            response = await self.rp.redeem(self.world.http, code)
            if response.status_code != 200:
                assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
                return False
            self._tell(response.json()["access_token"], code)
            again = await self.rp.redeem(self.world.http, code)
            assert again.status_code == 400, "redeemed twice"
            return False
        assert response.status_code == 200, response.text
        self._tell(response.json()["access_token"], code)
        return True

    async def rotate(self, visitor: Visitor, node: Node) -> bool:
        """Rotate a refresh token; after an answer that never came, the same token gets the one successor."""
        tokens = await self.world.tokens(self.rp, visitor, scope=_SCOPE)
        gid = self._tell(tokens["access_token"], "")
        first, lived = tokens["refresh_token"], True
        try:
            response = await self.rp.refresh(self.http(node), first)
        except httpx.TransportError:
            response, lived = await self.rp.refresh(self.world.http, first), False
        for generation in (1, 2):
            assert response.status_code == 200, response.text
            self.told.say("rotation", gid=gid, generation=generation)
            if generation == 1:
                response = await self.rp.refresh(self.world.http, response.json()["refresh_token"])
        return lived

    async def agree(self, people: "count[int]", node: Node) -> bool:
        """Agree and be issued a code; asked again, the page leads to it, or says that there was one."""
        person = await self.world.person(f"agrees-{next(people)}")
        way = Switch(self.steady)
        browser = Browser(way, self.world.issuer)
        await self.world.signed_in(browser, person.person_id)
        page = await browser.get(self.rp.authorize_url(scope=_SCOPE))
        assert "claims-consent" in page.ids
        press = partial(browser.press, page, "allow", extra=[("scope", "offline_access")])
        way.lead_to(node)
        try:
            after, lived = await press(), True
        except httpx.TransportError:
            way.lead_to(self.steady)
            after, lived = await press(), False
        self.told.say("consent", person=person.person_id)
        if after.left_for is None:
            assert not lived
            assert (after.status, after.case) == (409, "two-tabs")
        else:
            assert "code" in after.answer, after.answer
            self.told.say("code", person=person.person_id)
        return lived

    def _tell(self, access_token: str, code: str) -> str:
        claims = claims_of(access_token)
        gid = str(gid_of(claims["gid"], claims["aud"], self.world.provider.vault))
        self.told.say("tokens", gid=gid, code=code)
        return gid


def kill_at_each_call(folder: Path, database_url: str | None) -> tuple[dict[str, int], list[str]]:
    """Sweep code exchange, refresh and consent; return the kills of each and what was wrong in the end."""
    installation = Installation(
        folder=folder / "state",
        port=free_ports(1)[0],
        database_url=database_url,
        settings={"HPID_EMBED_WORKER": "true"},
    )
    (rp,) = installation.prepare("rp-each-call")
    steady = Node(installation)
    with serving(steady):
        return asyncio.run(_sweep(installation, steady, rp, folder))


async def _sweep(
    installation: Installation, steady: Node, rp: RelyingParty, folder: Path
) -> tuple[dict[str, int], list[str]]:
    told = History(folder / "told.jsonl")
    async with open_served(installation, steady) as world:
        sweep = Sweep(world=world, rp=rp, told=told)
        visitor = await world.visitor(rp)
        await sweep.each("code exchange", partial(sweep.redeem, visitor))
        await sweep.each("refresh", partial(sweep.rotate, visitor))
        await sweep.each("consent", partial(sweep.agree, count()))
        return sweep.kills, await check(world, told)
