"""Bound A over two nodes: what an operator ends by `hpid` is refused by both within a second (SECURITY B10, R18).

The command is a third process; the second counts from its end. Every way to use what was ended works at both nodes
just before, so that their caches are full.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.driver import RelyingParty
from tests.races.conftest import Pair
from tests.server import Peer, ServedWorld
from tests.world import Visitor

pytestmark = pytest.mark.network
BOUND = 1.0
_OFFLINE = "openid profile offline_access"
_ONLINE = "openid profile email"


@dataclass(kw_only=True)
class Use:
    """One way to use what was granted, at one node; `works` tells whether it is still let through."""

    name: str
    works: Callable[[], Awaitable[bool]]


class Holder:
    """A relying party and a browser at one node, with tokens of their own."""

    def __init__(self, peer: Peer, rp: RelyingParty, visitor: Visitor, tokens: dict[str, Any]) -> None:
        self.peer = peer
        self.rp = rp
        self.tokens = tokens
        self.browser = peer.browser()
        self.browser.client.cookies = visitor.browser.client.cookies

    def uses(self, *names: str) -> list[Use]:
        return [
            Use(name=f"{name} at {self.peer.node.port}", works=getattr(self, f"_{name}")) for name in names
        ]

    async def _refresh(self) -> bool:
        response = await self.rp.refresh(self.peer.http, self.tokens["refresh_token"])
        if response.status_code == 200:
            self.tokens = response.json()
            return True
        assert response.status_code in {400, 401}, response.text
        assert response.json()["error"] in {"invalid_grant", "invalid_client"}
        return False

    async def _userinfo(self) -> bool:
        response = await self.peer.userinfo(self.tokens["access_token"])
        assert response.status_code in {200, 401}
        return response.status_code == 200

    async def _introspection(self) -> bool:
        response = await self.rp.post(self.peer.http, "/introspect", token=self.tokens["access_token"])
        assert response.status_code in {200, 401}
        return response.status_code == 200 and response.json()["active"]

    async def _silently(self) -> bool:
        return await self._gets_a_code(prompt="none")

    async def _cookie(self) -> bool:
        return await self._gets_a_code()

    async def _gets_a_code(self, **changes: str) -> bool:
        url = self.rp.authorize_url(scope=_ONLINE, **changes)
        response = await self.browser.client.get(url)  # where it leads, without going there
        assert response.status_code in {303, 400}
        location = response.headers.get("location", "")
        return location.startswith(self.rp.redirect_uri) and "code=" in location


async def _holders(world: ServedWorld, rp: RelyingParty, visitor: Visitor, scope: str) -> list[Holder]:
    return [Holder(peer, rp, visitor, await world.tokens(rp, visitor, scope=scope)) for peer in world.peers]


async def _last_let_through(use: Use, *, since: float) -> tuple[str, float]:
    """Use it again and again until it is refused; return when the last use that was let through began."""
    last = 0.0
    began = time.monotonic()
    while await use.works():
        last = began - since
        assert last < 10 * BOUND, f"{use.name} is never refused"
        await asyncio.sleep(0.02)
        began = time.monotonic()
    return use.name, last


async def _ends(pair: Pair, words: tuple[str, ...], uses: list[Use]) -> None:
    """Run the command; each use works before it, and none for longer than the bound after it."""
    for use in uses:
        assert await use.works(), f"{use.name} before the command"
    done = await pair.installation.run(*words)
    assert done.status == 0, done.err
    await _refused(uses)


async def _refused(uses: list[Use]) -> None:
    """Each use is refused, and was let through for no longer than the bound from now on."""
    since = time.monotonic()
    last = dict(await asyncio.gather(*(_last_let_through(use, since=since) for use in uses)))
    assert {name: seconds for name, seconds in last.items() if seconds > BOUND} == {}


async def test_a_disabled_client_is_refused(world: ServedWorld, pair: Pair) -> None:
    rp = pair.rps["rp-disabled"]
    visitor = await world.visitor(rp)
    uses = [
        use
        for holder in await _holders(world, rp, visitor, _OFFLINE)
        for use in holder.uses("refresh", "userinfo", "introspection", "silently", "cookie")
    ]
    await _ends(pair, ("clients", "disable", rp.client_id), uses)


async def test_a_locked_person_is_refused(world: ServedWorld, pair: Pair) -> None:
    rp = pair.rps["rp-races"]
    visitor = await world.visitor(rp)
    uses = [
        use
        for holder in await _holders(world, rp, visitor, _OFFLINE)
        for use in holder.uses("refresh", "userinfo", "introspection", "silently", "cookie")
    ]
    await _ends(pair, ("people", "lock", visitor.person.person_id, "--reason", "case 7"), uses)


async def test_who_locks_their_own_account_at_one_node_is_refused_at_both(
    world: ServedWorld, pair: Pair
) -> None:
    rp = pair.rps["rp-races"]
    visitor = await world.visitor(rp)
    uses = [
        use
        for holder in await _holders(world, rp, visitor, _OFFLINE)
        for use in holder.uses("refresh", "userinfo", "introspection", "silently", "cookie")
    ]
    other = world.peers[0].browser()
    await world.signed_in(other, visitor.person.person_id)
    page = await other.get("/lock")
    for use in uses:
        assert await use.works(), f"{use.name} before the lock"
    assert "page-account-locked" in (await other.press(page, "lock-signed-in")).ids
    await _refused(uses)


async def test_what_an_emergency_command_ended_is_refused(world: ServedWorld, pair: Pair) -> None:
    rp = pair.rps["rp-races"]
    visitor = await world.visitor(rp)
    uses = [
        use
        for holder in await _holders(world, rp, visitor, _OFFLINE)
        for use in holder.uses("refresh", "userinfo", "introspection", "silently", "cookie")
    ]
    words = ("emergency", "end", "--person", visitor.person.person_id, "--reason", "case 7", "--yes")
    await _ends(pair, words, uses)


async def test_a_withdrawn_consent_is_asked_for_anew_and_its_tokens_end(
    world: ServedWorld, pair: Pair
) -> None:
    left, kept = pair.rps["rp-left"], pair.rps["rp-races"]
    visitor = await world.visitor(left)
    await world.agree(visitor.person.person_id, kept)
    others = await _holders(world, kept, visitor, _OFFLINE)
    uses = [
        use
        for holder in await _holders(world, left, visitor, _OFFLINE)
        for use in holder.uses("refresh", "userinfo", "introspection", "silently", "cookie")
    ]
    await _ends(pair, ("consents", "withdraw", visitor.person.person_id, left.client_id), uses)
    for holder in others:  # the session and what other services hold go on
        for use in holder.uses("refresh", "userinfo", "introspection", "silently"):
            assert await use.works(), use.name


async def test_ended_sessions_are_refused_and_offline_access_goes_on(
    world: ServedWorld, pair: Pair
) -> None:  # Core §11
    rp = pair.rps["rp-races"]
    visitor = await world.visitor(rp)
    offline = await _holders(world, rp, visitor, _OFFLINE)
    uses = [
        use
        for holder in await _holders(world, rp, visitor, _ONLINE)
        for use in holder.uses("refresh", "userinfo", "introspection", "silently", "cookie")
    ]
    await _ends(pair, ("sessions", "end", visitor.person.person_id), uses)
    for holder in offline:
        for use in holder.uses("refresh", "userinfo"):
            assert await use.works(), use.name


async def test_tokens_of_a_revoked_key_are_refused_and_the_next_key_signs(
    world: ServedWorld, pair: Pair
) -> None:
    rp = pair.rps["rp-races"]
    visitor = await world.visitor(rp)
    holders = await _holders(world, rp, visitor, _OFFLINE)
    kid = (await world.http.get("/jwks")).json()["keys"][0]["kid"]
    uses = [use for holder in holders for use in holder.uses("userinfo", "introspection")]
    await _ends(pair, ("keys", "revoke", kid, "--yes"), uses)
    for peer, holder in zip(world.peers, holders, strict=True):
        assert kid not in [key["kid"] for key in (await peer.http.get("/jwks")).json()["keys"]]
        assert await holder._refresh()
        assert (await rp.verify(peer.http, holder.tokens["id_token"]))["iss"] == world.issuer
        assert await holder._userinfo()
