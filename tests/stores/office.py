"""An HR department at work on one database, and an official with sessions and grants."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database
from idp.ids import HandleKind, PersonId
from idp.officials.model import (
    Official,
    OfficialProfile,
    WantedPost,
    WantedRecord,
)
from idp.officials.roles import Role
from idp.officials.service import Hand, join, leave, restate, stated
from idp.people.model import Person
from idp.protocol.acting import ContextKind, GrantContext
from idp.protocol.facts import Realm
from idp.sessions.model import Session
from tests.arranged import MovableTime
from tests.organisations.samples import make_agency
from tests.stores.samples import (
    DAY,
    NOW,
    do,
    make_client,
    make_grant,
    make_handle,
    make_person,
    make_session,
    see,
)

NUMBER = "031194990032"
POST = WantedPost(
    agency_code="H24.101", commune_code="11383", position="Cán bộ một cửa", roles=(Role.DESK_OFFICER,)
)
RECORD = WantedRecord(
    employee_number="CB900001",
    agency_code="H24.101",
    profile=OfficialProfile(full_name="Phạm Thu Trang", email="trang.pham@haiphong.example"),
    personal_id=NUMBER,
    posts=(POST,),
)


class Office:
    """An HR department at work on one database."""

    def __init__(self, database: Database[Any], clock: Clock, time: MovableTime) -> None:
        self.database = database
        self.time = time
        self.clock = clock

    async def found_agencies(self) -> None:
        await do(
            self.database,
            lambda tx: [tx.agencies.put(make_agency(code, f"Cơ quan {code}")) for code in AGENCIES],
        )

    def occasion(self) -> Occasion:
        return Occasion(clock=self.clock, now=self.time(), txn="test")

    def hand(self, root: str = "") -> Hand:
        return Hand(actor="operator:test", occasion=self.occasion(), root=root)

    async def run(self, work: Callable[[Any], Any]) -> Official:
        official = (await self.database.transact(work)).unwrap()
        assert isinstance(official, Official)
        assert official == await see(self.database, lambda tx: tx.officials.get(official.official_id))
        return official

    async def join(self, record: WantedRecord = RECORD, root: str = "") -> Official:
        return await self.run(lambda tx: join(tx, record, self.hand(root)))

    async def restate(self, official: Official, root: str = "", **changes: Any) -> Official:
        record = replace(stated(official), **changes)
        return await self.run(lambda tx: restate(tx, official.official_id, record, self.hand(root)))

    async def leave(self, official: Official, root: str = "", *, remove: bool = False) -> Official:
        work = lambda tx: leave(tx, official.official_id, reason="left", hand=self.hand(root), remove=remove)  # noqa: E731
        return await self.run(work)

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        def read(tx: Any) -> list[Any]:
            while tx.audit.number(500):
                pass
            return list(tx.audit.read(after=-1, limit=100))

        return [
            (one.event.type.value.removeprefix("official:"), dict(one.event.payload))
            for one in await do(self.database, read)
            if one.event.type.value.startswith("official:")
        ]


AGENCIES = ("H24", "H24.08", "H24.10", "H24.101", "H24.102")


async def know_person(database: Database[Any]) -> Person:
    """Add the person whose number the record has."""
    person: Person = replace(make_person("Phạm Thu Trang", personal_id=NUMBER), account_level=2)
    await do(database, lambda tx: tx.people.add(person))
    return person


async def at_work(database: Database[Any], person_id: PersonId, official: Official) -> Session:
    """Give the person an official session, and under each post a grant."""
    session = make_session(person_id, realm=Realm.OFFICIAL, expires_at=NOW + 400 * DAY)

    def store(tx: Any) -> None:
        client = make_client("egov")
        tx.clients.put(client, NOW)
        assert tx.sessions.add(session, make_handle(HandleKind.SESSION, person_id))
        for post in official.posts:
            context = GrantContext(
                kind=ContextKind.OFFICIAL, context_id=post.post_id, principal_id=post.agency_code
            )
            grant = make_grant(person_id, client.client_id, context=context)
            tx.grants.add(
                grant,
                session_id=session.session_id,
                offline=True,
                expires_at=NOW + 400 * DAY,
                now=NOW,
            )

    await do(database, store)
    return session


async def ended(database: Database[Any], session: Session) -> tuple[bool, int]:
    """Return whether the session has ended, and how many grants are left."""

    def look(tx: Any) -> tuple[bool, int]:
        left = tx.grants.revoke_of_person(session.person_id, NOW + DAY, "counted")
        return tx.sessions.get(session.session_id).ended_at is not None, len(left)

    return await do(database, look)
