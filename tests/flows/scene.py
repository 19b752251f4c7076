"""A small city whose national system is in the same process: three people, three browsers, two services, one company.

It is made once and copied for each sequence. Nothing but the way out is otherwise than in production: what would go
through a socket to the national system goes to its application itself.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from idp.database import Done
from idp.ids import OrganisationId, PersonId
from idp.mandates.service import replace_representatives
from idp.people.model import Address
from idp.protocol.assurance import Acr
from idp.protocol.facts import LocalLogin, Profile
from idp.settings import MailTls
from idp.transaction import Tx
from tests.driver import Browser, RelyingParty
from tests.federation.national_driver import CLIENT_ID, ISSUER, REDIRECT_URI, SECRET, National, make_national
from tests.federation.national_driver import Browser as NationalBrowser
from tests.flows.cities import City
from tests.flows.readers import Look, Reader, look_at
from tests.organisations.samples import make_organisation
from tests.stores.desk_samples import make_desk_official
from tests.world import World, make_state, open_world

OUR_ISSUER = REDIRECT_URI.removesuffix("/upstream/national/callback")
_SCOPES = {"rp-low": "openid profile email", "rp-level": "openid profile phone", "rp-high": "openid profile"}
_SMS_SECRET = "of-the-tests-2026"


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Somebody with an account at the national system."""

    number: str
    name: str
    level: int
    password: str = field(default="pw", repr=False)

    def account(self) -> dict[str, object]:
        """Return the account as the national system keeps it."""
        return {
            "sub": f"sub-{self.number}",
            "number": self.number,
            "account_type": "citizen",
            "account_level": self.level,
            "full_name": self.name,
            "birth_date": "1990-02-05",
            "sex": "female",
            "password": self.password,
            "phone": f"+84901{self.number[-6:]}",
            "email": f"e{self.number}@example.vn",
        }


AN = Persona(number="031190000111", name="Đoàn Hải An", level=2)
BINH = Persona(number="031190000222", name="Vũ Đức Bình", level=2)
CHI = Persona(number="031190000333", name="Lê Quỳnh Chi", level=1)
PERSONAS = (AN, BINH, CHI)
OFFICIAL = "CB1"
"""Number of the official at the one-stop desk."""


class Scene:
    """One copy of the city."""

    def __init__(self, world: World, national: National, look: Look) -> None:
        self.world = world
        self.reader = Reader(world.provider.database, look)
        self.national = national
        self.services = tuple(
            RelyingParty(client_id=name, redirect_uri=f"https://{name}.example/callback", scope=scope)
            for name, scope in _SCOPES.items()
        )

    def move(self, seconds: float) -> None:
        """Let time pass for both systems."""
        self.world.time.move(seconds=seconds)
        self.national.clock.now = self.world.time().timestamp()

    async def sign_in_there(self, door: str, persona: Persona, *, cancels: bool = False) -> str:
        """Do all the national system asks for; return the address it sends the browser back to."""
        transport = httpx.ASGITransport(self.national.app)
        async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as http:
            there = NationalBrowser(http)
            await there.open(door)
            if cancels:
                await there.press("cancel")
            else:
                await there.press(number=persona.number, password=persona.password)
            for step, act in (("otp.do", "submit"), ("face.do", "match")):
                if there.page.url.path.endswith(step):
                    await there.press(act, **({"otp": there.otp()} if act == "submit" else {}))
            return str(there.page.headers.get("location", ""))


@asynccontextmanager
async def open_scene(
    folder: Path, national: National, template: Path, url: str, **settings: Any
) -> AsyncIterator[Scene]:
    """Open the city on a copy of its own, whose URL this is."""
    secret = folder / "sms-secret"
    secret.touch(mode=0o600)
    secret.write_text(_SMS_SECRET, encoding="ascii")
    wanted: dict[str, Any] = {
        "issuer": OUR_ISSUER,
        "national_issuer": ISSUER,
        "national_client_id": CLIENT_ID,
        "national_client_secret": SECRET,
        "loopback_origins": (ISSUER, "http://localhost:8091"),
        "mail_host": "127.0.0.1",
        "mail_tls": MailTls.NONE,
        "mail_from": "khong-tra-loi@haiphong.example",
        "sms_url": "http://localhost:8091/sms",
        "sms_secret_file": secret,
        "sign_in_codes": "email",
        "qr_networks": "192.0.2.0/24,198.51.100.0/24",
        **settings,
    }
    async with open_world(template, folder, url, with_keys=False, **wanted) as world:
        fetcher = world.provider.national_fetcher
        fetcher._client = httpx.AsyncClient(transport=httpx.ASGITransport(national.app))
        fetcher._resolve = _here
        await world.provider.configuration.refresh()
        look = await look_at(url)
        try:
            scene = Scene(world, national, look)
            scene.move(0)
            yield scene
        finally:
            await look.close()


async def _here(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


async def make_template(folder: Path, city: City) -> National:
    """Make the city once: its national system, and a database that sequences copy."""
    national = make_national(folder, accounts=[one.account() for one in PERSONAS])
    make_state(folder)
    working = folder / "making"
    working.mkdir()
    async with city.making(working) as url, open_scene(working, national, folder, url) as scene:
        await scene.world.add_keys()
        await _register(scene)
        await _settle(scene)
    return national


async def _register(scene: Scene) -> None:
    """One service takes city credentials and asks; the others want levels above them."""
    await scene.world.client("rp-low", default_acr=Acr.LOW, local_login=LocalLogin.LOW, profile=Profile.OIDC)
    for name, acr in (("rp-level", Acr.SUBSTANTIAL), ("rp-high", Acr.HIGH)):
        await scene.world.client(name, default_acr=acr, local_login=LocalLogin.NEVER)


async def _settle(scene: Scene) -> None:
    """Two of the three have been here before, and one of them represents a company."""
    for persona in (AN, BINH):
        browser = Browser(scene.world.transport, OUR_ISSUER)
        page = await browser.get(scene.services[0].authorize_url())
        page = await browser.press(await browser.get(f"/sign-in/national?i={page.interaction}"), "submit")
        assert page.left_for is not None
        await browser.get(await scene.sign_in_there(page.left_for, persona))

    official = await scene.world.person("trang")
    home = Address(ward_code="11407", detail="số 2")
    company = make_organisation(name="Công ty TNHH Cảng Xanh")

    def add(tx: Tx) -> Done[None]:
        tx.people.update(replace(official, profile=replace(official.profile, address=home)))
        assert tx.officials.add(make_desk_official(official, OFFICIAL))
        (an,) = (one for one in _everybody(tx) if _number_of(tx, one) == AN.number)
        tx.organisations.add(company)
        replace_representatives(
            tx,
            OrganisationId(company.organisation_id),
            [an],
            actor="register",
            occasion=scene.world.occasion,
        )
        return Done(None)

    await scene.world.write(add)


def _everybody(tx: Tx) -> list[PersonId]:
    rows = tx.connection.exec_driver_sql("SELECT person_id FROM people").scalars()
    return [PersonId(one) for one in rows]


def _number_of(tx: Tx, person_id: PersonId) -> str:
    person = tx.people.get(person_id)
    return "" if person is None else person.profile.personal_id
