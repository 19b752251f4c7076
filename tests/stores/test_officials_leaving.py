"""Officials who move or leave, on both engines, and what ends with a post (SECURITY B10)."""

import itertools
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from idp.clock import Clock
from idp.database import Database
from idp.days import end_of
from idp.ids import HandleKind
from idp.officials.jobs import close_posts
from idp.officials.model import (
    Official,
    OfficialStatus,
    Post,
    RecordRefused,
    WantedPost,
)
from idp.officials.roles import Role
from idp.officials.service import held, leave, move, restate
from idp.people.model import Person
from idp.protocol.acting import ContextKind, GrantContext
from tests.stores.office import POST, RECORD, Office, at_work, ended
from tests.stores.samples import (
    DAY,
    NOW,
    another_node,
    at_once,
    do,
    make_client,
    make_grant,
    make_handle,
    make_session,
    see,
)
from tests.world import MovableTime


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


async def test_a_post_is_over_at_midnight_and_closed_by_the_job_with_what_hangs_on_it(
    office: Office, person: Person, time: MovableTime
) -> None:
    last_day = date(2026, 3, 5)
    official = await office.join(replace(RECORD, posts=(replace(POST, valid_to=last_day),)))
    session = await at_work(office.database, person.person_id, official)
    assert await close_posts(office.database, office.occasion()) == 0
    time.moment = end_of(last_day) - timedelta(microseconds=1)
    assert len(official.live_posts(time())) == 1
    assert await close_posts(office.database, office.occasion()) == 0
    time.moment = end_of(last_day)
    assert official.live_posts(time()) == ()
    assert await close_posts(office.database, office.occasion()) == 1
    assert await close_posts(office.database, office.occasion()) == 0
    after = await see(office.database, lambda tx: tx.officials.get(official.official_id))
    assert (after.posts[0].closed_at, after.posts[0].valid_to) == (time(), last_day)
    assert after.status is OfficialStatus.ACTIVE
    assert await ended(office.database, session) == (True, 0)
    assert [name for name, _ in await office.events()] == ["joined", "post-ended"]


async def test_another_number_is_another_person_and_the_first_one_s_grants_end(
    office: Office, person: Person, database: Database[Any]
) -> None:
    official = await office.join()
    session = await at_work(database, person.person_id, official)
    after = await office.restate(official, personal_id="031194990099")
    assert (after.person_id, after.awaited_id) == (None, "031194990099")
    assert await ended(database, session) == (True, 0)


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
                tx.people.lock(person.person_id)  # as whoever is given a code is held first
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
