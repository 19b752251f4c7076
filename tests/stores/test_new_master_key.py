"""A new version of the master key comes into use while rows still have the old one (DESIGN 5.10)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from idp.clock import Clock
from idp.database import Database
from idp.people.identifiers import IdentifierTaken
from idp.people.model import IdentifierScheme
from idp.transaction import Tx
from keys.envelope import Vault
from keys.master import MasterKey
from tests.stores.samples import HOUR, NOW, do, make_person, see, sign_in

NUMBER = "031090000001"
Eras = tuple[Database[Tx], Database[Tx]]


@pytest.fixture
async def eras(database_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Eras]:
    """One database before and after the change of key."""
    path = tmp_path / "master.json"
    old = MasterKey.create(path)
    MasterKey.add_version(path)
    vaults = Vault(old), Vault(MasterKey.use_version(path, 2))
    before, after = (Database(database_url, Tx.unit(vault, clock), clock=clock) for vault in vaults)
    await before.open()
    await after.open()
    yield before, after
    await before.close()
    await after.close()


async def test_people_are_found_as_before(eras: Eras) -> None:
    before, after = eras
    person = make_person(personal_id=NUMBER, phone="+84912345678")
    await do(before, lambda tx: tx.people.add(person))
    for scheme, value in ((IdentifierScheme.PERSONAL_ID, NUMBER), (IdentifierScheme.PHONE, "0912345678")):
        assert await see(after, lambda tx, s=scheme, v=value: tx.people.find_by_identifier(s, v)) == person


async def test_a_number_stored_under_the_old_key_is_not_given_to_another(eras: Eras) -> None:
    before, after = eras
    person = make_person(personal_id=NUMBER)
    await do(before, lambda tx: tx.people.add(person))
    with pytest.raises(IdentifierTaken):
        await do(after, lambda tx: tx.people.add(make_person(personal_id=NUMBER)))
    assert await see(after, lambda tx: tx.people.count()) == 1


async def test_who_is_given_their_number_again_is_still_one_person(eras: Eras) -> None:
    before, after = eras
    person = make_person(personal_id=NUMBER)
    await do(before, lambda tx: tx.people.add(person))
    await do(
        after,
        lambda tx: tx.people.add_identifier(person.person_id, IdentifierScheme.PERSONAL_ID, NUMBER, now=NOW),
    )
    found = await see(after, lambda tx: tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, NUMBER))
    assert found == person


async def test_a_phone_stored_under_the_old_key_ends_when_it_is_replaced(eras: Eras) -> None:
    before, after = eras
    person = make_person(phone="+84912345678")
    changed: Any = replace(
        person, profile=replace(person.profile, phone="+84987654321"), updated_at=NOW + HOUR
    )
    await do(before, lambda tx: tx.people.add(person))
    await do(after, lambda tx: tx.people.update(changed))
    assert (
        await see(after, lambda tx: tx.people.find_by_identifier(IdentifierScheme.PHONE, "0912345678"))
        is None
    )
    assert (
        await see(after, lambda tx: tx.people.find_by_identifier(IdentifierScheme.PHONE, "0987654321"))
        == changed
    )


async def test_sessions_and_codes_go_on(eras: Eras) -> None:
    before, after = eras
    me = await sign_in(before)
    assert await see(after, lambda tx: tx.sessions.find(me.cookie)) == me.session
    assert await do(after, lambda tx: tx.codes.spend(me.code, NOW)) is True
