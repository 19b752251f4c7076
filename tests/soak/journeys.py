"""What people, services and strangers do at the provider, each a short journey that must be answered as its spec says."""

import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any

import httpx

from tests.assertions import Signer
from tests.driver import Browser, Citizen, RelyingParty
from tests.endpoints.signing_in import password_page, try_password
from tests.registrant import REDIRECT_URI, Registered, invite
from tests.soak.site import Door, Site

_WAREHOUSE = "https://warehouse.example/"
_OFFLINE = "openid offline_access"
_REST = 61.0
"""Seconds between two sign-ins of one person: a one-time code is good once."""
_PEOPLE = 60
_HELD = 100
"""Sessions and refresh tokens that are used again; older ones are left to expire."""


class Unexpected(Exception):
    """An answer that this journey must not get."""


@dataclass(kw_only=True)
class Journeys:
    """Who travels, and what they hold."""

    site: Site
    machine: RelyingParty
    keyed: Signer
    rp: RelyingParty
    deaf_rp: RelyingParty
    citizens: deque[tuple[float, Citizen]] = field(repr=False)
    """When each may sign in again, and who."""
    sessions: deque[Browser] = field(default_factory=lambda: deque(maxlen=_HELD), repr=False)
    families: deque[str] = field(default_factory=lambda: deque(maxlen=_HELD), repr=False)

    def __post_init__(self) -> None:
        self._doors = cycle(self.site.doors)
        self._numbers = count()

    async def machine_by_secret(self) -> None:
        """A machine's token (RFC 6749 §4.4)."""
        response = await self.machine.token(
            self._door().http, grant_type="client_credentials", resource=_WAREHOUSE
        )
        _expect(response, 200)

    async def machine_by_key(self) -> None:
        """The same by an assertion, whose jti is kept (RFC 7523 §3)."""
        door = self._door()
        proof = self.keyed.form(self.site.world.time(), aud=door.issuer, jti=secrets.token_urlsafe(16))
        form = {"grant_type": "client_credentials", "resource": _WAREHOUSE, **proof}
        _expect(await door.http.post("/token", data=form), 200)

    async def machine_with_a_wrong_secret(self) -> None:
        """Counted, and refused (RFC 6749 §5.2)."""
        wrong = RelyingParty(self.machine.client_id, "", client_secret=secrets.token_urlsafe(32))
        _expect(await wrong.token(self._door().http, grant_type="client_credentials"), 401)

    async def sign_in(self) -> None:
        """With city credentials at two services; every other one signs out again, which both are told."""
        ready_at, citizen = self.citizens[0]
        if ready_at > time.monotonic():
            return
        self.citizens.popleft()
        browser, number = self._door().browser(), next(self._numbers)
        try:
            if number % 4 == 0:
                await self._begin_and_leave_at_the_second_factor(citizen)
            page = await browser.get(self.rp.authorize_url(scope=_OFFLINE))
            page = await citizen.sign_in(browser, page, at=time.time())
            _expect(page.response, 303)
            tokens = await self._redeem(page.answer["code"])
            page = await browser.get(self.deaf_rp.authorize_url(scope="openid"))
            _expect(page.response, 303)
            _expect(await self.deaf_rp.redeem(self._door().http, page.answer["code"]), 200)
        finally:
            self.citizens.append((time.monotonic() + _REST, citizen))
        if number % 2:
            page = await browser.press(await browser.get("/end_session"), "sign-out-here")
            _expect(page.response, 200)
        else:
            self.sessions.append(browser)
            self.families.append(tokens["refresh_token"])

    async def come_back(self) -> None:
        """A silent sign-in of who has a session: code, tokens, userinfo; some tokens are revoked (RFC 7009)."""
        if not self.sessions:
            return
        browser = self.sessions.popleft()
        page = await browser.get(self.rp.authorize_url(scope=_OFFLINE, prompt="none"))
        _expect(page.response, 303)
        if "code" not in page.answer:  # the session is over
            return
        self.sessions.append(browser)
        tokens = await self._redeem(page.answer["code"])
        access_token, door = tokens["access_token"], self._door()
        bearer = {"authorization": f"Bearer {access_token}"}
        _expect(await door.http.get("/userinfo", headers=bearer), 200)
        _expect(await self.rp.back_channel(door.http, "/introspect", token=access_token), 200)
        number = next(self._numbers)
        if number % 3 == 0:
            self.families.append(tokens["refresh_token"])
        else:
            token = access_token if number % 3 == 1 else tokens["refresh_token"]
            _expect(await self.rp.back_channel(door.http, "/revoke", token=token), 200)

    async def refresh(self) -> None:
        """A refresh token is rotated (RFC 9700 §4.14), until its family is over."""
        if not self.families:
            return
        response = await self.rp.refresh(self._door().http, self.families.popleft())
        if (response.status_code, response.json().get("error")) == (400, "invalid_grant"):
            return
        _expect(response, 200)
        self.families.append(response.json()["refresh_token"])

    async def push(self) -> None:
        """A pushed request (RFC 9126); every other one is never come for."""
        door = self._door()
        response = await self.rp.push(door.http)
        _expect(response, 201)
        if next(self._numbers) % 2:
            await self._leave_after(self.rp.load_url(response.json()["request_uri"]))

    async def begin_and_leave(self) -> None:
        """Somebody sees the sign-in page and goes away."""
        await self._leave_after(self.rp.authorize_url())

    async def leave_for_upstream(self) -> None:
        """Somebody goes to the national system and never comes back."""
        browser = self._door().browser()
        page = await browser.get(self.rp.authorize_url())
        page = await browser.get(f"/sign-in/national?i={page.interaction}")
        if page.left_for is None:
            page = await browser.press(page, "submit")
        _expect(page.response, 303)

    async def guess(self) -> None:
        """A stranger tries a name that is nobody's."""
        browser = self._door().browser()
        name = f"nobody-{secrets.token_hex(4)}"
        page = await try_password(browser, await password_page(browser, self.rp), name, "wrong")
        if page.left_for is not None or page.status >= 500:
            raise Unexpected(f"guess: {page.status}")

    async def register(self) -> None:
        """A service registers itself by an invitation, and removes itself (RFC 7591, RFC 7592)."""
        http = self._door().http
        headers = {"authorization": f"Bearer {await invite(self.site.world, uses=2, seconds=60)}"}
        document = {"redirect_uris": [REDIRECT_URI], "client_name": "Dịch vụ thử"}
        response = await http.post("/register", headers=headers, json=document)
        _expect(response, 201)
        registered = Registered(http, response.json())
        address = httpx.URL(registered.address).raw_path.decode()
        _expect(await http.delete(address, headers=registered.headers), 204)

    async def _leave_after(self, address: str) -> None:
        browser = self._door().browser()
        page = await browser.get(address)
        _expect(page.response, 200)

    async def _begin_and_leave_at_the_second_factor(self, citizen: Citizen) -> None:
        browser = self._door().browser()
        page = await password_page(browser, self.rp)
        page = await try_password(browser, page, citizen.username, citizen.password)
        if "otp" not in page.ids:
            raise Unexpected(f"no second factor is asked for: {page.status} {page.title}")

    async def _redeem(self, code: str) -> dict[str, Any]:
        response = await self.rp.redeem(self._door().http, code)
        _expect(response, 200)
        return dict(response.json())

    def _door(self) -> Door:
        return next(self._doors)


def _expect(response: httpx.Response, status: int) -> None:
    if response.status_code != status:
        path = response.request.url.path
        raise Unexpected(f"{path}: {response.status_code} {response.text[:300]}")


async def arrange(site: Site) -> Journeys:
    """Register who takes part; everybody has agreed already, as consents are a record that stays."""
    world = site.world
    machine = await world.machine()
    keyed = Signer("keyed")
    await world.machine("keyed", secret=False, token_endpoint_auth_method="private_key_jwt", jwks=keyed.jwks)
    rp = await world.client("hears", backchannel_logout_uri=site.hearing.uri)
    deaf_rp = await world.client("deaf", backchannel_logout_uri=site.deaf.uri)
    citizens = deque[tuple[float, Citizen]]()
    for number in range(_PEOPLE):
        person, citizen = await world.citizen(f"citizen-{number}")
        await world.agree(person.person_id, rp)
        await world.agree(person.person_id, deaf_rp)
        citizens.append((0.0, citizen))
    return Journeys(site=site, machine=machine, keyed=keyed, rp=rp, deaf_rp=deaf_rp, citizens=citizens)
