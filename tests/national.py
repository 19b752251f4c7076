"""A citizen's way through the simulated national system, a process of its own on a real socket.

The provider runs in this process under http://localhost:8443, as the national system knows it; its time is the real
one, since tokens come from a clock that is not ours.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.driver import Browser, Page, RelyingParty
from tests.federation.national_driver import CLIENT_ID, HUONG, PASSWORDS, REDIRECT_URI, SECRET
from tests.federation.national_driver import Browser as NationalBrowser
from tests.federation.national_process import Process
from tests.world import World, open_world

OUR_ISSUER = REDIRECT_URI.removesuffix("/upstream/national/callback")


@asynccontextmanager
async def open_federated_world(
    template: Path, folder: Path, national: Process, **settings: Any
) -> AsyncIterator[World]:
    """Open a world whose national system is this process, without a fault in it."""
    wanted = {
        "issuer": OUR_ISSUER,
        "national_issuer": national.issuer,
        "national_client_id": CLIENT_ID,
        "national_client_secret": SECRET,
        "loopback_origins": (national.issuer,),
        "national_patience": 20.0,  # on a busy machine; who tests patience says how much there is
        **settings,
    }
    order_fault(national, "none")
    async with open_world(template, folder, **wanted) as world:
        world.time.moment = datetime.now(UTC)
        yield world


def order_fault(national: Process, mode: str, seconds: float = 0) -> None:
    """Make the national system fail or lie in this way."""
    httpx.post(f"{national.url}/__faults", json={"mode": mode, "seconds": seconds}).raise_for_status()


@dataclass
class Traveller:
    """One browser that goes to the national system and comes back."""

    world: World
    national: Process
    browser: Browser
    interaction: str = field(default="", init=False)

    async def leave(self, rp: RelyingParty, **changes: str | None) -> str:
        """Go from the relying party to the door of the national system; return its address."""
        self.world.time.moment = datetime.now(UTC)
        page = await self.browser.get(rp.authorize_url(**changes))
        self.interaction = page.interaction
        page = await self.browser.get(f"/sign-in/national?i={page.interaction}")
        if page.left_for is None:
            page = await self.browser.press(page, "submit")
        assert page.left_for is not None, page.response.text
        return page.left_for

    async def sign_in_there(self, door: str, number: str = HUONG) -> str:
        """Do all the national system asks for; return the address it sends the browser back to."""
        async with httpx.AsyncClient(base_url=self.national.issuer) as http:
            there = NationalBrowser(http)
            await there.open(door)
            await there.press(origin=self.national.issuer, number=number, password=PASSWORDS[number])
            if there.page.url.path.endswith("otp.do"):
                await there.press(origin=self.national.issuer, otp=there.otp())
            if there.page.url.path.endswith("face.do"):
                await there.press("match", origin=self.national.issuer)
            return str(there.page.headers["location"])

    async def cancel_there(self, door: str) -> str:
        """Turn back at the national system."""
        async with httpx.AsyncClient(base_url=self.national.issuer) as http:
            there = NationalBrowser(http)
            await there.open(door)
            await there.press("cancel", origin=self.national.issuer)
            return str(there.page.headers["location"])

    async def return_with(self, address: str) -> Page:
        """Come back to us with what the national system sent along."""
        assert address.startswith(f"{REDIRECT_URI}?"), address
        self.world.time.moment = datetime.now(UTC)
        return await self.browser.get(address)

    async def sign_in(self, rp: RelyingParty, number: str = HUONG, **changes: str | None) -> Page:
        """There and back."""
        return await self.return_with(await self.sign_in_there(await self.leave(rp, **changes), number))
