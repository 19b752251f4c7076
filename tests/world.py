"""A whole provider in one process on its own database, with clients and people to play with; time stands still.

Sessions of the national system are arranged through the same service the callback uses; everything else goes through
the front door.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import text

from idp.app import make_app, make_provider
from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import Occasion
from idp.citizen.consent_offer import make_offer
from idp.clients.service import issue_secret, put_client
from idp.clock import Clock
from idp.consents.service import record_answer, withdraw
from idp.credentials.model import PasswordCredential, TotpCredential
from idp.database import Done, Refused
from idp.edge.cookie_names import cookie_name
from idp.ids import ClientId, PersonId
from idp.keeping import ERASERS, erase
from idp.people.model import Address, IdentifierScheme, Person, PersonProfile, PersonStatus
from idp.protocol.assurance import Acr
from idp.protocol.facts import ClientFacts, LocalLogin, Profile
from idp.protocol.scopes import SCOPES
from idp.provider import Provider
from idp.sessions.service import Proof, start_session
from idp.settings import Settings
from idp.transaction import Tx
from idp.ui.language import Language
from idp.ui.pages import Pages, Site
from keys.master import MasterKey
from keys.rotation import next_rotation
from migrations.run import upgrade
from tests.driver import ISSUER, Browser, Citizen, RelyingParty
from tests.statements import share_statements

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PASSWORD = "hoa phượng đỏ bến cảng"
PERSONAL: dict[str, Any] = {
    "profile": Profile.OIDC,
    "scopes": frozenset(
        {
            "openid",
            "profile",
            "email",
            "phone",
            "address",
            "age",
            "residence",
            "vn.id_number",
            "offline_access",
        }
    ),
}
"""A client with scopes that open personal data whose library does not push its requests: profile city would ask it."""
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class MovableTime:
    """The present moment; it stands still until moved."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Visitor:
    """A person at a browser in which they are signed in."""

    person: Person
    browser: Browser = field(repr=False)

    async def code(self, rp: RelyingParty, **changes: str | None) -> str:
        """Authorize without a page in between and return the code."""
        return (await self.browser.get(rp.authorize_url(**changes))).answer["code"]


class World:
    """One provider and those who deal with it."""

    def __init__(self, provider: Provider, time: MovableTime) -> None:
        self.provider = provider
        self.time = time
        self.app = make_app(provider)
        self.issuer = provider.settings.issuer
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

    @property
    def occasion(self) -> Occasion:
        return Occasion(clock=self.provider.clock, now=self.time(), txn="arranged")

    async def write(self, work: Any) -> Any:
        value = (await self.provider.database.transact(work)).unwrap()
        await self.provider.configuration.refresh()
        return value

    async def client(
        self, client_id: str = "rp-c", *, secret: bool = True, unchecked: bool = False, **changes: Any
    ) -> RelyingParty:
        """Register a client; valid by default, confidential unless told otherwise.

        `unchecked`: store it as an older release may have, whatever it says.
        """
        facts = ClientFacts(
            client_id=ClientId(client_id),
            name="Cổng thử nghiệm",
            name_en="Test portal",
            agency="Sở Thử nghiệm",
            profile=Profile.CITY,
            enabled=True,
            sector=client_id,
            redirect_uris=(f"https://{client_id}.example/callback",),
            post_logout_redirect_uris=(f"https://{client_id}.example/signed-out",),
            scopes=frozenset({"openid", "profile", "email", "phone", "offline_access"}),
            default_acr=Acr.LOW,
            local_login=LocalLogin.LOW,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            purpose="thử nghiệm",
            law="Quyết định thử nghiệm",
        )
        facts = replace(facts, **changes)

        def register(tx: Tx) -> Done[str | None]:
            if unchecked:
                tx.clients.put(facts, self.time())
                tx.configuration.raise_version()
            else:
                put_client(
                    tx,
                    facts,
                    actor="test",
                    occasion=self.occasion,
                    response_types=self.provider.response_types,
                )
            if not facts.has_secret:
                return Done(None)
            issued = issue_secret(
                tx, facts.client_id, vault=self.provider.vault, actor="test", occasion=self.occasion
            )
            return Done(issued.text)

        text = await self.write(register)
        redirect_uri = facts.redirect_uris[0] if facts.redirect_uris else ""
        return RelyingParty(client_id=client_id, redirect_uri=redirect_uri, client_secret=text)

    async def machine(self, client_id: str = "machine", **changes: Any) -> RelyingParty:
        """Register a client that acts for itself alone; it has a secret unless told otherwise."""
        return await self.client(
            client_id,
            **{
                "grant_types": ("client_credentials",),
                "response_types": (),
                "redirect_uris": (),
                "post_logout_redirect_uris": (),
                "scopes": frozenset({"data.read", "metrics.write"}),
                "audiences": ("https://warehouse.example/", "https://metrics.example/"),
                **changes,
            },
        )

    async def person(self, username: str = "alice", **changes: Any) -> Person:
        """Add a person of level 02 without credentials."""
        person = Person(
            person_id=self.provider.clock.person_id(),
            status=PersonStatus.ACTIVE,
            account_level=2,
            commune_code="11383",
            birth_year=1984,
            created_at=self.time(),
            updated_at=self.time(),
            profile=PersonProfile(
                full_name="Nguyễn Thị Hương",
                family_name="Nguyễn",
                middle_name="Thị",
                given_name="Hương",
                gender="female",
                birthdate="1984-03-14",
                email=f"{username}@example.vn",
                phone="+84539900001",
                address=Address(
                    ward_code="11383", detail="số 16", formatted="số 16, phường Lê Chân, Hải Phòng"
                ),
            ),
        )
        person = replace(person, **changes)

        def add(tx: Tx) -> Done[None]:
            tx.people.add(person)
            return Done(None)

        await self.write(add)
        return person

    async def citizen(self, username: str = "alice", **changes: Any) -> tuple[Person, Citizen]:
        """Add a person with a password and an authenticator."""
        person = await self.person(username, **changes)
        password_hash = await self.provider.hashing.hash(PASSWORD)

        def add(tx: Tx) -> Done[None]:
            now = self.time()
            tx.people.add_identifier(person.person_id, IdentifierScheme.USERNAME, username, now=now)
            tx.passwords.put(
                PasswordCredential(person_id=person.person_id, password_hash=password_hash, changed_at=now)
            )
            tx.totp.put(
                TotpCredential(
                    person_id=person.person_id,
                    secret=TOTP_SECRET,
                    last_step=0,
                    confirmed=True,
                    bound_acr=Acr.SUBSTANTIAL,
                )
            )
            return Done(None)

        await self.write(add)
        return person, Citizen(username=username, password=PASSWORD, totp_secret=TOTP_SECRET)

    async def signed_in(
        self,
        browser: Browser,
        person_id: PersonId,
        *,
        acr: Acr = Acr.SUBSTANTIAL,
        idp: str = "national",
        peer: str = "",
        **proved: Any,
    ) -> None:
        """Give this browser a session, as the return from the national system does."""
        proof = Proof(
            person_id=person_id,
            auth_time=self.time(),
            acr=acr,
            amr=("pwd", "otp"),
            ial=2,
            idp=idp,
            **proved,
        )

        def start(tx: Tx) -> Done[str] | Refused:
            life = self.provider.settings.life
            at = replace(self.occasion, peer=peer)
            return start_session(tx, proof, cookie=None, life=life, occasion=at)

        host = urlsplit(self.issuer).hostname or ""
        browser.client.cookies.set(
            cookie_name(self.provider.settings, "session"),
            await self.write(start),
            domain=host if "." in host else f"{host}.local",
            path="/",
        )

    async def agree(self, person_id: PersonId, rp: RelyingParty, *scopes: str) -> None:
        """Record that this person was told of, and agreed to, these scopes of a client; all of its scopes if none."""
        client = await self.provider.configuration.client(ClientId(rp.client_id))
        assert client is not None
        wanted = scopes or tuple(sorted((client.facts.scopes & SCOPES.keys()) - {"openid"}))
        offer = make_offer(client.facts, wanted, Language.VI)

        def record(tx: Tx) -> Done[None]:
            return record_answer(
                tx,
                person_id=person_id,
                client_id=client.facts.client_id,
                offer=offer,
                ticked=frozenset(wanted),
                occasion=self.occasion,
            )

        await self.write(record)

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

    async def change_client(self, client_id: str, **changes: Any) -> None:
        """Register a client anew with some facts changed."""

        def change(tx: Tx) -> Done[None]:
            client = tx.clients.get(ClientId(client_id))
            assert client is not None
            put_client(tx, replace(client.facts, **changes), actor="test", occasion=self.occasion)
            return Done(None)

        await self.write(change)

    async def set_status(self, person_id: PersonId, status: PersonStatus) -> None:
        """Lock or unlock a person."""
        await self.write(lambda tx: Done(tx.people.set_status(person_id, status, "test", self.time())))

    async def when(self, happens: str, then: str) -> None:
        """Have the database itself do something at one of our writes: another node's commit at the worst moment."""
        trigger = f"CREATE TRIGGER meanwhile AFTER {happens} BEGIN {then}; END"
        await self.write(lambda tx: Done(tx.connection.execute(text(trigger)) and None))

    async def withdraw(self, person_id: PersonId, rp: RelyingParty) -> None:
        """Take a person's consent to a client back."""
        await self.write(
            lambda tx: withdraw(tx, person_id, ClientId(rp.client_id), actor="test", occasion=self.occasion)
        )

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

    async def clean_up(self) -> int:
        """Erase one batch of everything that has expired; return how many rows."""
        provider = self.provider
        return sum(
            [await erase(table, provider.database, self.time(), provider.settings.life) for table in ERASERS]
        )

    async def add_keys(self, *algorithms: str) -> None:
        """Make signing keys that sign at once; ES256 unless told otherwise."""
        now = self.time()
        plans = [
            next_rotation(
                (),
                alg=alg,
                new=await self.provider.keyring.make_record(alg, now),
                now=now,
                publish_for=timedelta(),
                keep_for=timedelta(hours=1),
            )
            for alg in algorithms or ("ES256",)
        ]

        def add(tx: Tx) -> Done[None]:
            for plan in plans:
                tx.signing_keys.apply(plan)
            tx.configuration.raise_version()
            return Done(None)

        await self.write(add)


def make_state(folder: Path) -> None:
    """Make a master key and a schema once; worlds copy them."""
    MasterKey.create(folder / "master.json")
    upgrade(f"sqlite:///{folder / 'template.sqlite3'}")


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
