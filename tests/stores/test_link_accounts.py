"""Old accounts of a relying party, linked by the exact ID number: nothing chosen before is replaced."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database
from idp.people.model import IdentifierScheme, Person, PersonStatus
from idp.people.service.link_accounts import LinkOutcome, LinkResult, OldAccount, link_account
from tests.stores.merge_samples import merged
from tests.stores.samples import NOW, do, make_client, make_person, see

NUMBER, OTHER = "031190000001", "031190000002"
CLIENT = make_client()
_clock = Clock(lambda: NOW)


async def link(database: Database[Any], sub: str, id_number: str, client: Any = CLIENT) -> LinkResult:
    occasion = Occasion(clock=_clock, now=NOW, txn="t")
    account = OldAccount(sub=sub, id_number=id_number)
    return await do(
        database, lambda tx: link_account(tx, client, account, occasion=occasion, actor="operator:a")
    )


async def outcome(database: Database[Any], sub: str, id_number: str) -> LinkOutcome:
    return (await link(database, sub, id_number)).outcome


async def known(database: Database[Any], number: str = NUMBER, **changes: Any) -> Person:
    person = replace(make_person(personal_id=number), **changes)
    await do(database, lambda tx: tx.people.add(person))
    return person


async def sub_of(database: Database[Any], person: Person, sector: str = CLIENT.sector) -> str | None:
    return await see(database, lambda tx: tx.subjects.find(person.person_id, sector))


async def test_the_old_id_is_the_sub_from_then_on_and_once_only_on_record(database: Database[Any]) -> None:
    person = await known(database)
    assert await outcome(database, "dvc-1", "031 190 000 001") is LinkOutcome.LINKED
    assert await outcome(database, "dvc-1", NUMBER) is LinkOutcome.ALREADY
    chosen = await do(database, lambda tx: tx.subjects.sub_for(person.person_id, CLIENT.sector, "first"))
    assert chosen == "dvc-1"
    assert await sub_of(database, person, "another") is None

    def events(tx: Any) -> list[object]:
        while tx.audit.number(500):
            pass
        found = tx.audit.read(-1, 100, event_type=EventType.SUBJECT_IMPORTED)
        return [(one.event.subject_ref, dict(one.event.payload)) for one in found]

    assert await do(database, events) == [(f"person:{person.person_id}", {"client_id": "portal"})]


async def test_an_earlier_number_finds_its_person_and_a_name_or_an_old_card_does_not(
    database: Database[Any],
) -> None:
    person = await known(database)

    def more(tx: Any) -> None:
        tx.people.add_identifier(
            person.person_id, IdentifierScheme.PERSONAL_ID, OTHER, now=NOW, valid_to=NOW, cause="x"
        )
        tx.people.add_identifier(person.person_id, IdentifierScheme.CMND9, "031234567", now=NOW)

    await do(database, more)
    assert (await link(database, "dvc-1", "031234567")).outcome is LinkOutcome.REFUSED
    assert (await link(database, "dvc-1", person.profile.full_name)).outcome is LinkOutcome.REFUSED
    assert await outcome(database, "dvc-1", "031190000009") is LinkOutcome.NOT_FOUND
    assert await outcome(database, "dvc-1", OTHER) is LinkOutcome.LINKED


async def test_what_was_chosen_before_is_never_replaced(database: Database[Any]) -> None:
    first, second = await known(database), await known(database, OTHER)
    await do(database, lambda tx: tx.subjects.sub_for(first.person_id, CLIENT.sector, "chosen"))
    assert await link(database, "dvc-1", NUMBER) == LinkResult(
        outcome=LinkOutcome.CONFLICT, reason="the person has another sub here"
    )
    assert await link(database, "chosen", OTHER) == LinkResult(
        outcome=LinkOutcome.CONFLICT, reason="the account is another person's"
    )
    assert (await sub_of(database, first), await sub_of(database, second)) == ("chosen", None)
    assert await outcome(database, "chosen", NUMBER) is LinkOutcome.ALREADY


@pytest.mark.parametrize(
    ("sub", "number"),
    [
        ("", NUMBER),
        ("a b", NUMBER),
        ("tài-khoản", NUMBER),
        ("x" * 256, NUMBER),
        ("a\n", NUMBER),
        (NUMBER, NUMBER),
        ("031.190.000.001", NUMBER),
        (OTHER, NUMBER),
        ("dvc-1", ""),
        ("dvc-1", "03119000000"),
    ],
)
async def test_a_line_that_can_t_be_right_is_refused_without_repeating_it(
    database: Database[Any], sub: str, number: str
) -> None:
    person = await known(database)
    result = await link(database, sub, number)
    assert result.outcome is LinkOutcome.REFUSED
    assert NUMBER not in result.reason
    assert await sub_of(database, person) is None


async def test_the_record_that_stands_for_a_merged_one_is_linked_and_a_dead_person_s_is_not(
    database: Database[Any],
) -> None:
    loser, stands = await known(database), await known(database, OTHER)
    await merged(database, stands.person_id, loser.person_id)
    assert await outcome(database, "dvc-1", NUMBER) is LinkOutcome.LINKED
    assert await sub_of(database, stands) == "dvc-1"
    assert await outcome(database, "dvc-1", OTHER) is LinkOutcome.ALREADY
    await known(database, "031190000003", status=PersonStatus.DECEASED)
    assert await outcome(database, "dvc-3", "031190000003") is LinkOutcome.REFUSED


async def test_of_two_that_want_one_account_at_once_one_gets_it(database: Database[Any]) -> None:
    await known(database)
    await known(database, OTHER)
    results = await asyncio.gather(*(outcome(database, "dvc-1", number) for number in (NUMBER, OTHER)))
    assert sorted(results) == [LinkOutcome.CONFLICT, LinkOutcome.LINKED]
