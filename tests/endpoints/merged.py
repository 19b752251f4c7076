"""One person with two records, as seen from outside (adr/0036)."""

from dataclasses import dataclass, field
from typing import Any

from idp.merges.model import Cause
from idp.merges.service import Wanted, confirm, propose, split
from idp.people.model import Person
from tests.driver import Browser, Citizen, Page, RelyingParty
from tests.world import World

OFFLINE = "openid profile email offline_access"


@dataclass
class Duplicates:
    """One person with two records, each with a user name, a password and an authenticator; services of four sectors."""

    world: World
    winner: Person
    loser: Person
    as_winner: Citizen
    as_loser: Citizen
    services: dict[str, RelyingParty] = field(default_factory=dict)
    merge: Any = None
    """Once it is proposed."""

    async def confirm(self) -> None:
        wanted = Wanted(
            winner_id=self.winner.person_id,
            loser_id=self.loser.person_id,
            cause=Cause.NUMBERED_TWICE,
            reason="one person",
            letter="12/CAHP",
        )
        world, life = self.world, self.world.provider.settings.life
        world.time.move(seconds=1)  # what each had before is theirs, what comes after anybody's
        self.merge = await world.write(
            lambda tx: propose(
                tx, wanted, waits=life.merge_proposal, actor="operator:lan", occasion=world.occasion
            )
        )
        await world.write(
            lambda tx: confirm(tx, self.merge.merge_id, actor="operator:binh", occasion=world.occasion)
        )

    async def split(self) -> None:
        world = self.world
        await world.write(
            lambda tx: split(
                tx,
                self.merge.merge_id,
                reason="two people",
                letter="15/CAHP",
                actor="operator:lan",
                occasion=world.occasion,
            )
        )

    async def come(self, who: Person, rp: RelyingParty, **changes: str | None) -> dict[str, Any]:
        """Come back from the national system in a browser of one's own; return the tokens, and the ID token's claims."""
        world, browser = self.world, self.world.browser()
        stands = await world.provider.database.read(lambda tx: tx.people.canonical(who.person_id))
        assert stands is not None
        await world.signed_in(browser, stands.person_id)
        page = await browser.get(rp.authorize_url(**changes))
        if "allow" in page.ids:
            page = await browser.press(page, "allow")
        response = await rp.redeem(world.http, page.answer["code"])
        assert response.status_code == 200, response.text
        tokens = dict(response.json())
        return {**tokens, "claims": await rp.verify(world.http, tokens["id_token"])}

    async def use_password(self, who: Citizen, browser: Browser, rp: RelyingParty) -> Page:
        """Sign in with name, password and code."""
        self.world.time.move(seconds=60)
        page = await browser.get(rp.authorize_url())
        return await who.sign_in(browser, page, at=self.world.time().timestamp())

    async def sub(self, who: Person, sector: str) -> str:
        """Return what a sector is told of whoever signs in so."""
        return str((await self.come(who, self.services[sector]))["claims"]["sub"])
