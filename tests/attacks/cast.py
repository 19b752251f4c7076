"""The cast of SECURITY §1 as far as it exists: clients B, C and M, the people alice and bob, and what they hold."""

from dataclasses import dataclass, replace
from typing import Any

from tests.driver import RelyingParty
from tests.world import Visitor, World

POISON = {
    "redirect_uri": "https://evil.example/callback",
    "scope": "openid profile email phone offline_access",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "nonce": "theirs",
    "state": "theirs",
    "claims": '{"userinfo":{"phone_number":null}}',
    "acr_values": "LoA1",
    "response_mode": "form_post",
    "id_token_hint": "garbage",
    "max_age": "x",
}
"""What whoever owns the browser, or writes a link, may put beside a request that is settled already."""

OFFLINE = "openid profile email offline_access"


@dataclass
class Cast:
    """A public client with PKCE, a confidential one, a hostile but registered one; two people known to all three."""

    world: World
    b: RelyingParty
    c: RelyingParty
    m: RelyingParty
    alice: Visitor
    bob: Visitor

    @property
    def clients(self) -> tuple[RelyingParty, RelyingParty, RelyingParty]:
        return self.b, self.c, self.m

    async def held_by(self, rp: RelyingParty, visitor: Visitor, scope: str = OFFLINE) -> dict[str, Any]:
        """The tokens a client got for a person."""
        return await self.world.tokens(rp, visitor, scope=scope)

    def posing_as(self, rp: RelyingParty, victim: RelyingParty) -> RelyingParty:
        """A client with its own credentials that has stolen another's redirect_uri and verifier."""
        return replace(rp, redirect_uri=victim.redirect_uri, verifier=victim.verifier)

    async def lives(self, tokens: dict[str, Any]) -> bool:
        """Tell whether userinfo takes the access token."""
        return (await self.world.userinfo(tokens["access_token"])).status_code == 200


async def make_cast(world: World) -> Cast:
    b = await world.client("client-b", secret=False)
    c = await world.client("client-c")
    m = await world.client("client-m", redirect_uris=("https://evil.example/callback",))
    alice, bob = await world.visitor(b), await world.visitor(b, "bob")
    for rp in (c, m):
        for visitor in (alice, bob):
            await world.agree(visitor.person.person_id, rp)
    return Cast(world, b, c, m, alice, bob)
