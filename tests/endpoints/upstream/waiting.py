"""A national system that answers when told to, and people who go there and come back."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from federation.fetch import Response
from federation.national_eid import NationalEid
from federation.waiting_room import WaitingRoom
from tests.driver import Browser, Page, RelyingParty
from tests.federation.upstream_double import ISSUER, UpstreamDouble
from tests.world import World


class SlowUpstream(UpstreamDouble):
    """Answers token requests once `opened` is set; the nonce of each is the code, so that many may come."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = asyncio.Event()
        self.opened.set()
        self.asked = asyncio.Event()
        """Somebody's answer is being confirmed."""
        self.under_way = 0
        self.most_under_way = 0
        self.userinfo = {
            "sub": "subject-1",
            "LoaiTaiKhoan": 1,
            "SoDinhDanh": "031184990001",
            "HoVaTen": "Nguyễn Thị Hương",
            "NgayThangNamSinh": "19840314",
            "GioiTinh": 2,
            "IAL": 2,
        }

    async def post_form(
        self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> Response:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        self.asked.set()
        await self.opened.wait()
        self.under_way -= 1
        self.claims["nonce"] = form["code"]
        return await super().post_form(url, form, headers=headers)


def with_waiting_room(world: World, upstream: SlowUpstream, *, places: int, most_waiting: int) -> World:
    """Return the world before this national system, with so many places and so much room for those who wait."""
    issued = int(world.time().timestamp())
    upstream.claims |= {"iat": issued, "exp": issued + 300, "auth_time": issued}
    provider = replace(
        world.provider,
        national=NationalEid(upstream.relying_party()),
        waiting_room=WaitingRoom(places=places, most_waiting=most_waiting),
    )
    return World(provider, world.time)


@dataclass
class Walker:
    """One browser on its way there and back."""

    world: World
    rp: RelyingParty
    browser: Browser = field(init=False)
    i: str = ""

    def __post_init__(self) -> None:
        self.browser = self.world.browser()

    async def leave(self) -> Page:
        """Press the button; return the page that comes, or the way out."""
        page = await self.browser.get(self.rp.authorize_url())
        self.i = page.interaction
        page = await self.browser.get(f"/sign-in/national?i={self.i}")
        return await self.browser.press(page, "submit")

    def answer(self, door: str) -> str:
        """Return where upstream would send this browser back to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(door).query).items()}
        brought: dict[str, Any] = {"code": query["nonce"], "state": query["state"], "iss": ISSUER}
        return f"/upstream/national/callback?{urlencode(brought)}"

    async def waiting(self) -> Page:
        """Let the waiting page ask again."""
        return await self.browser.get(f"/sign-in/waiting?i={self.i}")
