"""A back-up taken while a node serves, the life that goes on after it, a restore, and what must hold then.

What was acknowledged before the back-up is there: grants, consents, the record. What was used up or ended after it works
no more, though the back-up knows it unused (SECURITY I1 to I5).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from idp.audit.events import EventType
from idp.database import Done
from idp.protocol.facts import Profile
from idp.transaction import Tx
from tests.assertions import Signer
from tests.driver import Browser, Citizen, Page, RelyingParty
from tests.server import A_NODE_KNOWS_IT, Installation, Node, ServedWorld, open_served, serving
from tests.world import Visitor

SETTINGS = {"HPID_REGISTRATION": "token"}
_OFFLINE = "openid profile offline_access"
_JTI = "used-after-the-back-up"


@dataclass(kw_only=True)
class Before:
    """What was there, unused, when the back-up was made."""

    rp: RelyingParty
    signer: Signer
    visitor: Visitor
    staying: Visitor
    """Somebody who does nothing after the back-up."""
    citizen: Citizen
    code: str
    refresh_token: str
    access_token: str
    pushed: str
    invitation: str
    link: str
    interaction: Page
    """A page of an interaction in the citizen's browser."""
    browser: Browser
    totp_at: float = 0.0
    """When the citizen used the code that is tried again."""
    kept: dict[str, set[str]] = field(default_factory=dict)
    """Ids of the grants, consents and events that are acknowledged."""


@dataclass(kw_only=True)
class Story:
    """One installation and the file."""

    installation: Installation
    node: Node
    file: Path

    async def tell(self) -> list[str]:
        """Live it through; return what is not as it must be."""
        with serving(self.node):
            async with open_served(self.installation, self.node) as world:
                before = await self._live(world)
                made = (await self.installation.run("backup", str(self.file), "--json")).json
                assert made["rows"] > 0
                assertion = await self._go_on(world, before)
                busy = await self.installation.run("restore", str(self.file), "--replace", "--yes")
                problems = [] if "in use" in busy.refusal else [f"restored beside a node: {busy}"]
            self.node.end()
        refused = await self.installation.run("restore", str(self.file))
        problems += [] if "not empty" in refused.refusal else [f"what was there: {refused}"]
        restored = (
            await self.installation.run("restore", str(self.file), "--replace", "--yes", "--json")
        ).json
        with serving(self.node):
            async with open_served(self.installation, self.node) as world:
                _carry_over(world, before)
                problems += await self._missing(world, before)
                problems += await self._revived(world, before, assertion)
                problems += await self._unexplained(world, made, restored)
                problems += await self._not_going_on(world, before)
        return problems

    async def _live(self, world: ServedWorld) -> Before:
        rp = await world.client("rp-restored")
        signer = Signer("rp-signs")
        await world.client(
            "rp-signs",
            profile=Profile.OIDC,
            token_endpoint_auth_method="private_key_jwt",
            jwks=signer.jwks,
            id_token_signed_response_alg="ES256",
        )
        visitor, staying = await world.visitor(rp), await world.visitor(rp, "bob")
        _, citizen = await world.citizen("carol")
        browser = world.browser()
        await asyncio.sleep(A_NODE_KNOWS_IT)
        offline = await world.tokens(rp, visitor, scope=_OFFLINE)
        await world.tokens(rp, staying)
        invited = await self.installation.run("clients", "invite", "--uses", "3", "--json")
        bootstrap = await self.installation.run("admin", "bootstrap", "--json")
        pushed = await rp.push(world.http)
        before = Before(
            rp=rp,
            signer=signer,
            visitor=visitor,
            staying=staying,
            citizen=citizen,
            code=await visitor.code(rp),
            refresh_token=offline["refresh_token"],
            access_token=offline["access_token"],
            pushed=rp.load_url(pushed.json()["request_uri"]),
            invitation=invited.json["initial_access_token"],
            link=bootstrap.json["link"],
            interaction=await browser.get(rp.authorize_url()),
            browser=browser,
        )
        before.kept = await _acknowledged(world)
        return before

    async def _go_on(self, world: ServedWorld, before: Before) -> dict[str, str]:
        """Use up and end everything; return the assertion that proved its client once."""
        rp = before.rp
        redeemed = await rp.redeem(world.http, before.code)
        assert redeemed.status_code == 200, redeemed.text
        assert (await rp.refresh(world.http, before.refresh_token)).status_code == 200
        assert "code" in (await before.staying.browser.get(before.pushed)).answer
        assert (await _register(world.http, before.invitation)).status_code == 201
        proof = before.signer.form(world.time(), jti=_JTI, aud=world.issuer)
        assert (await _prove(world, proof)).json()["error"] == "invalid_grant"
        assert (await _prove(world, proof)).json()["error"] == "invalid_client"
        before.totp_at = world.time().timestamp()
        if not await _signs_in(world, before):
            raise AssertionError("the citizen could not sign in before the restore")
        person_id = before.visitor.person.person_id
        assert (await self.installation.run("sessions", "end", person_id, "--json")).json["ended"] == 1
        return proof

    async def _missing(self, world: ServedWorld, before: Before) -> list[str]:
        now = await _acknowledged(world)
        return [f"{kind} lost: {ids - now[kind]}" for kind, ids in before.kept.items() if ids - now[kind]]

    async def _revived(self, world: ServedWorld, before: Before, assertion: dict[str, str]) -> list[str]:
        """Try everything that was used up or ended, and the access token that may have been revoked."""
        rp, http = before.rp, world.http

        async def silently(visitor: Visitor) -> bool:
            return "code" in (await visitor.browser.get(rp.authorize_url(prompt="none"))).answer

        async def link() -> bool:
            return await world.provider.database.read(
                lambda tx: tx.links.peek(before.link.rpartition("=")[2], "administrator", world.time())
            )

        tries: dict[str, Callable[[], Awaitable[bool]]] = {
            "code": lambda: _is_200(rp.redeem(http, before.code)),
            "refresh token": lambda: _is_200(rp.refresh(http, before.refresh_token)),
            "access token": lambda: _is_200(world.userinfo(before.access_token)),
            "session that ended": lambda: silently(before.visitor),
            "session that went on": lambda: silently(before.staying),
            "pushed request": lambda: _loads(before.staying.browser, before.pushed),
            "assertion": lambda: _proves(world, assertion),
            "invitation": lambda: _registers(http, before.invitation),
            "link": link,
            "interaction": lambda: _goes_on(before),
            "TOTP code": lambda: _signs_in(world, before),
        }
        return [f"lives again: {name}" for name, works in tries.items() if await works()]

    async def _unexplained(
        self, world: ServedWorld, made: dict[str, Any], restored: dict[str, Any]
    ) -> list[str]:
        records = await world.records(EventType.DATABASE_RESTORED)
        problems = [] if len(records) == 1 else [f"{len(records)} events of a restore"]
        for event in records:
            told = {
                name: event.payload[name] for name in ("digest", "epoch", "missing_from", "missing_until")
            }
            wanted = (made["digest"], restored["epoch"], made["taken_at"])
            if (told["digest"], told["epoch"], told["missing_from"]) != wanted:
                problems.append(f"the record says {told}, and the back-up {wanted}")
        indexes = await world.provider.database.read(
            lambda tx: [record.leaf_index for record in tx.audit.read(-1, 100_000)]
        )
        intact = await world.provider.database.read(
            lambda tx: all(record.is_intact for record in tx.audit.read(-1, 100_000))
        )
        if indexes != list(range(len(indexes))) or not intact:
            problems.append("the record has gaps, or does not open")
        return problems

    async def _not_going_on(self, world: ServedWorld, before: Before) -> list[str]:
        """Sign in anew: no consent is asked again, and what is issued now works."""
        problems = []
        await world.signed_in(before.staying.browser, before.staying.person.person_id)
        page = await before.staying.browser.get(before.rp.authorize_url(scope=_OFFLINE))
        if page.left_for is None:
            return [f"asked again for what was agreed to: {page.title}"]
        tokens = await before.rp.redeem(world.http, page.answer["code"])
        refreshed = await before.rp.refresh(world.http, tokens.json()["refresh_token"])
        if (await world.userinfo(refreshed.json()["access_token"])).status_code != 200:
            problems.append("fresh tokens open nothing")
        return problems


def _carry_over(world: ServedWorld, before: Before) -> None:
    """Let the browsers of before reach the node that runs now."""
    for browser in (before.visitor.browser, before.staying.browser, before.browser):
        cookies = browser.client.cookies
        browser.client = world.browser().client
        browser.client.cookies = cookies


async def _acknowledged(world: ServedWorld) -> dict[str, set[str]]:
    """Return the ids of what must never be lost."""

    def read(tx: Tx) -> Done[dict[str, set[str]]]:
        while tx.audit.number(500):
            pass
        found = {
            "grants": "SELECT grant_id FROM grants WHERE revoked_at IS NULL",
            "consents": "SELECT consent_id FROM consents WHERE withdrawn_at IS NULL",
            "events": "SELECT event_id FROM audit_events",
            "people": "SELECT person_id FROM people",
        }
        return Done({kind: set(tx.connection.exec_driver_sql(sql).scalars()) for kind, sql in found.items()})

    return dict(await world.write(read))


async def _is_200(asked: Awaitable[httpx.Response]) -> bool:
    return (await asked).status_code == 200


async def _loads(browser: Browser, url: str) -> bool:
    return (await browser.get(url)).case == ""


async def _register(http: httpx.AsyncClient, token: str) -> httpx.Response:
    return await http.post(
        "/register",
        headers={"authorization": f"Bearer {token}"},
        json={"redirect_uris": ["https://rp.example/callback"]},
    )


async def _registers(http: httpx.AsyncClient, token: str) -> bool:
    return (await _register(http, token)).status_code == 201


async def _prove(world: ServedWorld, proof: dict[str, str]) -> httpx.Response:
    """A request that a client which is let in is told `invalid_grant` for."""
    body = {"grant_type": "refresh_token", "refresh_token": "hp_rt_00" + "a" * 43, **proof}
    return await world.http.post("/token", data=body)


async def _proves(world: ServedWorld, proof: dict[str, str]) -> bool:
    error = str((await _prove(world, proof)).json()["error"])
    return error != "invalid_client"


async def _signs_in(world: ServedWorld, before: Before) -> bool:
    """Sign in with the password and the code of that moment, in another browser."""
    browser = world.browser()
    page = await browser.get(before.rp.authorize_url(prompt="login"))
    page = await before.citizen.sign_in(browser, page, at=before.totp_at)
    return page.left_for is not None or "consent" in str(page.response.url)


async def _goes_on(before: Before) -> bool:
    page = await before.browser.get(f"/sign-in/password?i={before.interaction.interaction}")
    return page.case == ""
