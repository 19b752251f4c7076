"""A whole provider in one process on its own database, with clients and people to play with; time stands still.

Sessions of the national system are arranged through the same service the callback uses; everything else goes through
the front door.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from idp.app import make_app, make_provider
from idp.audit.events import AuditEvent, EventType
from idp.clock import Clock
from idp.database import Done
from idp.edge.cookie_names import cookie_name
from idp.ids import PersonId
from idp.keeping import ERASERS, erase
from idp.limits.model import Counted, Limit
from idp.people.model import Person, PersonStatus
from idp.provider import Provider
from idp.settings import Settings
from idp.transaction import Tx
from idp.ui.pages import Pages, Site
from keys.master import MasterKey
from migrations.run import upgrade
from tests.arranged import PASSWORD, PERSONAL, START, TOTP_SECRET, Arranged, MovableTime
from tests.driver import ISSUER, Browser, RelyingParty
from tests.statements import share_statements

__all__ = [
    "PASSWORD",
    "PERSONAL",
    "START",
    "TOTP_SECRET",
    "MovableTime",
    "Visitor",
    "World",
    "make_schema",
    "make_state",
    "open_world",
]


@dataclass
class Visitor:
    """A person at a browser in which they are signed in."""

    person: Person
    browser: Browser = field(repr=False)

    async def code(self, rp: RelyingParty, **changes: str | None) -> str:
        """Authorize without a page in between and return the code."""
        return (await self.browser.get(rp.authorize_url(**changes))).answer["code"]


class World(Arranged):
    """One provider and those who deal with it."""

    def __init__(self, provider: Provider, time: MovableTime) -> None:
        super().__init__(provider, time)
        self.app = make_app(provider)
        self.transport: httpx.AsyncBaseTransport = httpx.ASGITransport(
            app=self.app, raise_app_exceptions=False
        )
        self.http = httpx.AsyncClient(transport=self.transport, base_url=self.issuer)

    def browser(self) -> Browser:
        return Browser(self.transport, self.issuer)

    async def readiness(self) -> tuple[int, str]:
        """Ask for it anew, once what was found last no longer stands."""
        self.provider.readiness._found_at = float("-inf")
        response = await self.http.get("/health/ready")
        return response.status_code, response.json()["status"]

    def cookie_of(self, browser: Browser, name: str) -> str | None:
        """Return a cookie of ours this browser holds, by its short name: `session`, `lang`, `i-…`."""
        return browser.client.cookies.get(cookie_name(self.provider.settings, name))

    async def visitor(self, rp: RelyingParty, username: str = "alice") -> Visitor:
        """A person signed in at the national system who has agreed to all this client may ask."""
        person = await self.person(username)
        browser = self.browser()
        await self.signed_in(browser, person.person_id)
        await self.agree(person.person_id, rp)
        return Visitor(person=person, browser=browser)

    async def tokens(self, rp: RelyingParty, visitor: Visitor, **changes: str | None) -> dict[str, Any]:
        """Authorize silently and redeem the code."""
        response = await rp.redeem(self.http, await visitor.code(rp, **changes))
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def userinfo(self, access_token: str) -> httpx.Response:
        return await self.http.get("/userinfo", headers={"authorization": f"Bearer {access_token}"})

    async def records(self, *types: EventType) -> list[AuditEvent]:
        """Return the audit events so far, in order, those of the given types only."""

        def number_and_read(tx: Tx) -> Done[list[AuditEvent]]:
            while tx.audit.number(500):
                pass
            records = tx.audit.read(after=-1, limit=10_000)
            return Done([record.event for record in records if not types or record.event.type in types])

        return list(await self.write(number_and_read))

    async def events(self, *types: EventType, client_id: str | None = None) -> list[str]:
        """Return the types of audit events so far, in order, those given only, of one client only if it is given."""
        return [
            event.type.value
            for event in await self.records(*types)
            if client_id is None or event.payload.get("client_id") == client_id
        ]

    async def status_of(self, person_id: PersonId) -> PersonStatus:
        """Return how a person's account stands."""
        person = await self.provider.database.read(lambda tx: tx.people.get(person_id))
        assert person is not None
        return person.status

    async def use_up(self, limit: Limit, of: str) -> None:
        """Count against a limit until one is left."""
        now = self.time()

        def count(tx: Tx) -> Done[Counted]:
            return Done([tx.limits.count(limit, of, now) for _ in range(limit.value.most - 1)][-1])

        self.provider.limits.learn((limit, of), await self.write(count))

    async def clean_up(self) -> int:
        """Erase one batch of everything that has expired; return how many rows."""
        provider = self.provider
        return sum(
            [await erase(table, provider.database, self.time(), provider.settings.life) for table in ERASERS]
        )


def make_state(folder: Path) -> None:
    """Make a master key and a schema once; worlds copy them."""
    MasterKey.create(folder / "master.json")
    make_schema(folder / "template.sqlite3")


def make_schema(path: Path) -> None:
    """Make an embedded database with our schema and nothing in it."""
    path.touch(mode=0o600)
    path.write_bytes(_migrated())


@cache
def _migrated() -> bytes:
    """Migrations are run once in a process: what they make of an empty file is the same each time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hpid.sqlite3"
        upgrade(f"sqlite:///{path}")
        return path.read_bytes()


@asynccontextmanager
async def open_world(
    template: Path,
    folder: Path,
    database_url: str | None = None,
    *,
    with_keys: bool = True,
    **settings: Any,
) -> AsyncIterator[World]:
    """Open a world on its own copy of the template, or on a given database."""
    if database_url is None:
        shutil.copyfile(template / "template.sqlite3", folder / "hpid.sqlite3")
        database_url = f"sqlite:///{folder / 'hpid.sqlite3'}"
    time = MovableTime()
    wanted: dict[str, Any] = {
        "issuer": ISSUER,
        "state": folder,
        "master_key": template / "master.json",
        "database_url": database_url,
        "embed_worker": False,
        **settings,
    }
    provider = make_provider(_settings(wanted), Clock(time))
    provider = replace(provider, pages=_shared_pages(provider.pages._site))
    share_statements(provider.database)
    await provider.database.open()
    world = World(provider, time)
    if with_keys:
        await world.add_keys()
    try:
        yield world
    finally:
        await provider.aclose()


_OF_ONE_WORLD = {"state", "master_key", "database_url"}
_known_settings: dict[str, Settings] = {}


def _settings(wanted: dict[str, Any]) -> Settings:
    """Check settings that differ in nothing but their files once: it takes a third of the time a world takes."""
    environment = sorted(item for item in os.environ.items() if item[0].upper().startswith("HPID_"))
    others = sorted((name, repr(value)) for name, value in wanted.items() if name not in _OF_ONE_WORLD)
    key = repr((environment, others))
    if key not in _known_settings:
        _known_settings[key] = Settings(**wanted)
    return _known_settings[key].model_copy(update={name: wanted[name] for name in _OF_ONE_WORLD})


@cache
def _shared_pages(site: Site) -> Pages:
    """Templates are compiled once for all worlds of a process."""
    return Pages(site)
