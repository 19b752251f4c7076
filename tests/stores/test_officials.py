"""Employment records on both engines: joined, put right, found, each by its own agency's HR alone."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from idp.audit.events import EventType
from idp.clock import Clock
from idp.database import Database, Done
from idp.ids import OfficialId, PersonId, PostId
from idp.officials.jobs import link_people
from idp.officials.model import (
    Official,
    OfficialStatus,
    RecordRefused,
    WantedPost,
)
from idp.officials.roles import Role
from idp.officials.service import choices_of, held, join, leave, move, restate, stated
from idp.people.model import Person
from idp.protocol.acting import ContextKind
from tests.stores.office import NUMBER, POST, RECORD, Office, at_work, ended
from tests.stores.samples import (
    NOW,
    another_node,
    at_once,
    do,
    make_person,
    see,
)
from tests.world import MovableTime


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
