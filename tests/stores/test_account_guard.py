"""Whoever is signed out, locked or held back while a form of theirs is under way changes nothing (B10; adr/0048).

The request has read that all is well; what ends it commits before the request may write. On either engine.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from idp.audit.events import EventType
from idp.citizen.high_risk import HIGH_RISK
from idp.database import Done
from idp.database.sqlite import Sqlite
from idp.life_events.service import lock_own
from idp.people.model import Person, PersonProfile
from idp.recovery.model import Recovery, Way
from idp.recovery.service import recover
from idp.sessions.service import end_session
from idp.transaction import Tx
from keys.master import MasterKey
from tests.driver import Browser, Page
from tests.endpoints.passkeys import PASSKEYS, add, device
from tests.world import World, open_world

_FORMS: Mapping[str, Mapping[str, str]] = {
    "/account/contacts/remove": {"contact": "x"},
    "/account/data/close": {"sure": "yes"},
    "/account/data/copy": {},
    "/account/data/copy/file": {},
    "/account/data/copy/page": {},
    "/account/data/request": {"right": "correct", "what": "x"},
    "/account/data/request/withdraw": {"request": "x"},
    "/account/data/restriction": {},
    "/account/devices": {"do": "forget", "device": "x"},
    "/account/mandates/act?a=confirm&i=x": {},
    "/account/mandates/act?a=take&i=x": {"go": "yes"},
    "/account/methods/passkeys/remove": {},
    "/account/methods/passkeys/rename": {"passkey-name": "Khác"},
    "/account/methods/password": {"username": "alice.vn", "new-password": "a long one nobody knows"},
    "/account/methods/recovery-codes": {},
    "/account/methods/remove?m=totp": {},
    "/account/number": {},
    "/account/services/withdraw": {"service": "x"},
    "/account/sessions": {"session": "others"},
    "/recover/renew": {"lost-passkeys": "yes"},
}
_HELD = {"/account/mandates/act?a=confirm&i=x"} | {
    one for one in _FORMS if one.partition("?")[0] in HIGH_RISK
}
_PROFILE = PersonProfile(full_name="Trần Bích", personal_id="031190000011")
_MARKS = (
    EventType.CREDENTIAL_SET,
    EventType.CREDENTIAL_REMOVED,
    EventType.CREDENTIAL_RENAMED,
    EventType.NUMBER_SHOWN,
    EventType.DATA_COPY_ASKED,
    EventType.DATA_REQUESTED,
)


@dataclass
class Scene:
    """Somebody signed in at a browser, with a passkey to lose."""

    world: World
    engine: str
    person: Person
    browser: Browser
    passkey: str
    fields: dict[str, str] = field(repr=False)

    async def post(self, form: str) -> Page:
        path = f"{form}?i={self.passkey}" if form.startswith(PASSKEYS) else form
        return await self.browser.post(path, {**self.fields, **_FORMS[form]})


@pytest.fixture
async def scene(engine: str, database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    MasterKey.create(tmp_path / "master.json")
    async with open_world(tmp_path, tmp_path, database_url) as world:
        person, browser = await world.person("alice", profile=_PROFILE), world.browser()
        await world.signed_in(browser, person.person_id)
        await add(browser, device(world))
        fields = (await browser.get("/account/number")).form("theme-dark")["fields"]
        (passkey,) = await world.provider.database.read(lambda tx: tx.passkeys.of_person(person.person_id))
        yield Scene(world, engine, person, browser, passkey.passkey_id, fields)


def _sign_out(scene: Scene, tx: Tx) -> None:
    tx.people.lock(scene.person.person_id)
    for session in tx.sessions.of_person(scene.person.person_id):
        end_session(tx, session, reason="test", occasion=scene.world.occasion)


def _lock(scene: Scene, tx: Tx) -> None:
    lock_own(tx, scene.person.person_id, "test", occasion=scene.world.occasion)


def _recover_here(scene: Scene, tx: Tx) -> None:
    """A recovery in this very session, which goes on: what is of high risk waits from then on."""
    (session,) = tx.sessions.of_person(scene.person.person_id)
    recovery = Recovery(way=Way.NATIONAL, lost=frozenset(), keep=session.session_id, hold=timedelta(days=1))
    recover(tx, scene.person.person_id, recovery, occasion=scene.world.occasion).unwrap()


async def _during(scene: Scene, act: Callable[[Scene, Tx], None], request: Callable[[], Any]) -> Page:
    """Send a request once the act is done; the act's commit comes when the request waits to write."""
    database, acted, go_on = scene.world.provider.database, asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work(tx: Tx) -> Done[None]:
        act(scene, tx)
        loop.call_soon_threadsafe(acted.set)
        if scene.engine == "sqlite":  # a thread of its own
            go_on.wait(5)
        for _ in range(250):
            if go_on.is_set():
                break
            tx.connection.execute(text("SELECT pg_sleep(0.01)"))
        return Done(None)

    acting = asyncio.create_task(database.transact(work))
    await acted.wait()
    sent = asyncio.create_task(request())
    for _ in range(400):
        if sent.done() or await _waits_to_write(scene):
            break
        await asyncio.sleep(0.01)
    go_on.set()
    await acting
    page: Page = await sent
    return page


async def _waits_to_write(scene: Scene) -> bool:
    database = scene.world.provider.database
    if scene.engine == "sqlite":
        assert isinstance(database._engine, Sqlite)
        return len(database._engine._turns._waiting) > 0
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend' AND wait_event_type = 'Lock'"
    )
    return bool(await database.read(lambda tx: tx.connection.execute(waiting).scalar_one()))


@pytest.mark.parametrize("form", _FORMS)
async def test_a_session_that_ends_meanwhile_changes_nothing(scene: Scene, form: str) -> None:
    before = await scene.world.events(*_MARKS)
    page = await _during(scene, _sign_out, lambda: scene.post(form))
    assert (page.status, page.case) == (403, "account-over")
    assert await scene.world.events(*_MARKS) == before


@pytest.mark.parametrize("form", ["/account/data/close", "/account/methods/recovery-codes"])
async def test_an_account_locked_meanwhile_changes_nothing(scene: Scene, form: str) -> None:
    before = await scene.world.events(*_MARKS)
    page = await _during(scene, _lock, lambda: scene.post(form))
    assert (page.status, page.case) == (403, "account-over")
    assert await scene.world.events(*_MARKS) == before


@pytest.mark.parametrize("form", sorted(_HELD))
async def test_what_is_of_high_risk_waits_after_a_recovery_that_came_meanwhile(
    scene: Scene, form: str
) -> None:
    page = await _during(scene, _recover_here, lambda: scene.post(form))
    assert (page.status, page.case) == (403, "account-over")
    page = await scene.post(form)
    assert "held-until" in page.ids


async def test_what_protects_goes_on_after_a_recovery_that_came_meanwhile(scene: Scene) -> None:
    page = await _during(scene, _recover_here, lambda: scene.post("/account/sessions"))
    assert page.case == ""
    assert page.status == 200
