"""E19: a session that has ended, however it ended, opens nothing at any node to who kept its cookies and its forms."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from idp.citizen.routing import ADDRESSES
from idp.data_rights.service import close_account
from idp.database import Done
from idp.life_events.model import Ground
from idp.life_events.service import open_ground
from idp.lifetimes import Lifetimes
from idp.people.model import Person
from idp.recovery.model import Lost, Recovery, Way
from idp.recovery.service import recover
from idp.transaction import Tx
from tests.attacks.oracle import Oracle, Recorder
from tests.driver import Browser, RelyingParty
from tests.endpoints.ending import url
from tests.world import PASSWORD, World, open_world

LIFE = Lifetimes()
HOME = "/account"
DOORS = tuple(
    (method, path)
    for path, methods in sorted(ADDRESSES.items())
    for method in methods
    if (path.startswith(HOME) and path != "/account/sign-in") or (method, path) == ("POST", "/lock")
)
"""Every page of the account and every form of it, as the router knows them."""


@dataclass
class Theft:
    """A person, their browser, what was copied out of it while they were signed in, and two nodes to bring it to."""

    world: World
    elsewhere: World
    rp: RelyingParty
    person: Person
    browser: Browser = field(repr=False)
    oracles: tuple[Oracle, Oracle] = field(repr=False)
    """One for each node."""
    jar: list[tuple[str, str]] = field(default_factory=list, repr=False)
    csrf: str = field(default="", repr=False)

    async def other_device(self) -> Browser:
        browser = self.world.browser()
        await self.world.signed_in(browser, self.person.person_id)
        return browser

    async def write(self, work: Callable[[Tx], object]) -> None:
        def locked(tx: Tx) -> Done[None]:
            tx.people.lock(self.person.person_id)
            work(tx)
            return Done(None)

        await self.world.write(locked)

    async def copy(self) -> None:
        """Take the whole cookie jar and the value against forgery of a form that was shown."""
        self.csrf = (await self.browser.get("/end_session")).form("sign-out-here")["fields"]["csrf"]
        self.jar = [(one.name, one.value or "") for one in self.browser.client.cookies.jar]
        for node in (self.world, self.elsewhere):
            shown = await self.thief(node).get(HOME)
            assert "page-account-home" in shown.ids, (
                "while it lives the copy opens the account: the test can fail"
            )

    def thief(self, node: World) -> Browser:
        browser = node.browser()
        for name, value in self.jar:
            browser.client.cookies.set(name, value, domain="localhost.local", path="/")
        return browser


@pytest.fixture
async def theft(world: World, oracle: Oracle, template: Path, tmp_path: Path) -> AsyncIterator[Theft]:
    rp = await world.client()
    person, _ = await world.citizen()
    await world.agree(person.person_id, rp)
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    database_url = world.provider.settings.database_url
    async with open_world(template, tmp_path, database_url, with_keys=False) as elsewhere:
        recorder = Recorder(elsewhere.transport)
        elsewhere.transport = recorder
        theft = Theft(
            world=world,
            elsewhere=elsewhere,
            rp=rp,
            person=person,
            browser=browser,
            oracles=(oracle, Oracle(elsewhere, oracle.log, recorder, oracle.planted)),
        )
        await theft.copy()
        yield theft


async def by_the_page(theft: Theft) -> None:
    await theft.browser.press(await theft.browser.get("/end_session"), "sign-out-here")


async def by_a_service(theft: Theft) -> None:
    page = await theft.browser.get(theft.rp.authorize_url(prompt="none"))
    tokens = (await theft.rp.redeem(theft.world.http, page.answer["code"])).json()
    await theft.browser.get(url(id_token_hint=tokens["id_token"]))


async def by_being_idle(theft: Theft) -> None:
    theft.world.time.move(LIFE.session_idle)


async def by_its_age(theft: Theft) -> None:
    steps, silent = LIFE.session_absolute // (LIFE.session_idle / 2), theft.rp.authorize_url(prompt="none")
    for _ in range(steps):
        assert "error" not in (await theft.browser.get(silent)).answer, "it was in use all the time"
        theft.world.time.move(LIFE.session_idle / 2)


async def by_a_new_password(theft: Theft) -> None:
    other = await theft.other_device()
    page = await other.get("/account/methods/password")
    page = await other.press(page, "submit", None, **{"new-password": f"{PASSWORD} chiều nay"})
    assert "page-methods" in page.ids


async def by_the_list_at_another_device(theft: Theft) -> None:
    other = await theft.other_device()
    await other.press(await other.get("/account/sessions"), "sign-out-all")


async def everywhere_at_another_device(theft: Theft) -> None:
    other = await theft.other_device()
    await other.press(await other.get("/end_session"), "sign-out-all")


async def by_a_lock_at_another_device(theft: Theft) -> None:
    other = await theft.other_device()
    assert "page-account-locked" in (await other.press(await other.get("/lock"), "lock-signed-in")).ids


async def by_a_lock_of_the_city(theft: Theft) -> None:
    person_id, occasion = theft.person.person_id, theft.world.occasion
    await theft.write(
        lambda tx: open_ground(tx, person_id, Ground.CITY, "case", actor="operator:a", occasion=occasion)
    )


async def by_a_recovery(theft: Theft) -> None:
    recovery = Recovery(way=Way.NATIONAL, lost=frozenset({Lost.PASSWORD}), hold=timedelta(days=1))
    await theft.write(lambda tx: recover(tx, theft.person.person_id, recovery, occasion=theft.world.occasion))


async def by_closing_the_account(theft: Theft) -> None:
    await theft.write(lambda tx: close_account(tx, theft.person, "request", occasion=theft.world.occasion))


ENDS: tuple[Callable[[Theft], Awaitable[None]], ...] = (
    by_the_page,
    by_a_service,
    by_being_idle,
    by_its_age,
    by_a_new_password,
    by_the_list_at_another_device,
    everywhere_at_another_device,
    by_a_lock_at_another_device,
    by_a_lock_of_the_city,
    by_a_recovery,
    by_closing_the_account,
)


@pytest.mark.parametrize("end", ENDS, ids=lambda one: one.__name__)
async def test_e19_the_copy_of_a_session_that_ended_opens_nothing_at_any_node(
    theft: Theft, oracle: Oracle, end: Callable[[Theft], Awaitable[None]]
) -> None:
    await end(theft)
    theft.elsewhere.time.moment = theft.world.time.moment
    for watched in theft.oracles:
        node = watched.world
        await _opens_no_door(theft, node, watched)
        async with watched.refusing(("silent", node is theft.world), to_client="login_required"):
            await theft.thief(node).client.get(theft.rp.authorize_url(prompt="none"))
        page = await theft.thief(node).get(theft.rp.authorize_url())
        assert page.path == "/sign-in", "nor is anything left out for who was here before"
        _clears_storage_never_cookies(watched)


async def _opens_no_door(theft: Theft, node: World, oracle: Oracle) -> None:
    """Every page and every form: none shows anything, none writes anything, none makes it live again."""
    async with oracle.refusing("doors", status=range(200, 500), seconds=5):
        for method, path in DOORS:
            thief = theft.thief(node)
            page = await thief.get(path) if method == "GET" else await thief.post(path, {"csrf": theft.csrf})
            shut = "page-lock" if path == "/lock" else "page-account-sign-in"
            assert page.status >= 400 or shut in page.ids, (method, path)
            assert "lock-signed-in" not in page.ids
            for told in (theft.person.profile.full_name, theft.person.profile.email or "@"):
                assert told not in page.response.text, (method, path)


def _clears_storage_never_cookies(oracle: Oracle) -> None:
    """Whatever a browser is told to forget, it is never all cookies of the host."""
    for exchange in oracle.recorder.exchanges:
        cleared = exchange.response.headers.get("clear-site-data")
        assert cleared in {None, '"cache", "storage"'}, exchange.request.url.path


@pytest.mark.parametrize(
    ("path", "button"),
    [("/end_session", "sign-out-here"), ("/end_session", "sign-out-all"), ("/lock", "lock-signed-in")],
)
async def test_e19_who_ends_their_own_session_leaves_nothing_in_the_browser(
    theft: Theft, path: str, button: str
) -> None:
    form = (await theft.browser.get(path)).form(button)
    name, value = form["buttons"][button]
    fields = {**form["fields"], **({name: value} if name else {})}
    response = await theft.browser.client.post(
        form["action"] or path,
        content=urlencode(fields),
        headers={
            "origin": "null",
            "sec-fetch-site": "same-origin",
            "content-type": "application/x-www-form-urlencoded",
        },
    )
    assert response.headers["clear-site-data"] == '"cache", "storage"'
    assert "hpid-session=;" in response.headers["set-cookie"]
