"""What meets at one person takes its row first, whoever begins it: a desk's paper, a link, an HR system, the person.

PostgreSQL, READ COMMITTED: two that wait for each other would cost a second, and one of them its work.
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from idp.data_rights.service.closing import close_account
from idp.database import Done, Refused
from idp.ids import HandleKind, bucket_of
from idp.life_events.model import Ground, LifeEvent, LifeEventType, Subject
from idp.life_events.service import apply_event, disown_by_link, lock_own, open_ground
from idp.merges.service import Merged, confirm, split
from idp.officials.service import Hand, leave
from idp.officials.service.contexts import held
from idp.people.service import recognise
from idp.recovery.model import ALL_LOST, Recovery, Way
from idp.recovery.service import bind, open_case, recover
from idp.transaction import Tx
from tests.stores.circles import run_beside
from tests.stores.desk import Desk, binding, paper_of, staffed, typed
from tests.stores.desk_samples import HOLD, occasion, seen
from tests.stores.merge_samples import SECOND, at, outcome_of, proposed
from tests.stores.samples import NOW, do, see
from tests.stores.test_recognition import TOLD, back, identity
from tests.world import World


@pytest.fixture
async def desk(world: World) -> Desk:
    return await staffed(world.provider.database)


async def test_a_code_of_a_desk_is_used_beside_a_recovery(world: World, desk: Desk) -> None:
    database, person_id = world.provider.database, desk.citizen.person_id
    paper = await paper_of(database, desk)
    recovery = Recovery(way=Way.NATIONAL, lost=ALL_LOST, hold=HOLD)
    use = partial(
        bind,
        case_id=paper.case.case_id,
        code=typed(paper),
        binding=binding(),
        hold=HOLD,
        occasion=occasion(),
    )
    assert await run_beside(
        database,
        person_id,
        lambda tx: recover(tx, person_id, recovery, occasion=occasion()),
        use,
    ) == (1, 1)


async def test_no_paper_that_a_desk_prints_beside_a_lock_outlives_it(world: World, desk: Desk) -> None:
    database, person_id = world.provider.database, desk.citizen.person_id
    printing: list[Any] = []

    def print_paper(tx: Tx) -> Any:
        waits = timedelta(minutes=30)
        before = seen(person_id, desk.trang)
        printing.append(open_case(tx, before, waits=waits, entered_by="operator:test", occasion=occasion()))
        return Done(None)

    await run_beside(
        database,
        person_id,
        lambda tx: Done(lock_own(tx, person_id, "signed in", occasion=occasion())),
        print_paper,
    )
    cases = await see(database, lambda tx: tx.desk_cases.of_person(person_id))
    assert [one.case_id for one in cases if one.expires_at > occasion().now] == []
    assert isinstance(printing[-1], Refused)


async def test_the_link_of_a_notice_is_used_beside_a_lock(world: World, desk: Desk) -> None:
    database, person_id = world.provider.database, desk.citizen.person_id
    link = world.provider.clock.handle(HandleKind.DISPUTE, bucket_of(person_id))
    until = occasion().now + timedelta(days=1)
    facts = {"notice": "new_device", "at": occasion().now.isoformat()}

    def arrange(tx: Tx) -> Done[None]:
        tx.dispute_links.add(link, person_id, facts, expires_at=until)
        return Done(None)

    await world.write(arrange)
    assert await run_beside(
        database,
        person_id,
        lambda tx: Done(lock_own(tx, person_id, "signed in", occasion=occasion())),
        lambda tx: Done(disown_by_link(tx, link, None, occasion=occasion())),
    ) == (1, 1)


async def test_an_official_leaves_beside_their_own_sign_in(world: World, desk: Desk) -> None:
    database, official = world.provider.database, desk.trang
    assert official.person_id is not None
    person_id, post_id = official.person_id, official.posts[0].post_id
    hand = Hand(actor="operator:test", occasion=occasion(), root="")

    def chooses(tx: Tx) -> Any:
        return Done(held(tx, person_id, post_id, now=occasion().now))

    assert await run_beside(
        database,
        person_id,
        chooses,
        lambda tx: leave(tx, official.official_id, reason="left", hand=hand),
    ) == (1, 1)


@pytest.mark.parametrize("is_last", [True, False], ids=["winner first", "loser first"])
async def test_an_event_comes_beside_the_split_of_who_it_is_about(world: World, *, is_last: bool) -> None:
    database = world.provider.database
    first, second = ids = sorted([(await world.person(name)).person_id for name in ("alice", "bob")])
    winner_id, loser_id = ids if is_last else reversed(ids)
    merge = await proposed(database, winner_id, loser_id)
    done = partial(confirm, merge_id=merge.merge_id, actor=SECOND, occasion=at())
    assert isinstance(await outcome_of(database, done), Merged)
    assert await run_beside(
        database,
        first,
        partial(split, merge_id=merge.merge_id, reason="two people", letter="1", actor=SECOND, occasion=at()),
        lambda tx: Done(
            open_ground(tx, second, Ground.NATIONAL, "event", actor="register", occasion=occasion())
        ),
    ) == (1, 1)


@pytest.mark.parametrize("is_linked", [True, False], ids=["linked", "by number"])
async def test_who_comes_back_from_the_national_system_beside_their_closing_brings_nothing_back(
    world: World, *, is_linked: bool
) -> None:
    database = world.provider.database
    person = await back(database, identity())
    if not is_linked:
        await do(database, lambda tx: tx.upstreams.unlink(person.person_id))

    def close(tx: Tx) -> Done[None]:
        close_account(tx, person, "request", occasion=occasion())
        return Done(None)

    moved = identity(replace(TOLD, phone="+84539900002"))
    later = at(NOW + timedelta(hours=1))
    runs = await run_beside(
        database, person.person_id, close, lambda tx: recognise(tx, moved, occasion=later)
    )
    closed = await see(database, lambda tx: tx.people.get(person.person_id))
    assert (closed.profile.full_name, closed.profile.phone) == ("", "")
    assert await see(database, lambda tx: tx.upstreams.of_record(person.person_id)) == ()
    assert runs == (1, 1)


async def test_a_correction_beside_a_closing_brings_nothing_back(world: World) -> None:
    database = world.provider.database
    person = await back(database, identity())

    def close(tx: Tx) -> Done[None]:
        close_account(tx, person, "request", occasion=occasion())
        return Done(None)

    event = LifeEvent(
        event_id="event",
        type=LifeEventType.CORRECTED,
        entered_at=NOW + timedelta(hours=1),
        subject=Subject(personal_id=person.profile.personal_id),
        facts={"name": "Nguyễn Thị Hường"},
    )
    later = at(NOW + timedelta(hours=2))
    assert await run_beside(
        database,
        person.person_id,
        close,
        lambda tx: Done(apply_event(tx, event, actor="register", occasion=later)),
    ) == (1, 1)
    closed = await see(database, lambda tx: tx.people.get(person.person_id))
    assert closed.profile.full_name == ""
