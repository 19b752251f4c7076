"""People, their rights, and two records of one: every statement finds its rows by an index (PERFORMANCE, growth)."""

from dataclasses import replace
from typing import Any

import pytest

from idp.cases.model import CaseKind, CaseState
from idp.conflicts.model import ConflictKind, ConflictState
from idp.data_rights.model import RequestState
from idp.database import Database
from idp.ids import HandleKind
from idp.merges.model import Before, MergeState
from idp.people.asked import read_text
from idp.people.model import IdentifierScheme, PersonStatus
from idp.reports.people_search import search
from tests.stores.case_samples import make_case
from tests.stores.data_rights_samples import ask
from tests.stores.plans import Part, walks_of
from tests.stores.samples import MINUTE, NOW, SignedIn, make_handle


def _people(tx: Any, me: SignedIn) -> None:
    person_id = me.person.person_id
    tx.people.canonical(person_id)
    tx.people.find_by_identifier(IdentifierScheme.PHONE, "+84912345678")
    tx.people.find_named(IdentifierScheme.PHONE, "+84912345678")
    tx.people.search_by_name("nguyen", 20)
    for asked in ("031184000047", "0912345678", "a@b.example", "079084567"):
        search(tx.connection, tx.people.vault, read_text(asked))
    for year in (None, 1984):
        for commune in ("", "11311"):
            search(tx.connection, tx.people.vault, read_text("nguyen", birth_year=year, commune_code=commune))
    with_phone = replace(me.person, profile=replace(me.person.profile, phone="+84912345678"))
    tx.people.update(with_phone)
    tx.people.update(me.person)
    tx.people.set_status(person_id, PersonStatus.ACTIVE, "", NOW)
    tx.subjects.sub_for(person_id, "portal", "sub")
    tx.subjects.find(person_id, "portal")
    tx.subjects.person_of("portal", "sub")
    tx.consents.of_client(person_id, me.client.client_id)
    tx.consents.of_person(person_id)
    tx.consents.withdraw(person_id, me.client.client_id, ("email",), NOW)
    tx.consents.first_of(person_id, me.client.client_id)
    tx.upstreams.find("https://national.example", "s")
    tx.upstreams.touch("https://national.example", "s", NOW)
    tx.upstreams.of_person(person_id)
    tx.upstreams.of_record(person_id)
    tx.upstreams.move("https://national.example", "s", person_id)
    tx.subjects.of_record(person_id)
    tx.people.find_holder(IdentifierScheme.PHONE, "+84912345678")
    tx.people.merged_into(person_id)
    tx.people.merge(person_id, into=person_id)
    tx.people.split(person_id, off=person_id)


def _merges(tx: Any, me: SignedIn) -> None:
    person_id = me.person.person_id
    before = Before(profile="{}", account_level=2)
    tx.merges.get("m")
    tx.merges.of_record(person_id)
    tx.merges.spans_of(person_id)
    tx.merges.list(MergeState.PROPOSED, 10)
    tx.merges.confirm("m", before, by="a", now=NOW)
    tx.merges.keep_before("m", before)
    tx.merges.withdraw("m", by="a", reason="r", now=NOW)
    tx.merges.erase_expired(NOW, 10)
    tx.conflicts.get("c")
    tx.conflicts.find_open(ConflictKind.CUSTODY, [person_id], {})
    tx.conflicts.list(ConflictState.OPEN, 10)
    tx.conflicts.list(ConflictState.OPEN, 10, ConflictKind.CUSTODY)
    tx.conflicts.assign("c", "a")
    tx.conflicts.close("c", ConflictState.RESOLVED, by="a", reason="r", now=NOW)
    tx.conflicts.measure(10)
    tx.conflicts.erase_closed(NOW, 10)


def _cases(tx: Any, me: SignedIn) -> None:
    person_id = me.person.person_id
    tx.cases.open(make_case(person_id))
    tx.cases.get("c")
    tx.cases.find_open(person_id, CaseKind.QUESTION, "e")
    tx.cases.of_person(person_id, 10)
    tx.cases.list(CaseState.OPEN, 10)
    tx.cases.list(CaseState.OPEN, 10, CaseKind.QUESTION)
    tx.cases.close("c", "o", by="a", now=NOW)
    tx.cases.measure(10)
    tx.cases.erase_closed(NOW, 10)
    link = make_handle(HandleKind.DISPUTE, person_id)
    tx.dispute_links.add(link, person_id, {}, expires_at=NOW + MINUTE)
    tx.dispute_links.peek(link, NOW)
    tx.dispute_links.spend(link, NOW)
    tx.dispute_links.end_all(person_id)
    tx.dispute_links.erase_expired(NOW, 10)


def _data_rights(tx: Any, me: SignedIn) -> None:
    person_id = me.person.person_id
    ask(tx, person_id)
    tx.data_requests.get("q")
    tx.data_requests.open(10)
    tx.data_requests.of_person(person_id, 10)
    tx.data_requests.overdue(NOW)
    tx.data_requests.to_close(NOW, 10)
    tx.data_requests.answer("q", "a", by="o", now=NOW)
    tx.data_requests.extend("q", "a", until=NOW + MINUTE, by="o", now=NOW)
    tx.data_requests.put_off("q", NOW)
    tx.data_requests.put_off_closing(person_id, NOW)
    tx.data_requests.withdraw(person_id, "q", by="p", now=NOW)
    tx.data_requests.close("q", RequestState.REFUSED, "no", by="o", now=NOW)
    tx.data_requests.erase_closed(NOW, 10)
    copy = tx.data_copies.ask(person_id, "k", now=NOW, expires_at=NOW + MINUTE)
    tx.data_copies.get(person_id, NOW)
    tx.data_copies.claim(NOW, until=NOW + MINUTE, most=5)
    tx.data_copies.make(copy, b"all", now=NOW, expires_at=NOW + MINUTE)
    tx.data_copies.document(person_id, NOW)
    tx.data_copies.erase_expired(NOW, 10)
    tx.data_copies.drop(person_id)
    tx.consents.history_of(person_id)
    tx.person_rights.restrict(person_id, NOW)
    tx.person_rights.lift(person_id)
    tx.person_rights.empty(person_id, NOW)
    tx.upstreams.unlink(person_id)
    tx.life_states.forget(person_id)
    tx.life_readings.forget(person_id)


@pytest.mark.parametrize("part", [_people, _merges, _cases, _data_rights])
async def test_no_statement_walks_through_a_table(database: Database[Any], part: Part) -> None:
    assert await walks_of(database, part) == []
