"""Codes that were sent to sign somebody in, on both engines: five tries, until a moment, once (SECURITY E11)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from idp.credentials.sign_in_code import SignInCode
from idp.database import Database
from idp.ids import PersonId
from idp.messages.model import Channel
from idp.messages.model.codes import MOST_CODE_TRIES
from tests.stores.samples import NOW, do, see

DB = Database[Any]
LASTS = timedelta(minutes=10)
MOMENT = timedelta(microseconds=1)
CODE = SignInCode(
    interaction_id="here",
    person_id=PersonId("00-huong"),
    account="huong",
    channel=Channel.EMAIL,
    address="huong@example.vn",
    digest=bytes(32),
    tries=0,
    expires_at=NOW + LASTS,
)
ELSEWHERE = replace(CODE, interaction_id="elsewhere", digest=bytes([1]) * 32)


async def _sent(database: DB, *codes: SignInCode) -> None:
    def send(tx: Any) -> None:
        for code in codes:
            tx.sign_in_codes.put(code)

    await do(database, send)


async def test_a_code_may_be_tried_until_just_before_it_is_over(database: DB) -> None:
    await _sent(database, CODE)
    last, over = NOW + LASTS - MOMENT, NOW + LASTS
    assert await see(database, lambda tx: tx.sign_in_codes.find("here", last)) == CODE
    assert await do(database, lambda tx: tx.sign_in_codes.reserve_try("here", last)) == replace(CODE, tries=1)
    assert await see(database, lambda tx: tx.sign_in_codes.find("here", over)) is None
    assert await do(database, lambda tx: tx.sign_in_codes.reserve_try("here", over)) is None
    assert await see(database, lambda tx: tx.sign_in_codes.latest("here")) == replace(CODE, tries=1)


async def test_five_tries_are_all_and_those_of_this_code_alone(database: DB) -> None:
    await _sent(database, CODE, ELSEWHERE)

    def guess(tx: Any) -> list[int | None]:
        found = [tx.sign_in_codes.reserve_try("here", NOW) for _ in range(MOST_CODE_TRIES + 2)]
        return [None if one is None else one.tries for one in found]

    assert await do(database, guess) == [1, 2, 3, 4, 5, None, None]
    assert await see(database, lambda tx: tx.sign_in_codes.find("here", NOW)) is None
    assert await see(database, lambda tx: tx.sign_in_codes.find("elsewhere", NOW)) == ELSEWHERE


async def test_a_code_is_used_once_where_it_was_asked_for(database: DB) -> None:
    await _sent(database, CODE, ELSEWHERE)

    def use(tx: Any) -> list[bool]:
        return [
            tx.sign_in_codes.spend("here", ELSEWHERE.digest),
            tx.sign_in_codes.spend("elsewhere", CODE.digest),
            tx.sign_in_codes.spend("here", CODE.digest),
            tx.sign_in_codes.spend("here", CODE.digest),
        ]

    assert await do(database, use) == [False, False, True, False]
    assert await see(database, lambda tx: tx.sign_in_codes.find("elsewhere", NOW)) == ELSEWHERE


async def test_the_next_code_takes_the_place_of_the_one_before(database: DB) -> None:
    newer = replace(CODE, digest=bytes([2]) * 32, expires_at=NOW + 2 * LASTS)
    await _sent(database, replace(CODE, tries=MOST_CODE_TRIES), newer)
    assert await see(database, lambda tx: tx.sign_in_codes.find("here", NOW)) == newer
    assert not await do(database, lambda tx: tx.sign_in_codes.spend("here", CODE.digest))
