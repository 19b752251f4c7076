"""Upstream accounts: by (issuer, subject) and by nothing else (SECURITY E04)."""

from dataclasses import replace
from typing import Any

import pytest

from idp.database import Database
from idp.people.model import Person
from idp.upstreams.already_linked import AlreadyLinked
from idp.upstreams.model import ExternalLink
from tests.stores.samples import HOUR, NOW, do, make_person, see

ISSUER = "https://national.example"


async def someone(database: Database[Any]) -> tuple[Person, ExternalLink]:
    person = make_person(email="hoa@example.vn")
    link = ExternalLink(
        issuer=ISSUER,
        subject=f"sub-{person.person_id}",
        person_id=person.person_id,
        linked_at=NOW,
        last_used_at=NOW,
    )

    def store(tx: Any) -> None:
        tx.people.add(person)
        tx.upstreams.add(link)

    await do(database, store)
    return person, link


async def test_an_account_finds_its_person_by_issuer_and_subject(database: Database[Any]) -> None:
    _, link = await someone(database)
    assert await see(database, lambda tx: tx.upstreams.find(ISSUER, link.subject)) == link
    for issuer, subject in (
        ("https://other.example", link.subject),
        (ISSUER, "hoa@example.vn"),
        (ISSUER, link.subject.upper()),
    ):
        assert await see(database, lambda tx, i=issuer, s=subject: tx.upstreams.find(i, s)) is None


async def test_an_account_belongs_to_one_person(database: Database[Any]) -> None:
    _, link = await someone(database)
    other, _ = await someone(database)
    for person_id in (other.person_id, link.person_id):
        with pytest.raises(AlreadyLinked):
            await do(database, lambda tx, p=person_id: tx.upstreams.add(replace(link, person_id=p)))
    assert await see(database, lambda tx: tx.upstreams.find(ISSUER, link.subject)) == link


async def test_a_person_may_have_several_accounts(database: Database[Any]) -> None:
    person, first = await someone(database)
    second = replace(first, issuer="https://other.example", linked_at=NOW + HOUR)
    await do(database, lambda tx: tx.upstreams.add(second))
    assert await see(database, lambda tx: tx.upstreams.of_person(person.person_id)) == (first, second)


async def test_an_account_used_is_moved_forward_only(database: Database[Any]) -> None:
    _, link = await someone(database)

    def use(tx: Any) -> ExternalLink | None:
        tx.upstreams.touch(ISSUER, link.subject, NOW + HOUR)
        tx.upstreams.touch(ISSUER, link.subject, NOW)
        found: ExternalLink | None = tx.upstreams.find(ISSUER, link.subject)
        return found

    assert await do(database, use) == replace(link, last_used_at=NOW + HOUR)
