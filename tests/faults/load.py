"""A small load of whole journeys: consent, code, tokens, refresh, userinfo, silent SSO, sign-in with city credentials.

Whatever is answered goes into the history. A journey that the node's death cuts short leaves what its client would try
again: `resume` does so on the restarted node and holds it to what was promised (SECURITY R01, R02, R10).
"""

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from idp.credentials.model import PasswordCredential, TotpCredential
from idp.database import Done
from idp.grants.gid import gid_of
from idp.people.model import IdentifierScheme, Person
from idp.transaction import Tx
from tests.driver import Browser, Citizen, Page, RelyingParty
from tests.faults.history import History
from tests.server import ServedWorld
from tests.world import PASSWORD, TOTP_SECRET

SCOPE = "openid profile offline_access"
_TRAVELLERS = 3
_ROTATIONS = 2


@dataclass(kw_only=True)
class Family:
    """What a relying party holds of one grant: every refresh token it was given, the newest last."""

    gid: str
    """The grant's own mark, as the record has it."""
    code: str = field(repr=False)
    access_token: str = field(repr=False)
    refresh_tokens: list[str] = field(repr=False)


class Load:
    """Journeys of ever new people at one node."""

    def __init__(self, world: ServedWorld, rp: RelyingParty, history: History) -> None:
        self._world = world
        self._rp = rp
        self._history = history
        self._numbers = count()
        self._citizens: Iterator[tuple[Person, Citizen]] = iter(())
        self._resumptions: list[Callable[[], Awaitable[None]]] = []
        self.families: list[Family] = []
        self.is_over = False

    async def add_citizens(self, number: int) -> None:
        """Add people who can sign in with city credentials, each of them once: a code is good for one sign-in."""
        password_hash = await self._world.provider.hashing.hash(PASSWORD)
        people = [await self._world.person(f"citizen-{index}") for index in range(number)]

        def add(tx: Tx) -> Done[None]:
            now = self._world.time()
            for index, person in enumerate(people):
                key = person.person_id
                tx.people.add_identifier(key, IdentifierScheme.USERNAME, f"citizen-{index}", now=now)
                tx.passwords.put(
                    PasswordCredential(person_id=key, password_hash=password_hash, changed_at=now)
                )
                tx.totp.put(TotpCredential(person_id=key, secret=TOTP_SECRET, last_step=0, confirmed=True))
            return Done(None)

        await self._world.write(add)
        self._citizens = iter(
            [
                (person, Citizen(username=f"citizen-{index}", password=PASSWORD, totp_secret=TOTP_SECRET))
                for index, person in enumerate(people)
            ]
        )

    async def begin(self) -> None:
        """Let one person of each sort travel to the end, so that there is something to lose."""
        await self._journey()
        await self._sign_in()

    async def run(self) -> None:
        """Travel until told that it is over, or until the node is gone."""
        self.is_over = False
        journeys = [*[self._journey] * _TRAVELLERS, self._sign_in]
        await asyncio.gather(*(self._again_and_again(journey) for journey in journeys))

    async def resume(self) -> None:
        """Try again what was cut short, as each client would."""
        resumptions, self._resumptions = self._resumptions, []
        for resumption in resumptions:
            await resumption()

    async def _again_and_again(self, journey: Callable[[], Awaitable[bool]]) -> None:
        try:
            while not self.is_over and await journey():
                pass
        except httpx.TransportError:
            return  # the answer is unknown

    async def _journey(self) -> bool:
        person = await self._world.person(f"traveller-{next(self._numbers)}")
        browser = self._browser(person)
        await self._world.signed_in(browser, person.person_id)
        page = await browser.get(self._rp.authorize_url(scope=SCOPE))
        assert "claims-consent" in page.ids, "nobody has asked this person yet"
        family = await self._redeem(await self._consent(browser, page, person))
        for _ in range(_ROTATIONS):
            await self._refresh(family)
        response = await self._world.peers[0].userinfo(family.access_token)
        assert response.status_code == 200, response.text
        self._history.say("read", gid=family.gid)
        page = await browser.get(self._rp.authorize_url(scope=SCOPE, prompt="none"))
        await self._redeem(self._code(page, person))
        return True

    async def _sign_in(self) -> bool:
        person, citizen = next(self._citizens, (None, None))
        if person is None or citizen is None:
            return False
        browser, at = self._browser(person), time.time()
        page = await browser.get(self._rp.authorize_url(scope="openid"))
        page = await citizen.sign_in(browser, page, at=at)
        code = self._code(page, person)
        cookie = str(self._world.cookie_of(browser, "session"))
        self._history.say("session", person=person.person_id, cookie=cookie, step=int(at) // 30)
        await self._redeem(code)
        return True

    def _browser(self, person: Person) -> Browser:
        """A browser that writes down each consent as soon as it is taken."""
        browser = self._world.browser()

        async def heard(response: httpx.Response) -> None:
            assert response.status_code < 500, f"{response.request.url.path}: {response.status_code}"
            sent = response.request
            if (sent.method, sent.url.path, response.status_code) == ("POST", "/consent", 303):
                self._history.say("consent", person=person.person_id)

        browser.client.event_hooks = {"response": [heard]}
        return browser

    async def _consent(self, browser: Browser, page: Page, person: Person) -> str:
        async def agree() -> Page:
            return await browser.press(page, "allow", extra=[("scope", "offline_access")])

        try:
            return self._code(await agree(), person)
        except httpx.TransportError:
            self._resumptions.append(lambda: self._agree_anew(agree, person))
            raise

    async def _agree_anew(self, agree: Callable[[], Awaitable[Page]], person: Person) -> None:
        """The page lies open still; to answer it again leads to the one code, or to word that there was one."""
        page = await agree()
        if page.left_for is None:
            assert (page.status, page.case) == (409, "two-tabs")
        else:
            await self._redeem(self._code(page, person))

    def _code(self, page: Page, person: Person) -> str:
        code = page.answer["code"]
        self._history.say("code", person=person.person_id)
        return code

    async def _redeem(self, code: str) -> Family:
        try:
            response = await self._rp.redeem(self._world.http, code)
        except httpx.TransportError:
            self._resumptions.append(lambda: self._redeem_anew(code))
            raise
        assert response.status_code == 200, response.text
        return self._hold(code, response.json())

    async def _redeem_anew(self, code: str) -> None:
        """Either the one success, or `invalid_grant` because it had been one."""
        response = await self._rp.redeem(self._world.http, code)
        if response.status_code == 200:
            self._hold(code, response.json())
        else:
            assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")

    def _hold(self, code: str, tokens: dict[str, Any]) -> Family:
        claims = _claims(tokens["access_token"])
        gid = gid_of(claims["gid"], claims["aud"], self._world.provider.vault)
        assert gid is not None, "a token that leads to no grant"
        family = Family(
            gid=gid,
            code=code,
            access_token=tokens["access_token"],
            refresh_tokens=[tokens["refresh_token"]],
        )
        self._history.say("tokens", gid=family.gid, code=code)
        self.families.append(family)
        return family

    async def _refresh(self, family: Family) -> None:
        try:
            await self.refresh(family)
        except httpx.TransportError:
            self._resumptions.append(lambda: self.refresh(family))
            raise

    async def refresh(self, family: Family) -> None:
        """Rotate: also after an answer that never came, the token in hand gets a successor (DESIGN 5.6)."""
        response = await self._rp.refresh(self._world.http, family.refresh_tokens[-1])
        assert response.status_code == 200, response.text
        tokens = response.json()
        self._history.say("rotation", gid=family.gid, generation=len(family.refresh_tokens))
        family.access_token = tokens["access_token"]
        family.refresh_tokens.append(tokens["refresh_token"])


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))
