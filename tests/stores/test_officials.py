"""Employment records on both engines: joined, moved, left, put right; and what ends with a post (SECURITY B10)."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database, Done
from idp.ids import HandleKind, OfficialId, PersonId, PostId
from idp.officials.days import ends_at
from idp.officials.jobs import close_posts, link_people
from idp.officials.model import (
    Official,
    OfficialProfile,
    OfficialStatus,
    Post,
    RecordRefused,
    WantedPost,
    WantedRecord,
)
from idp.officials.roles import Role
from idp.officials.service import Hand, choices_of, held, join, leave, move, restate, stated
from idp.people.model import Person
from idp.protocol.acting import ContextKind, GrantContext
from idp.protocol.facts import Realm
from idp.sessions.model import Session
from tests.organisations.samples import make_agency
from tests.stores.conftest import MovableTime
from tests.stores.samples import (
    DAY,
    NOW,
    another_node,
    at_once,
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


@pytest.fixture
async def office(database: Database[Any], clock: Clock, time: MovableTime) -> Office:
    await do(
        database, lambda tx: [tx.agencies.put(make_agency(code, f"Cơ quan {code}")) for code in AGENCIES]
    )
    return Office(database, clock, time)


@pytest.fixture
async def person(database: Database[Any]) -> Person:
    person = replace(make_person("Phạm Thu Trang", personal_id=NUMBER), account_level=2)
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


async def test_a_joiner_is_found_by_number_person_and_agency(office: Office, person: Person) -> None:
    official = await office.join()
    assert (official.person_id, official.awaited_id) == (person.person_id, "")
    assert (official.status, official.version, official.profile) == (OfficialStatus.ACTIVE, 1, RECORD.profile)
    (post,) = official.live_posts(NOW)
    assert (post.agency_code, post.commune_code, post.roles) == ("H24.101", "11383", (Role.DESK_OFFICER,))
    assert post.valid_from == date(2026, 3, 2)

    def look(tx: Any) -> list[Any]:
        return [
            tx.officials.find_by_number("cb900001"),
            *tx.officials.of_person(person.person_id),
            *tx.officials.page("H24", limit=9),
            *tx.officials.page("H24.101", limit=9),
            tx.officials.page("H24.10", limit=9),
            tx.officials.page("H24", after="cb900001", limit=9),
        ]

    assert await see(office.database, look) == [official] * 4 + [(), ()]
    assert await office.events() == [
        ("joined", {"official_id": official.official_id, "agency": "H24.101", "posts": ["H24.101"]})
    ]


async def test_nothing_of_a_name_or_number_is_stored_in_clear(office: Office) -> None:
    official = await office.join()
    assert (official.person_id, official.awaited_id) == (None, NUMBER)
    (row,) = await see(office.database, lambda tx: tx.resealing.page("officials", None, 9))
    stored = repr(row).encode() + bytes(row["profile"]) + bytes(row["awaited_id"])
    for secret in (NUMBER, "Trang", "trang.pham"):
        assert secret.encode() not in stored
        assert secret not in repr(official)


async def test_an_employee_number_is_one_record_s_whatever_its_case(office: Office) -> None:
    await office.join()
    outcome = await office.database.transact(
        lambda tx: join(tx, replace(RECORD, employee_number="cb900001"), office.hand())
    )
    with pytest.raises(RecordRefused, match="employee_number: another record has it"):
        outcome.unwrap()


async def test_of_many_that_join_with_one_number_at_once_one_does(
    office: Office, database_url: str, clock: Clock
) -> None:
    def one(tx: Any) -> bool:
        return isinstance(join(tx, RECORD, office.hand()), Done)

    async with another_node(office.database, database_url, clock) as other:
        assert sum(await at_once((office.database, other), one, times=12)) == 1
    assert len(await see(office.database, lambda tx: tx.officials.page("H24", limit=9))) == 1


async def test_of_many_that_take_one_new_number_at_once_one_does(
    office: Office, database_url: str, clock: Clock
) -> None:
    officials = [await office.join(replace(RECORD, employee_number=f"CB{number}")) for number in range(6)]
    waiting = iter(officials)

    def renumber(tx: Any, official: Official) -> bool:
        record = replace(stated(official), employee_number="CB99")
        return isinstance(restate(tx, official.official_id, record, office.hand()), Done)

    async def one(database: Database[Any]) -> bool:
        try:
            return bool(await do(database, partial(renumber, official=next(waiting))))
        except RecordRefused:
            return False

    async with another_node(office.database, database_url, clock) as other:
        nodes = (office.database, other) * 3
        assert sum(await asyncio.gather(*(one(node) for node in nodes))) == 1


async def test_stating_the_same_again_writes_nothing(office: Office) -> None:
    official = await office.join()
    assert await office.restate(official) == official
    assert len(await office.events()) == 1


async def test_a_mover_s_old_post_ends_with_its_grants_and_the_session_goes_on(
    office: Office, person: Person
) -> None:
    second = WantedPost(agency_code="H24.08", position="Chuyên viên", roles=(Role.CASE_OFFICER,))
    official = await office.join(replace(RECORD, posts=(POST, second)))
    session = await at_work(office.database, person.person_id, official)
    begun = WantedPost(agency_code="H24.102", commune_code="10888", position="Chuyên viên")
    desk = [post for post in official.posts if post.agency_code == "H24.101"]
    after = await office.run(
        lambda tx: move(tx, official.official_id, ended=desk, begun=(begun,), hand=office.hand())
    )
    assert sorted(post.agency_code for post in after.live_posts(NOW)) == ["H24.08", "H24.102"]
    assert len(after.posts) == 3
    assert after.version == 2
    assert (await office.events())[-1] == (
        "moved",
        {"official_id": official.official_id, "ended": ["H24.101"], "begun": ["H24.102"]},
    )
    assert await ended(office.database, session) == (False, 1)


async def test_a_post_with_other_roles_is_another_and_the_grants_of_the_old_end(
    office: Office, person: Person
) -> None:
    official = await office.join()
    session = await at_work(office.database, person.person_id, official)
    after = await office.restate(official, posts=(replace(POST, roles=(Role.LEADER,)),))
    assert [post.roles for post in after.live_posts(NOW)] == [(Role.LEADER,)]
    assert await ended(office.database, session) == (False, 0)


async def test_a_position_is_put_right_and_nothing_ends(office: Office, person: Person) -> None:
    official = await office.join()
    session = await at_work(office.database, person.person_id, official)
    after = await office.restate(official, posts=(replace(POST, position="Phó Chủ tịch"),))
    assert [post.post_id for post in after.posts] == [post.post_id for post in official.posts]
    assert [post.position for post in after.posts] == ["Phó Chủ tịch"]
    assert (await office.events())[-1] == (
        "corrected",
        {"official_id": official.official_id, "fields": ["posts"]},
    )
    assert await ended(office.database, session) == (False, 1)


async def test_who_leaves_keeps_the_record_and_loses_grants_and_official_session_at_once(
    office: Office, person: Person
) -> None:
    official = await office.join()
    session = await at_work(office.database, person.person_id, official)
    citizen = make_session(person.person_id)
    handle = make_handle(HandleKind.SESSION, person.person_id)
    await do(office.database, lambda tx: tx.sessions.add(citizen, handle))
    after = await office.leave(official)
    assert (after.status, after.live_posts(NOW), len(after.posts)) == (OfficialStatus.LEFT, (), 1)
    assert after.posts[0].valid_to == date(2026, 3, 2)
    assert await ended(office.database, session) == (True, 0)
    assert (await see(office.database, lambda tx: tx.sessions.get(citizen.session_id))).ended_at is None
    assert await office.leave(official) == after
    assert [name for name, _ in await office.events()] == ["joined", "left"]


async def test_the_session_stays_while_another_agency_s_post_is_held(office: Office, person: Person) -> None:
    official = await office.join()
    other = await office.join(
        replace(
            RECORD,
            employee_number="GV1",
            agency_code="H24.10",
            posts=(WantedPost(agency_code="H24.10", position="Giáo viên"),),
        )
    )
    session = await at_work(office.database, person.person_id, official)
    await office.leave(official)
    assert (await see(office.database, lambda tx: tx.sessions.get(session.session_id))).ended_at is None
    await office.leave(other)
    assert await ended(office.database, session) == (True, 0)


async def test_who_left_may_come_back_to_the_same_record(office: Office, time: MovableTime) -> None:
    official = await office.join()
    await office.leave(official)
    time.move(DAY)
    back = await office.restate(official, posts=(POST,))
    assert (back.status, len(back.posts), len(back.live_posts(time()))) == (OfficialStatus.ACTIVE, 2, 1)
    assert [name for name, _ in await office.events()] == ["joined", "left", "joined"]


async def test_a_removed_record_stays_and_its_number_is_free(office: Office) -> None:
    official = await office.join()
    await office.leave(official, remove=True)
    again = await office.join()
    assert again.official_id != official.official_id
    kept = await see(office.database, lambda tx: tx.officials.get(official.official_id))
    assert (kept.status, kept.removed_at) == (OfficialStatus.LEFT, NOW)
    assert await see(office.database, lambda tx: tx.officials.page("H24", limit=9)) == (again,)
    outcome = await office.database.transact(
        lambda tx: restate(tx, official.official_id, RECORD, office.hand())
    )
    with pytest.raises(RecordRefused, match="no such record"):
        outcome.unwrap()


@pytest.mark.parametrize("root", ["H24.10", "H24.101.1", "H24.08", "H23"])
async def test_another_agency_s_hr_reaches_no_record(office: Office, root: str) -> None:
    official = await office.join()
    tried: tuple[Callable[[Any], Any], ...] = (
        lambda tx: restate(tx, official.official_id, RECORD, office.hand(root)),
        lambda tx: leave(tx, official.official_id, reason="x", hand=office.hand(root)),
        lambda tx: move(tx, official.official_id, ended=official.posts, begun=(), hand=office.hand(root)),
    )
    for work in tried:
        with pytest.raises(RecordRefused, match="no such record"):
            (await office.database.transact(work)).unwrap()
    assert await see(office.database, lambda tx: tx.officials.get(official.official_id)) == official


async def test_an_agency_s_hr_leaves_posts_elsewhere_as_they_are(office: Office) -> None:
    elsewhere = WantedPost(agency_code="H24.08", position="Kiêm nhiệm", roles=(Role.AUDITOR,))
    official = await office.join(replace(RECORD, posts=(POST, elsewhere)))
    after = await office.restate(official, "H24.101", posts=())
    assert [post.agency_code for post in after.live_posts(NOW)] == ["H24.08"]
    for posts in ((elsewhere,), (replace(POST, roles=(Role.AUDITOR,)),)):
        record = replace(stated(official), posts=posts)
        outcome = await office.database.transact(
            partial(restate, official_id=official.official_id, record=record, hand=office.hand("H24.101"))
        )
        with pytest.raises(RecordRefused) as refused:
            outcome.unwrap()
        assert refused.value.is_beyond


async def test_a_post_is_over_at_midnight_and_closed_by_the_job_with_what_hangs_on_it(
    office: Office, person: Person, time: MovableTime
) -> None:
    last_day = date(2026, 3, 5)
    official = await office.join(replace(RECORD, posts=(replace(POST, valid_to=last_day),)))
    session = await at_work(office.database, person.person_id, official)
    assert await close_posts(office.database, office.occasion()) == 0
    time.moment = ends_at(last_day) - timedelta(microseconds=1)
    assert len(official.live_posts(time())) == 1
    assert await close_posts(office.database, office.occasion()) == 0
    time.moment = ends_at(last_day)
    assert official.live_posts(time()) == ()
    assert await close_posts(office.database, office.occasion()) == 1
    assert await close_posts(office.database, office.occasion()) == 0
    after = await see(office.database, lambda tx: tx.officials.get(official.official_id))
    assert (after.posts[0].closed_at, after.posts[0].valid_to) == (time(), last_day)
    assert after.status is OfficialStatus.ACTIVE
    assert await ended(office.database, session) == (True, 0)
    assert [name for name, _ in await office.events()] == ["joined", "post-ended"]


async def test_a_record_waits_for_its_person_who_must_be_proved(
    office: Office, time: MovableTime, database: Database[Any]
) -> None:
    official = await office.join()
    unproved = replace(make_person("Phạm Thu Trang", personal_id=NUMBER), account_level=1)
    await do(database, lambda tx: tx.people.add(unproved))
    assert await link_people(database, office.occasion()) == 0  # looked for just now
    time.move(timedelta(minutes=11))
    assert await link_people(database, office.occasion()) == 1
    assert await link_people(database, office.occasion()) == 0
    await do(database, lambda tx: tx.people.update(replace(unproved, account_level=2)))
    time.move(timedelta(minutes=11))
    assert await link_people(database, office.occasion()) == 1
    linked = await see(database, lambda tx: tx.officials.get(official.official_id))
    assert (linked.person_id, linked.awaited_id) == (unproved.person_id, "")
    assert (linked.version, linked.updated_at) == (official.version, official.updated_at)  # HR can't tell
    time.move(timedelta(minutes=11))
    assert await link_people(database, office.occasion()) == 0
    assert [name for name, _ in await office.events()] == ["joined", "linked"]


async def test_another_number_is_another_person_and_the_first_one_s_grants_end(
    office: Office, person: Person, database: Database[Any]
) -> None:
    official = await office.join()
    session = await at_work(database, person.person_id, official)
    after = await office.restate(official, personal_id="031194990099")
    assert (after.person_id, after.awaited_id) == (None, "031194990099")
    assert await ended(database, session) == (True, 0)


async def test_an_agency_must_be_there_and_not_have_ended_but_for_posts_of_before(office: Office) -> None:
    past = replace(POST, valid_from=date(2019, 3, 1), valid_to=date(2025, 6, 30))
    await do(office.database, lambda tx: tx.agencies.end("H24.102", NOW))
    for changes, member in (
        ({"agency_code": "H24.99"}, "agency"),
        ({"agency_code": "H24.102"}, "agency"),
        ({"posts": (replace(POST, agency_code="H24.99"),)}, "posts.agency"),
        ({"posts": (replace(POST, agency_code="H24.102"),)}, "posts.agency"),
        ({"posts": (replace(past, agency_code="H24.99"),)}, "posts.agency"),
    ):
        record = replace(RECORD, **changes)
        outcome = await office.database.transact(partial(join, record=record, hand=office.hand()))
        with pytest.raises(RecordRefused) as refused:
            outcome.unwrap()
        assert refused.value.member == member
    official = await office.join(replace(RECORD, posts=(replace(past, agency_code="H24.102"),)))
    assert official.posts[0].is_over(NOW)


async def test_the_posts_held_now_are_the_person_s_contexts(office: Office, person: Person) -> None:
    later = replace(POST, agency_code="H24.102", valid_from=date(2026, 3, 9))
    official = await office.join(replace(RECORD, posts=(POST, later)))
    (choice,) = await see(office.database, lambda tx: choices_of(tx, person, now=NOW))
    (post,) = official.live_posts(NOW)
    assert (choice.kind, choice.choice_id, choice.name) == (
        ContextKind.OFFICIAL,
        post.post_id,
        "Cơ quan H24.101",
    )
    assert choice.post is not None
    assert (choice.post.agency, choice.post.commune, choice.post.roles) == (
        "H24.101",
        "11383",
        ("desk-officer",),
    )

    async def hold(person_id: PersonId, post_id: PostId) -> Any:
        return await do(office.database, lambda tx: held(tx, person_id, post_id, now=NOW))

    assert await hold(person.person_id, post.post_id) == choice
    assert await hold(make_person().person_id, post.post_id) is None
    assert await hold(person.person_id, PostId("none")) is None
    coming = next(one for one in official.posts if one.agency_code == "H24.102")
    assert await hold(person.person_id, coming.post_id) is None
    await office.leave(official)
    assert await hold(person.person_id, post.post_id) is None
    assert await see(office.database, lambda tx: choices_of(tx, person, now=NOW)) == ()


async def test_no_grant_comes_of_a_post_that_ends_meanwhile(
    office: Office, person: Person, database_url: str, clock: Clock
) -> None:
    client = make_client("egov")
    await do(office.database, lambda tx: tx.clients.put(client, NOW))
    turns = itertools.count()
    async with another_node(office.database, database_url, clock) as other:
        for number in range(4):
            official = await office.join(replace(RECORD, employee_number=f"CB{number}"))
            (post,) = official.posts

            def issue_or_leave(tx: Any, official: Official = official, post: Post = post) -> None:
                if next(turns) % 6 == 3:
                    leave(tx, official.official_id, reason="left", hand=office.hand())
                elif held(tx, person.person_id, post.post_id, now=NOW) is not None:
                    context = GrantContext(
                        kind=ContextKind.OFFICIAL, context_id=post.post_id, principal_id=post.agency_code
                    )
                    tx.grants.add(
                        make_grant(person.person_id, client.client_id, context=context),
                        session_id="s",
                        offline=True,
                        expires_at=NOW + DAY,
                        now=NOW,
                    )

            await at_once((office.database, other), issue_or_leave, times=12)
            left = await do(
                office.database, lambda tx: tx.grants.revoke_of_person(person.person_id, NOW, "x")
            )
            assert left == ()


async def test_an_unknown_record_is_refused(office: Office) -> None:
    outcome = await office.database.transact(
        lambda tx: leave(tx, OfficialId("none"), reason="x", hand=office.hand())
    )
    with pytest.raises(RecordRefused, match="no such record"):
        outcome.unwrap()
    assert EventType.OFFICIAL_LEFT not in [name for name, _ in await office.events()]


async def test_only_a_number_that_is_taken_is_called_so(database: Database[Any], office: Office) -> None:
    """On PostgreSQL a row that was added before travels with the change, and its fault is told there (adr/0034)."""
    official = await office.join()

    def twice(tx: Any) -> Done[None]:
        tx.officials.lock(official.official_id)
        tx.officials.add_posts(official.posts)
        tx.officials.update(official)
        return Done(None)

    with pytest.raises(IntegrityError):
        await database.transact(twice)

    other = await office.join(replace(RECORD, employee_number="CB900002", personal_id=None))

    def take(tx: Any) -> Done[None]:
        tx.officials.lock(other.official_id)
        tx.officials.update(replace(other, employee_number=official.employee_number))
        return Done(None)

    with pytest.raises(RecordRefused, match="another record has it"):
        await database.transact(take)
