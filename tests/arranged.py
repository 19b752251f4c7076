"""What is arranged before a test: clients, people, sessions, consents, keys. Time stands still unless moved.

Written through the same services that the front door uses, or, where an older release may have left it, into the stores.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import text

from idp.audit.occasion import Occasion
from idp.citizen.consent_offer import Asking, make_offer
from idp.clients.service import issue_secret, put_client
from idp.consents.service import record_answer, withdraw
from idp.credentials.model import PasswordCredential, TotpCredential
from idp.database import Done, Refused
from idp.edge.cookie_names import cookie_name
from idp.edge.page import relying_party
from idp.ids import ClientId, PersonId
from idp.people.model import Address, IdentifierScheme, Person, PersonProfile, PersonStatus
from idp.protocol.assurance import Acr
from idp.protocol.facts import LocalLogin, Profile
from idp.protocol.scopes import SCOPES
from idp.provider import Provider
from idp.risk.model import Arrival
from idp.sessions.service import Begun, Proof, start_session
from idp.transaction import Tx
from idp.ui.language import Language
from keys.rotation import next_rotation
from tests import make
from tests.driver import Browser, Citizen, RelyingParty

START = make.NOW
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
_hashes: dict[Path, str] = {}


class MovableTime:
    """The present moment; it stands still until moved."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def move(self, by: timedelta = timedelta(), **parts: float) -> datetime:
        self.moment += by + timedelta(**parts)
        return self.moment


class Arranged:
    """A provider, and what is put into it behind its front door."""

    def __init__(self, provider: Provider, time: MovableTime) -> None:
        self.provider = provider
        self.time = time
        self.issuer = provider.settings.issuer

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
        defaults: dict[str, Any] = {
            "client_id": ClientId(client_id),
            "sector": client_id,
            "redirect_uris": (f"https://{client_id}.example/callback",),
            "post_logout_redirect_uris": (f"https://{client_id}.example/signed-out",),
            "scopes": frozenset({"openid", "profile", "email", "phone", "offline_access"}),
            "default_acr": Acr.LOW,
            "local_login": LocalLogin.LOW,
            "token_endpoint_auth_method": "client_secret_basic" if secret else "none",
            "purpose": "thử nghiệm",
            "law": "Quyết định thử nghiệm",
        }
        facts = make.client(**{**defaults, **changes})

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
            if mail := person.profile.email:  # a name of theirs, as if they had proved it
                tx.people.add_identifier(person.person_id, IdentifierScheme.EMAIL, mail, now=self.time())
            return Done(None)

        await self.write(add)
        return person

    async def citizen(
        self, username: str = "alice", *, password_hash: str | None = None, **changes: Any
    ) -> tuple[Person, Citizen]:
        """Add a person with a password and an authenticator; `password_hash` spares hashing it once more."""
        person = await self.person(username, **changes)
        password_hash = password_hash or await self.provider.hashing.hash(PASSWORD)

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

    async def _hash_of_password(self) -> str:
        """Hash it once under each master key: a hash takes as long as a test, and is made to."""
        key = self.provider.settings.master_key_path
        if key not in _hashes:
            _hashes[key] = await self.provider.hashing.hash(PASSWORD)
        return _hashes[key]

    async def signed_in(
        self,
        browser: Browser,
        person_id: PersonId,
        *,
        acr: Acr = Acr.SUBSTANTIAL,
        ial: int = 2,
        idp: str = "national",
        peer: str = "",
        agent: str = "",
        arrival: Arrival | None = None,
        **proved: Any,
    ) -> None:
        """Give this browser a session, as the return from the national system does."""
        proof = Proof(
            person_id=person_id,
            auth_time=self.time(),
            acr=acr,
            amr=("pwd", "otp"),
            ial=ial,
            idp=idp,
            **proved,
        )

        def start(tx: Tx) -> Done[Begun] | Refused:
            life = self.provider.settings.life
            at = replace(self.occasion, peer=peer, agent=agent)
            return start_session(tx, proof, cookie=None, arrival=arrival, life=life, occasion=at)

        host = urlsplit(self.issuer).hostname or ""
        browser.client.cookies.set(
            cookie_name(self.provider.settings, "session"),
            (await self.write(start)).cookie,
            domain=host if "." in host else f"{host}.local",
            path="/",
        )

    async def agree(self, person_id: PersonId, rp: RelyingParty, *scopes: str) -> None:
        """Record that this person was told of, and agreed to, these scopes of a client; all of its scopes if none."""
        client = await self.provider.configuration.client(ClientId(rp.client_id))
        assert client is not None
        wanted = scopes or tuple(sorted((client.facts.scopes & SCOPES.keys()) - {"openid"}))
        facts, now = client.facts, self.time()
        rp_shown = relying_party(facts, facts.first_redirect_uri)

        def record(tx: Tx) -> Done[None]:
            person = tx.people.canonical(person_id)
            assert person is not None
            asking = Asking(client=facts, rp=rp_shown, person=person, wanted=wanted)
            offer = make_offer(asking, wanted, Language.VI, now=now)
            return record_answer(
                tx,
                person_id=person_id,
                client_id=facts.client_id,
                offer=offer,
                ticked=frozenset(wanted),
                occasion=self.occasion,
            )

        await self.write(record)

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
