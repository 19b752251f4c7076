"""A session there that is over begins none here, also in the moment it ends: PostgreSQL, where two nodes run at once.

Back-Channel Logout 1.0 §2.7. The token names a session alone: whose it is nobody knows, so no row of theirs is held.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from federation.logout_token import LogoutNotice
from federation.upstream import AccountKind, ExternalAttributes, ExternalIdentity
from idp.database import Done, Refused
from idp.endpoints.upstream_logout import _sign_out
from idp.endpoints.upstream_session import begin_session
from idp.merges.model import Merge
from idp.merges.service import Merged, Split, confirm, split
from idp.merges.service.making import made_meanwhile
from idp.people.model import Person
from idp.protocol.assurance import Acr
from idp.sessions.model import Session
from idp.sessions.service import Proof
from idp.transaction import Tx
from idp.upstreams.model import NATIONAL, ExternalLink, upstream_session
from tests.stores.merge_samples import SECOND, at, outcome_of, proposed
from tests.world import World

ISSUER, SUBJECT, SID = "https://national.example", "alice there", "theirs"
Act = Callable[[Tx], Any]


@pytest.fixture
async def alice(world: World) -> Person:
    return await world.person("alice")


def logout(world: World, **named: str | None) -> Act:
    """Sign out a session there, or whom else the token names."""
    notice = LogoutNotice(
        issuer=ISSUER,
        jti=world.provider.clock.token(),
        issued_at=world.time(),
        useful_until=world.time() + timedelta(minutes=5),
        **{"subject": None, "sid": SID} | named,
    )
    on_the_way = world.provider.settings.life.upstream_answer
    return partial(_sign_out, notice=notice, on_the_way=on_the_way, occasion=world.occasion)


def callback(world: World, alice: Person, sid: str | None = SID) -> Act:
    identity = ExternalIdentity(
        issuer=ISSUER,
        subject=SUBJECT,
        kind=AccountKind.CITIZEN,
        loa="LoA2",
        account_level=2,
        auth_time=world.time(),
        amr=("pwd", "otp"),
        attributes=ExternalAttributes(),
        sid=sid,
    )
    proof = Proof(
        person_id=alice.person_id,
        auth_time=world.time(),
        acr=Acr.SUBSTANTIAL,
        amr=("pwd", "otp"),
        ial=2,
        idp=NATIONAL,
        upstream_sid=None if sid is None else upstream_session(ISSUER, sid),
    )
    life = world.provider.settings.life
    how: dict[str, Any] = {"cookie": None, "arrival": None, "life": life, "occasion": world.occasion}
    return partial(begin_session, identity=identity, proof=proof, **how)


def linked(tx: Tx, *, alice: Person, now: datetime) -> Done[None]:
    tx.upstreams.add(
        ExternalLink(
            issuer=ISSUER, subject=SUBJECT, person_id=alice.person_id, linked_at=now, last_used_at=now
        )
    )
    return Done(None)


async def live(world: World, alice: Person) -> tuple[Session, ...]:
    return await world.provider.database.read(lambda tx: tx.sessions.of_person(alice.person_id))


async def overlapping(world: World, first: Act, second: Act) -> None:
    """Do the second while the first is done and not committed yet."""
    done, database = asyncio.Event(), world.provider.database

    def slowly(tx: Tx) -> Any:
        outcome = first(tx)
        done.set()
        tx.connection.execute(text("SELECT pg_sleep(0.5)"))
        return outcome

    before = asyncio.create_task(database.transact(slowly))
    await done.wait()
    await database.transact(second)
    await before


async def test_a_callback_beside_a_sign_out_that_is_not_committed_begins_no_session(
    world: World, alice: Person
) -> None:
    await overlapping(world, logout(world), callback(world, alice))
    assert await live(world, alice) == ()


async def test_a_sign_out_beside_a_callback_that_is_not_committed_ends_its_session(
    world: World, alice: Person
) -> None:
    await overlapping(world, callback(world, alice), logout(world))
    assert await live(world, alice) == ()


async def test_many_at_once_end_in_no_circle_and_leave_no_session(world: World, alice: Person) -> None:
    for _ in range(5):
        acts = [logout(world), *(callback(world, alice) for _ in range(4)), logout(world)]
        await asyncio.gather(*(world.provider.database.transact(act) for act in acts))
        assert await live(world, alice) == ()


async def test_a_callback_alone_begins_a_session_every_time_and_leaves_no_other_row(
    world: World, alice: Person
) -> None:
    for _ in range(3):
        assert isinstance(await world.provider.database.transact(callback(world, alice)), Done)
    assert len(await live(world, alice)) == 3
    rows = await world.provider.database.read(
        lambda tx: tx.connection.execute(text("SELECT count(*) FROM upstream_logouts")).scalar_one()
    )
    assert rows == 0


ALL, NAMELESS = {"subject": SUBJECT, "sid": None}, {"subject": SUBJECT}


@pytest.mark.parametrize(("named", "sid"), [(ALL, SID), (ALL, None), (NAMELESS, None)])
async def test_who_was_signed_out_there_by_name_and_is_on_their_way_back_begins_no_session(
    world: World, alice: Person, named: dict[str, str | None], sid: str | None
) -> None:  # §2.4: `sub`, `sid` or both; the same as for a session that is named
    await world.write(partial(linked, alice=alice, now=world.time()))
    database = world.provider.database
    assert isinstance(await database.transact(logout(world, **named)), Done)
    assert isinstance(await database.transact(callback(world, alice, sid)), Refused)
    await overlapping(world, logout(world, **named), callback(world, alice, sid))
    await overlapping(world, callback(world, alice, sid), logout(world, **named))
    assert await live(world, alice) == ()


async def test_who_signs_in_there_anew_after_it_begins_one_as_does_another_session(
    world: World, alice: Person
) -> None:
    await world.write(partial(linked, alice=alice, now=world.time()))
    database = world.provider.database
    await database.transact(logout(world, **NAMELESS))
    assert isinstance(await database.transact(callback(world, alice, "another")), Done)
    await database.transact(logout(world, **ALL))
    world.time.move(seconds=1)
    assert isinstance(await database.transact(callback(world, alice, "new")), Done)
    await database.transact(logout(world, subject="another there", sid=None))
    assert isinstance(await database.transact(callback(world, alice, "newer")), Done)


async def test_who_was_recognised_as_a_record_that_was_split_off_meanwhile_begins_no_session_there(
    world: World, alice: Person
) -> None:
    database, bob = world.provider.database, await world.person("bob")
    merge = await proposed(database, alice.person_id, bob.person_id)
    done = partial(confirm, merge_id=merge.merge_id, actor=SECOND, occasion=at())
    assert isinstance(await outcome_of(database, done), Merged)
    await world.write(partial(linked, alice=bob, now=world.time()))
    recognised = callback(world, alice)
    assert isinstance(await database.transact(recognised), Done)
    losers = [one.name for one in await database.read(lambda tx: made_meanwhile(tx, merge_of(tx, merge)))]
    undo = partial(
        split,
        merge_id=merge.merge_id,
        losers=losers,
        reason="two people",
        letter="1",
        actor=SECOND,
        occasion=at(),
    )
    assert isinstance(await outcome_of(database, undo), Split)
    assert isinstance(await database.transact(recognised), Refused)
    assert await live(world, alice) == ()
    assert await live(world, bob) == ()


def merge_of(tx: Tx, proposal: Merge) -> Merge:
    found = tx.merges.get(proposal.merge_id)
    assert found is not None
    return found
