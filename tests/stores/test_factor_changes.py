"""A factor is set or removed by who is signed in and active at that moment, and by nobody else (SECURITY E05)."""

from collections.abc import Callable
from typing import Any

import pytest

from idp.credentials.model import TotpCredential
from idp.credentials.service import (
    Kind,
    SecondFactorNeeded,
    bind_totp,
    remove,
    set_password,
    set_recovery_codes,
)
from idp.database import Database, Done, Refused
from idp.ids import HandleKind, PersonId
from idp.people.model import Person, PersonStatus
from tests.stores.mandate_samples import at, make_citizen
from tests.stores.samples import NOW, do, make_handle, make_session, see

DB = Database[Any]
CODES = ("0123456789ABCDEF", "ZYXWVTSRQPNMKJHG")
Change = Callable[[Any, PersonId, str], Done[None] | Refused]


def _password(tx: Any, me: PersonId, keep: str, **changes: bool) -> Done[None] | Refused:
    needs_second = changes.get("needs_second", False)
    return set_password(tx, me, "$argon2id$new", needs_second=needs_second, keep=keep, occasion=at())


def _totp(tx: Any, me: PersonId, keep: str) -> Done[None] | Refused:
    bound = TotpCredential(person_id=me, secret="NEW", last_step=1, confirmed=True)
    return bind_totp(tx, bound, keep=keep, occasion=at())


def _codes(tx: Any, me: PersonId, keep: str) -> Done[None] | Refused:
    return set_recovery_codes(tx, me, CODES, keep=keep, occasion=at())


def _removal(tx: Any, me: PersonId, keep: str) -> Done[None] | Refused:
    return remove(tx, me, Kind.RECOVERY_CODES, keep=keep, occasion=at())


def _held(tx: Any, me: PersonId) -> tuple[Any, ...]:
    return tx.passwords.get(me), tx.totp.get(me), tx.recovery_codes.state(me).left


async def _signed_in(database: DB) -> tuple[Person, str]:
    """Somebody with one recovery code, and the session they change their factors in."""
    person = make_citizen()
    session = make_session(person.person_id)

    def store(tx: Any) -> None:
        tx.people.add(person)
        assert tx.sessions.add(session, make_handle(HandleKind.SESSION, person.person_id))
        tx.recovery_codes.set(person.person_id, CODES[:1], salt=bytes(16), now=NOW)

    await do(database, store)
    return person, session.session_id


@pytest.mark.parametrize("change", [_password, _totp, _codes, _removal])
@pytest.mark.parametrize("meanwhile", ["locked", "signed out", "merged", ""])
async def test_who_was_locked_merged_or_signed_out_meanwhile_changes_nothing(
    database: DB, change: Change, meanwhile: str
) -> None:
    person, session_id = await _signed_in(database)
    me, other = person.person_id, make_citizen()

    def happen(tx: Any) -> None:
        if meanwhile == "locked":
            tx.people.set_status(me, PersonStatus.LOCKED, "", NOW)
        elif meanwhile == "signed out":
            tx.sessions.end(session_id, NOW, "signed out")
        elif meanwhile == "merged":
            tx.people.add(other)
            assert tx.people.merge(me, other.person_id)

    before = await see(database, lambda tx: _held(tx, me))
    await do(database, happen)
    outcome = await database.transact(lambda tx: change(tx, me, session_id))
    assert isinstance(outcome, Refused if meanwhile else Done)
    assert (await see(database, lambda tx: _held(tx, me)) == before) is bool(meanwhile)


async def test_a_password_too_short_to_stand_alone_is_set_beside_a_second_factor_only(database: DB) -> None:
    person, session_id = await _signed_in(database)
    me = person.person_id

    def short(tx: Any) -> Done[None] | Refused:
        return _password(tx, me, session_id, needs_second=True)

    refused = await database.transact(short)
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, SecondFactorNeeded)
    (await database.transact(lambda tx: _totp(tx, me, session_id))).unwrap()
    (await database.transact(short)).unwrap()
    assert (await see(database, lambda tx: tx.passwords.get(me))).needs_second

    def without(tx: Any) -> Done[None] | Refused:
        return remove(tx, me, Kind.TOTP, keep=session_id, occasion=at())

    refused = await database.transact(without)
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, SecondFactorNeeded)
    assert await see(database, lambda tx: tx.totp.get(me)) is not None
    (await database.transact(lambda tx: _password(tx, me, session_id))).unwrap()
    (await database.transact(without)).unwrap()
    assert await see(database, lambda tx: tx.totp.get(me)) is None
