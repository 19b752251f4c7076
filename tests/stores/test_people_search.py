"""People found by whatever is known of them (idp/reports/people_search.py), on record (idp/reports/finding.py)."""

import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database, Done
from idp.people.asked import NotSearchable, SearchReason, read_text
from idp.people.model import IdentifierScheme, NumberCause, Person
from idp.reports.finding import find_people
from idp.reports.people_search import MOST_NAMED, PAGE, Page, read_cursor, search
from keys.envelope import Vault
from tests.stores.samples import NOW, do, make_person, see

NUMBER, OLD, CMND, FOREIGN = "031190900001", "030190900002", "031900003", "NN9000000004"


async def find(database: Database[Any], text: str, **options: Any) -> Page:
    return await see(database, lambda tx: search(tx.connection, tx.people.vault, read_text(text, **options)))


async def names(database: Database[Any], text: str, **options: Any) -> list[str]:
    return [one.name for one in (await find(database, text, **options)).people]


async def test_one_text_finds_by_number_of_now_and_earlier_phone_and_mail(database: Database[Any]) -> None:
    mother = make_person(
        "Lê Thị Hoà",
        personal_id=NUMBER,
        phone="+84530000001",
        email="hoa@cudan.example",
        email_verified=True,
    )
    child = make_person("Vũ Bảo An", phone="+84530000001")
    foreign = make_person("Tanaka Hiroshi", foreigner_id=FOREIGN, nationality="JPN")

    def add(tx: Any) -> None:
        tx.people.add_many((mother, child, foreign))
        tx.people.add_identifier(
            mother.person_id,
            IdentifierScheme.PERSONAL_ID,
            OLD,
            now=NOW,
            valid_to=NOW,
            cause=NumberCause.BIRTH_YEAR_CORRECTED.value,
        )
        tx.people.add_identifier(mother.person_id, IdentifierScheme.CMND9, CMND, now=NOW)

    await do(database, add)
    for text in (NUMBER, OLD, CMND, "hoa@CUDAN.example"):
        (one,) = (await find(database, text)).people
        assert (one.person_id, one.number) == (mother.person_id, "••• ••• ••• 001")
        assert one.is_former is (text == OLD)
    assert sorted(await names(database, "053 000 0001")) == ["Lê Thị Hoà", "Vũ Bảo An"]
    (one,) = (await find(database, FOREIGN.lower())).people
    assert (one.name, one.number) == ("Tanaka Hiroshi", "••• ••• ••• 004")
    for nobody in ("031190900009", "0530000009", "nobody@cudan.example", "Nguyễn"):
        assert await find(database, nobody) == Page(people=())


async def test_a_phone_that_was_given_up_finds_nobody_any_more(database: Database[Any]) -> None:
    person = make_person(phone="+84530000001")
    await do(database, lambda tx: tx.people.add(person))
    moved = replace(
        person, profile=replace(person.profile, phone="+84530000002"), updated_at=NOW + timedelta(1)
    )
    await do(database, lambda tx: tx.people.update(moved))
    assert await names(database, "0530000001") == []
    assert await names(database, "0530000002") == [person.profile.full_name]


@pytest.mark.parametrize(
    "text",
    ["Lê Thị Ho", "le thi hoa", "LÊ THỊ HÒA", unicodedata.normalize("NFD", "Lê Thị Hoà"), "lê  thị hoa"],
)
async def test_a_name_is_found_however_it_is_written(database: Database[Any], text: str) -> None:
    two = [make_person("Lê Thị Hòa"), make_person("Lê Thị Hoà")]
    other = [make_person("Lê Thị Hương"), make_person("Đỗ Thị Hoà"), make_person("Lê Thi")]
    await do(database, lambda tx: tx.people.add_many((*two, *other)))
    assert sorted(await names(database, text)) == ["Lê Thị Hoà", "Lê Thị Hòa"]
    assert await names(database, "do thi") == ["Đỗ Thị Hoà"]


async def test_birth_year_and_commune_narrow_a_name(database: Database[Any]) -> None:
    def one(given: str, year: int | None, commune: str) -> Person:
        return replace(make_person(f"Nguyễn {given}"), birth_year=year, commune_code=commune)

    some = [
        one("A", 1990, "11311"),
        one("B", 1991, "11311"),
        one("C", 1990, "11329"),
        one("D", None, "11329"),
    ]
    await do(database, lambda tx: tx.people.add_many(some))
    assert await names(database, "nguyen") == ["Nguyễn A", "Nguyễn B", "Nguyễn C", "Nguyễn D"]
    assert await names(database, "nguyen", birth_year=1990) == ["Nguyễn A", "Nguyễn C"]
    assert await names(database, "nguyen", commune_code="11329") == ["Nguyễn C", "Nguyễn D"]
    assert await names(database, "n", birth_year=1990, commune_code="11329") == ["Nguyễn C"]


async def _pages(database: Database[Any], vault: Vault, text: str, **options: Any) -> list[Page]:
    asked = read_text(text, **options)
    pages: list[Page] = []
    after = ""
    while not pages or after:
        place = read_cursor(vault, asked, after)
        page = await see(database, lambda tx, place=place: search(tx.connection, vault, asked, place))
        pages.append(page)
        after = page.after
    return pages


async def test_pages_follow_each_other_and_say_when_there_are_too_many(
    database: Database[Any], vault: Vault
) -> None:
    crowd = [make_person("Nguyễn Văn An") for _ in range(MOST_NAMED + 5)]
    few = [replace(make_person("Nguyễn Văn Anh"), birth_year=1970) for _ in range(2 * PAGE + 1)]
    await do(database, lambda tx: (tx.people.add_many(crowd), tx.people.add_many(few)))
    pages = await _pages(database, vault, "nguyen van")
    shown = [one.person_id for page in pages for one in page.people]
    assert shown == sorted(one.person_id for one in crowd)[:MOST_NAMED]
    assert {len(page.people) for page in pages} == {PAGE}
    assert all(page.is_too_broad for page in pages)
    pages = await _pages(database, vault, "nguyen van", birth_year=1970)
    assert [len(page.people) for page in pages] == [PAGE, PAGE, 1]
    assert {one.person_id for page in pages for one in page.people} == {one.person_id for one in few}
    assert not any(page.is_too_broad for page in pages)
    cursor = pages[0].after
    assert "nguyen" not in cursor
    for other in (read_text("nguyen van"), read_text("nguyen van a", birth_year=1970)):
        with pytest.raises(NotSearchable, match="another search"):
            read_cursor(vault, other, cursor)
    with pytest.raises(NotSearchable, match="another search"):
        read_cursor(vault, read_text("nguyen van", birth_year=1970), cursor[:-2] + "AA")


async def test_a_search_is_on_record_with_kind_and_reason_and_without_what_was_typed(
    database: Database[Any], vault: Vault, clock: Clock
) -> None:
    person = make_person("Lê Thị Hoà", personal_id=NUMBER)
    await do(database, lambda tx: tx.people.add_many((person, make_person("Lê Thị Hương"))))
    happening = Occasion(clock=clock, now=NOW, txn="t")

    async def look(text: str, **options: Any) -> None:
        def run(tx: Any) -> Done[Page]:
            asked = read_text(text, **options)
            reason = SearchReason.DESK
            return find_people(tx, asked, vault=vault, reason=reason, actor="operator:o", occasion=happening)

        (await database.transact(run)).unwrap()

    await look(NUMBER)
    await look("Lê", birth_year=1990)
    await look("031190900009")
    await do(database, lambda tx: tx.audit.number(10))
    seen = await see(database, lambda tx: tx.audit.read(-1, 10, event_type=EventType.PEOPLE_SEARCHED))
    assert [(one.event.subject_ref, one.event.payload) for one in seen] == [
        (f"person:{person.person_id}", _said("number", found=1)),
        ("", _said("name", found=2, narrowed_by=["birth_year"])),
        ("", _said("number", found=0)),
    ]
    assert all(one.event.actor == "operator:o" for one in seen)


async def test_each_of_several_who_are_shown_has_it_on_record_and_who_is_not_shown_has_nothing(
    database: Database[Any], vault: Vault, clock: Clock
) -> None:
    crowd = [make_person("Phạm Văn Bình") for _ in range(PAGE + 1)]
    kept, merged = make_person("Đỗ Thị Lan"), make_person("Đỗ Thị Lan Anh")
    other = make_person("Phạm Văn Anh")

    def add(tx: Any) -> None:
        tx.people.add_many((*crowd, kept, other))
        tx.people.add(replace(merged, canonical_id=kept.person_id))

    await do(database, add)
    happening = Occasion(clock=clock, now=NOW, txn="t")

    async def look(text: str, after: str = "") -> Page:
        asked, reason = read_text(text), SearchReason.DESK
        place = read_cursor(vault, asked, after)

        def run(tx: Any) -> Done[Page]:
            who = "operator:o"
            return find_people(tx, asked, place, vault=vault, reason=reason, actor=who, occasion=happening)

        return (await database.transact(run)).unwrap()

    async def listed(person: Person) -> list[dict[str, Any]]:
        ref = f"person:{person.person_id}"
        found = await see(database, lambda tx: tx.audit.about(ref, (EventType.PERSON_LISTED,), None, 10))
        assert all(one.actor == "operator:o" for one in found)
        return [dict(one.payload) for one in found]

    first = await look("pham van binh")
    shown = {one.person_id for one in first.people}
    one_row = [{"kind": "name", "reason": "desk", "found": PAGE}]
    for person in crowd:
        assert await listed(person) == (one_row if person.person_id in shown else [])
    await look("pham van binh", first.after)
    (last,) = [one for one in crowd if one.person_id not in shown]
    assert await listed(last) == [{"kind": "name", "reason": "desk", "found": 1}], (
        "one of many, on a later page"
    )
    assert await listed(other) == []
    await look("do thi lan")
    assert await listed(kept) == await listed(merged) == [], "one person, who was found alone"
    ref = f"person:{kept.person_id}"
    searches = await see(database, lambda tx: tx.audit.about(ref, (EventType.PEOPLE_SEARCHED,), None, 10))
    assert [one.payload["found"] for one in searches] == [2]


def _said(kind: str, **changes: Any) -> dict[str, Any]:
    return {"kind": kind, "reason": "desk", "narrowed_by": [], "shown_before": 0, **changes}
