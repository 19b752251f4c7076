"""People, clients, sessions, grants as the store tests need them: valid by default, each call another one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from idp.clock import Clock
from idp.database import Database, Done
from idp.grants.model import NewCode, RefreshToken
from idp.ids import ClientId, Gid, GrantId, HandleKind, PersonId, Sid, bucket_of
from idp.people.model import Person, PersonProfile, PersonStatus
from idp.protocol.assurance import Acr
from idp.protocol.facts import ClientFacts, CodeFacts, GrantFacts, Profile
from idp.sessions.model import Session, SessionClient
from tests import make

T = TypeVar("T")

NOW = make.NOW
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

_fresh = Clock(lambda: NOW)


async def see(database: Database[Any], fn: Callable[..., T]) -> T:
    """Read on one snapshot."""
    return await database.read(fn)


async def do(database: Database[Any], fn: Callable[..., T]) -> T:
    """Run one transaction and return its value."""
    outcome: Any = await database.transact(lambda tx: Done(fn(tx)))
    value: T = outcome.unwrap()
    return value


async def at_once(databases: Sequence[Database[Any]], fn: Callable[..., T], times: int = 50) -> list[T]:
    """Run one transaction many times at once, over all these databases in turn."""
    return list(await asyncio.gather(*(do(databases[i % len(databases)], fn) for i in range(times))))


@asynccontextmanager
async def another_node(database: Database[Any], url: str, clock: Clock) -> AsyncIterator[Database[Any]]:
    """A second Database on the same tables, as another process would have it."""
    node = Database(url, database._unit, clock=clock)
    await node.open()
    try:
        yield node
    finally:
        await node.close()


def make_person(full_name: str = "Nguyễn Thị Hoà", **profile: Any) -> Person:
    return Person(
        person_id=_fresh.person_id(),
        status=PersonStatus.ACTIVE,
        account_level=2,
        commune_code="11311",
        birth_year=1990,
        profile=PersonProfile(full_name=full_name, **profile),
        roles=frozenset(),
        created_at=NOW,
        updated_at=NOW,
    )


def make_client(client_id: str = "portal", **facts: Any) -> ClientFacts:
    values: dict[str, Any] = {
        "client_id": ClientId(client_id),
        "name": "Cổng dịch vụ công",
        "name_en": "Public services portal",
        "agency": "Hải Phòng",
        "profile": Profile.CITY,
        "enabled": True,
        "sector": "portal.example",
        "redirect_uris": ("https://portal.example/cb",),
    }
    return ClientFacts(**(values | facts))


def make_session(person_id: PersonId, **changes: Any) -> Session:
    session = Session(
        session_id=_fresh.token(),
        person_id=person_id,
        created_at=NOW,
        last_seen_at=NOW,
        expires_at=NOW + 12 * HOUR,
        auth_time=NOW,
        acr=Acr.SUBSTANTIAL,
        amr=("pwd", "otp"),
        ial=2,
        idp="haiphong",
    )
    return replace(session, **changes)


def make_grant(person_id: PersonId, client_id: ClientId, **changes: Any) -> GrantFacts:
    grant = GrantFacts(
        grant_id=GrantId(_fresh.token()),
        gid=Gid(_fresh.token()),
        client_id=client_id,
        person_id=person_id,
        sid=Sid(_fresh.token()),
        scopes=frozenset({"openid", "profile"}),
        audience="https://api.example",
        auth_time=NOW,
        acr=Acr.SUBSTANTIAL,
        amr=("pwd", "otp"),
        ial=2,
        idp="haiphong",
    )
    return replace(grant, **changes)


def make_code(grant: GrantFacts, session_id: str) -> NewCode:
    return NewCode(
        code=make_handle(HandleKind.CODE, grant.person_id),
        session_id=session_id,
        facts=CodeFacts(
            grant=grant,
            client_id=grant.client_id,
            redirect_uri="https://portal.example/cb",
            code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            nonce="n-0S6_WzA2Mj",
            expires_at=NOW + MINUTE,
            spent_at=None,
            scopes=grant.scopes,
        ),
    )


def make_generation(grant: GrantFacts, session_id: str | None, **changes: Any) -> RefreshToken:
    generation = RefreshToken(
        grant=grant,
        client_id=grant.client_id,
        session_id=session_id,
        generation=1,
        scopes=grant.scopes,
        issued_at=NOW,
        expires_at=NOW + 14 * DAY,
        family_expires_at=NOW + 90 * DAY,
    )
    return replace(generation, **changes)


def make_handle(kind: HandleKind, person_id: PersonId) -> str:
    return _fresh.handle(kind, bucket_of(person_id))


def in_another_bucket(person_id: PersonId) -> PersonId:
    return PersonId(("00" if bucket_of(person_id) != "00" else "01") + person_id[2:])


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person with a session that has been granted to one client, and an unspent code."""

    person: Person
    client: ClientFacts
    session: Session
    cookie: str
    grant: GrantFacts
    new_code: NewCode

    @property
    def code(self) -> str:
        return self.new_code.code

    def reached(self) -> SessionClient:
        return SessionClient(
            session_id=self.session.session_id,
            client_id=self.client.client_id,
            sid=self.grant.sid,
            sub="a-sub",
            reached_at=NOW,
        )


async def sign_in(database: Database[Any], *, offline: bool = False, client_id: str = "portal") -> SignedIn:
    """Store all that a code hangs on, and the code."""
    person, client = make_person(), make_client(client_id)
    session = make_session(person.person_id)
    cookie = make_handle(HandleKind.SESSION, person.person_id)
    grant = make_grant(person.person_id, client.client_id)
    new_code = make_code(grant, session.session_id)

    def store(tx: Any) -> None:
        tx.people.add(person)
        tx.clients.put(client, NOW)
        assert tx.sessions.add(session, cookie)
        tx.grants.add(
            grant, session_id=session.session_id, offline=offline, expires_at=NOW + 90 * DAY, now=NOW
        )
        tx.codes.add(new_code)

    await do(database, store)
    return SignedIn(
        person=person, client=client, session=session, cookie=cookie, grant=grant, new_code=new_code
    )


What = Callable[[Any, SignedIn], object]

ENDINGS: dict[str, What] = {
    "grant revoked": lambda tx, me: tx.grants.revoke(me.grant.grant_id, NOW, "test"),
    "session ended": lambda tx, me: tx.sessions.end(me.session.session_id, NOW, "test"),
    "client disabled": lambda tx, me: tx.clients.set_enabled(me.client.client_id, False, NOW),
    "client removed": lambda tx, me: tx.clients.remove(me.client.client_id, NOW),
    "person locked": lambda tx, me: tx.people.set_status(
        me.person.person_id, PersonStatus.LOCKED, "test", NOW
    ),
    "person deceased": lambda tx, me: tx.people.set_status(
        me.person.person_id, PersonStatus.DECEASED, "test", NOW
    ),
}
"""Everything that must end what a person's client may do."""
