"""Random whole journeys of people and services at two nodes, each step in the history, right through every fault.

What the steps mean for the invariants is judged afterwards (verdict.py); here is only done what clients would do: an
answer that never came is asked for again, one that says no is the end of the journey.
"""

import asyncio
import base64
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from idp.grants.gid import gid_of
from tests.driver import Page, RelyingParty
from tests.faults.history import History
from tests.faults.operations import Operation, Operations
from tests.faults.outsiders import Outsider
from tests.server import ServedWorld

ONLINE, OFFLINE = "openid profile", "openid profile offline_access"
_LONGEST = 40.0
"""Seconds in which an answer that never came is asked for again: less than what a retry is good for."""
_PAUSE = 0.7
_BOUND = 1.05


@dataclass(kw_only=True)
class Held:
    """What a service holds of one grant."""

    rp: RelyingParty
    outsider: Outsider
    gid: str
    is_offline: bool
    tokens: dict[str, Any] = field(repr=False)
    refresh_tokens: list[str] = field(repr=False)
    has_ended: bool = False


class Travel:
    """Travellers who share people and services; `told` is what the checker of the database reads."""

    def __init__(
        self,
        world: ServedWorld,
        rps: list[RelyingParty],
        people: list[Outsider],
        history: Operations,
        told: History,
        chance: random.Random,
    ) -> None:
        self._world = world
        self._rps = rps
        self._free = people
        self._history = history
        self._told = told
        self._chance = chance
        self.held: list[Held] = []
        self.is_over = False

    async def run(self, travellers: int) -> None:
        """Travel until told that it is over."""
        await asyncio.gather(*(self._again_and_again() for _ in range(travellers)))

    async def _again_and_again(self) -> None:
        while not self.is_over and self._free:
            outsider = self._free.pop(self._chance.randrange(len(self._free)))
            held = await self._journey(outsider)
            if held is not None and not held.has_ended:
                self.held.append(held)
            if not outsider.is_signed_out:
                self._free.append(outsider)

    async def _journey(self, outsider: Outsider) -> Held | None:
        rp, scope = self._chance.choice(self._rps), self._chance.choice((ONLINE, OFFLINE))
        code = await self._code(outsider, rp, scope)
        held = None if code is None else await self._redeem(outsider, rp, scope, code)
        if held is None or held.has_ended:
            return held
        for _ in range(self._chance.randint(0, 3)):
            if not await self._rotate(held):
                held.has_ended = True  # which generation is the newest nobody here knows
                return held
            await self.use(held)
        await self.use(held)
        endings: list[Callable[[Held], Awaitable[None]]] = [self._revoke, self._reuse, self._sign_out]
        if self._chance.random() < 0.6:
            await self._chance.choice(endings)(held)
        return held

    async def _code(self, outsider: Outsider, rp: RelyingParty, scope: str) -> str | None:
        """Authorize, and agree if asked."""
        one = self._history.invoke("code", person=outsider.person.person_id, rp=rp.client_id)
        try:
            page = await outsider.browser.get(rp.authorize_url(scope=scope))
            if page.left_for is None and "claims-consent" in page.ids:
                page = await self._agree(outsider, rp, page, scope)
        except (httpx.TransportError, AssertionError):
            self._history.end(one, "unknown")
            return None
        code = None if page.left_for is None else page.answer.get("code")
        if code is None:
            self._history.end(one, "fail", status=page.status)
            await asyncio.sleep(_PAUSE)
            return None
        self._history.end(one, "ok", code=code)
        self._told.say("code", person=outsider.person.person_id)
        return code

    async def _agree(self, outsider: Outsider, rp: RelyingParty, page: Page, scope: str) -> Page:
        one = self._history.invoke("consent", person=outsider.person.person_id, rp=rp.client_id)

        async def heard(response: httpx.Response) -> None:
            sent = response.request
            if (sent.method, sent.url.path, response.status_code) == ("POST", "/consent", 303):
                self._history.end(one, "ok")
                self._told.say("consent", person=outsider.person.person_id)

        outsider.browser.client.event_hooks = {"response": [heard]}
        extra = [("scope", "offline_access")] if scope == OFFLINE else []
        try:
            return await outsider.browser.press(page, "allow", extra=extra)
        finally:
            outsider.browser.client.event_hooks = {"response": []}

    async def _redeem(self, outsider: Outsider, rp: RelyingParty, scope: str, code: str) -> Held | None:
        async def redeem(**changes: str) -> Any:
            facts = {"code": code, "rp": rp.client_id, "is_hostile": bool(changes)}
            return await self._ask("redeem", facts, lambda: rp.redeem(outsider.http, code, **changes))

        draw = self._chance.random()
        if draw < 0.05:
            await redeem(code_verifier="x" * 43)
        if draw > 0.7:
            answers = await asyncio.gather(redeem(), redeem())
            tokens = answers[0] or answers[1]
        else:
            tokens = await redeem()
        if tokens is None:
            return None
        claims = claims_of(tokens["access_token"])
        gid = gid_of(claims["gid"], claims["aud"], self._world.provider.vault)
        self._told.say("tokens", gid=str(gid), code=code)
        return Held(
            rp=rp,
            outsider=outsider,
            gid=str(gid),
            is_offline=scope == OFFLINE,
            tokens=tokens,
            refresh_tokens=[tokens["refresh_token"]],
            has_ended=self._is_unheard_of(code),
        )

    def _is_unheard_of(self, code: str) -> bool:
        """Tell whether a redemption may still be on its way: judged late, as a replay, it ends the family."""
        tries = (one for one in self._history.all if one.kind == "redeem" and one.facts["code"] == code)
        return any(one.outcome == "unknown" for one in tries)

    async def _rotate(self, held: Held) -> bool:
        draw = self._chance.random()
        answers = await asyncio.gather(*(self.refresh(held) for _ in range(2 if draw > 0.75 else 1)))
        tokens = next((one for one in answers if one is not None), None)
        if tokens is None:
            return False
        self._told.say("rotation", gid=held.gid, generation=len(held.refresh_tokens))
        held.tokens = tokens
        held.refresh_tokens.append(tokens["refresh_token"])
        return True

    async def refresh(self, held: Held) -> Any:
        """Present the newest refresh token."""
        token = held.refresh_tokens[-1]
        facts = {**_facts(held), "token": token}
        return await self._ask("refresh", facts, lambda: held.rp.refresh(held.outsider.http, token))

    async def use(self, held: Held) -> None:
        """Read userinfo and introspect, at any node."""
        token = held.tokens["access_token"]
        facts = {**_facts(held), "kid": kid_of(token)}
        http, bearer = held.outsider.http, {"authorization": f"Bearer {token}"}
        await self._ask("userinfo", dict(facts), lambda: http.get("/userinfo", headers=bearer))
        await self._ask(
            "introspect", dict(facts), lambda: held.rp.back_channel(http, "/introspect", token=token)
        )

    async def _revoke(self, held: Held) -> None:
        token = held.refresh_tokens[-1]
        one = await self._post(
            "revoke", held, lambda: held.rp.back_channel(held.outsider.http, "/revoke", token=token)
        )
        await self._after(held, one)

    async def _reuse(self, held: Held) -> None:
        """Present a generation whose successor was used: theft, by which the family ends."""
        if len(held.refresh_tokens) < 3:
            return await self._revoke(held)
        token = held.refresh_tokens[0]
        one = await self._post(
            "reuse", held, lambda: held.rp.refresh(held.outsider.http, token), refused_is_done=True
        )
        return await self._after(held, one)

    async def _sign_out(self, held: Held) -> None:
        """Sign out by the page; the cookie of before is then tried."""
        outsider = held.outsider
        cookie = self._world.cookie_of(outsider.browser, "session")
        person = outsider.person.person_id
        one = self._history.invoke(
            "logout", person=person, gid="" if held.is_offline else held.gid, rp=held.rp.client_id
        )
        outsider.is_signed_out = True
        try:
            page = await outsider.browser.get("/end_session")
            if "sign-out-here" in page.buttons:
                page = await outsider.browser.press(page, "sign-out-here")
            self._history.end(one, "ok" if "page-signed-out" in page.ids else "unknown")
        except (httpx.TransportError, AssertionError):
            self._history.end(one, "unknown")
        if one.outcome == "ok" and cookie:
            await self._after(held, one) if not held.is_offline else await asyncio.sleep(_BOUND)
            name = "hpid-session"
            url = held.rp.authorize_url(scope=ONLINE, prompt="none")
            again = self._history.invoke("silent", person=person, rp=held.rp.client_id)
            try:
                response = await outsider.http.get(url, headers={"cookie": f"{name}={cookie}"})
            except httpx.TransportError:
                return
            has_code = "code=" in response.headers.get("location", "")
            self._history.end(again, "ok" if has_code else "fail", status=response.status_code)

    async def _after(self, held: Held, one: Operation) -> None:
        """Whatever came of it, the family is left alone; what was acknowledged is tried when the bound is over."""
        held.has_ended = True
        if one.outcome == "ok":
            await asyncio.sleep(_BOUND)
            for _ in range(2):
                await self.use(held)
            await self.refresh(held)

    async def _post(
        self,
        kind: str,
        held: Held,
        ask: Callable[[], Awaitable[httpx.Response]],
        *,
        refused_is_done: bool = False,
    ) -> Operation:
        one = self._history.invoke(kind, gid=held.gid, rp=held.rp.client_id)
        while time.monotonic() < one.invoked_at + _LONGEST:
            try:
                response = await ask()
            except httpx.TransportError:
                await asyncio.sleep(_PAUSE)
                continue
            is_done = response.status_code == (400 if refused_is_done else 200)
            if is_done or response.status_code != 503:
                self._history.end(one, "ok" if is_done else "fail", status=response.status_code)
                return one
            await asyncio.sleep(_PAUSE)
        self._history.end(one, "unknown")
        return one

    async def _ask(
        self, kind: str, facts: dict[str, Any], ask: Callable[[], Awaitable[httpx.Response]]
    ) -> Any:
        """Ask until somebody says yes or no; return the answer to a yes."""
        ends = time.monotonic() + _LONGEST
        while time.monotonic() < ends:
            one = self._history.invoke(kind, **facts)
            try:
                response = await ask()
            except httpx.TransportError:
                self._history.end(one, "unknown")
                await asyncio.sleep(_PAUSE)
                continue
            if response.status_code == 200:
                answer = response.json()
                if kind == "introspect" and not answer["active"]:
                    self._history.end(one, "fail", status=200, error="inactive")
                    return None
                self._history.end(one, "ok", answer=answer)
                return answer
            error = response.headers.get("www-authenticate", "") or response.text
            self._history.end(one, "fail", status=response.status_code, error=error[:200])
            if response.status_code != 503:
                return None
            await asyncio.sleep(_PAUSE)
        return None


def _facts(held: Held) -> dict[str, Any]:
    return {"gid": held.gid, "rp": held.rp.client_id, "person": held.outsider.person.person_id}


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says, unverified."""
    return _part(token, 1)


def kid_of(token: str) -> str:
    """Return which key a token says it was signed by."""
    return str(_part(token, 0)["kid"])


def _part(token: str, which: int) -> dict[str, Any]:
    part = token.split(".")[which]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))
