"""Passkeys and their challenges – WebAuthn Level 3 §7.1 no. 26, §7.2 no. 22, §13.4.3; SECURITY E15."""

from dataclasses import replace
from typing import Any

from sqlalchemy import text

from idp.credentials.model import Passkey
from idp.database import Database
from tests.stores.passkey_samples import make_passkey
from tests.stores.samples import DAY, HOUR, MINUTE, NOW, do, make_person, see


async def bound(database: Database[Any], **changes: Any) -> Passkey:
    person = make_person()
    passkey = make_passkey(person.person_id, **changes)

    def bind(tx: Any) -> None:
        tx.people.add(person)
        assert tx.passkeys.add(passkey)

    await do(database, bind)
    return passkey


async def test_a_passkey_comes_back_as_it_was_bound_and_its_name_is_sealed(database: Database[Any]) -> None:
    passkey = await bound(database)
    second = replace(passkey, passkey_id="k-2", credential_id=b"d" * 16, created_at=NOW + HOUR)
    assert await do(database, lambda tx: tx.passkeys.add(second))
    assert await see(database, lambda tx: tx.passkeys.find(b"c" * 32)) == passkey
    assert await see(database, lambda tx: tx.passkeys.of_person(passkey.person_id)) == (passkey, second)
    assert await see(database, lambda tx: tx.passkeys.find(b"nobody's")) is None
    rows = await see(database, lambda tx: repr(tx.connection.execute(text("SELECT * FROM passkeys")).all()))
    assert "Hương" not in rows


async def test_a_credential_id_is_one_person_s_alone(database: Database[Any]) -> None:
    passkey = await bound(database)
    other = make_person()

    def bind(tx: Any) -> bool:
        tx.people.add(other)
        added: bool = tx.passkeys.add(make_passkey(other.person_id, passkey_id="k-9"))
        return added

    assert not await do(database, bind)
    assert await see(database, lambda tx: tx.passkeys.find(b"c" * 32)) == passkey


async def test_a_counter_only_goes_on(database: Database[Any]) -> None:
    passkey = await bound(database, sign_count=5)

    def use(count: int) -> Any:
        return do(database, lambda tx: tx.passkeys.use(passkey, count, is_backed_up=True, now=NOW + MINUTE))

    assert [await use(count) for count in (4, 5, 0, 6, 6, 9)] == [False, False, False, True, False, True]
    kept = await see(database, lambda tx: tx.passkeys.find(passkey.credential_id))
    assert kept == replace(passkey, sign_count=9, is_backed_up=True, last_used_at=NOW + MINUTE)


async def test_one_that_counts_nothing_is_used_again_and_may_begin_to_count(database: Database[Any]) -> None:
    passkey = await bound(database)
    counts = (0, 0, 1, 0)
    used = [
        await do(database, lambda tx, c=count: tx.passkeys.use(passkey, c, is_backed_up=False, now=NOW))
        for count in counts
    ]
    assert used == [True, True, True, False]


async def test_a_removed_one_signs_nobody_in_is_never_renamed_and_goes_in_time(
    database: Database[Any],
) -> None:
    passkey = await bound(database)
    assert await do(database, lambda tx: tx.passkeys.rename(passkey, "Máy tính"))
    assert (await see(database, lambda tx: tx.passkeys.find(passkey.credential_id))).name == "Máy tính"
    assert await do(database, lambda tx: [tx.passkeys.end(passkey, NOW) for _ in range(2)]) == [True, False]
    assert not await do(database, lambda tx: tx.passkeys.use(passkey, 0, is_backed_up=False, now=NOW))
    assert not await do(database, lambda tx: tx.passkeys.rename(passkey, "x"))
    assert await do(database, lambda tx: tx.passkeys.erase_ended(NOW - DAY, 10)) == 0
    assert await do(database, lambda tx: tx.passkeys.erase_ended(NOW, 10)) == 1
    assert await see(database, lambda tx: tx.passkeys.find(passkey.credential_id)) is None


async def test_one_in_use_is_never_erased(database: Database[Any]) -> None:
    await bound(database)
    assert await do(database, lambda tx: tx.passkeys.erase_ended(NOW + 1000 * DAY, 10)) == 0


async def test_a_challenge_counts_once_until_its_time_alone_refuses_it(database: Database[Any]) -> None:
    def spend(tx: Any) -> list[bool]:
        return [tx.passkey_challenges.spend(value, NOW) for value in (b"a" * 32, b"b" * 32, b"a" * 32)]

    assert await do(database, spend) == [True, True, False]
    assert await do(database, lambda tx: tx.passkey_challenges.erase_expired(NOW - MINUTE, 10)) == 0
    assert await do(database, lambda tx: tx.passkey_challenges.erase_expired(NOW, 10)) == 2
