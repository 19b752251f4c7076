"""Every statement of these stores finds its rows by an index, whatever the table grows to (PERFORMANCE, growth)."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from idp.cases.model import CaseKind, CaseState
from idp.conflicts.model import ConflictKind, ConflictState
from idp.credentials.model import PasswordCredential, TotpCredential
from idp.cross_device.model import Standing
from idp.data_rights.model import RequestState
from idp.database import Database
from idp.ids import NO_BUCKET, ClientId, HandleKind, MandateId, OfficialId, PersonId, PostId
from idp.mandates.model import PrincipalKind, organisation, ward
from idp.mandates.service import invitee_of
from idp.merges.model import Before, MergeState
from idp.officials.model import AgencyRole, Official, Post
from idp.officials.query import Compare, Every, Field, GroupQuery, HoldsPost, Operator, Query
from idp.officials.roles import Role
from idp.organisations.model import OrganisationStatus
from idp.outbox.model import Attempt, OutboxKind, OutboxMessage
from idp.people.asked import read_text
from idp.people.model import IdentifierScheme, PersonStatus
from idp.reports.people_search import search
from idp.reports.services import used_by
from idp.reports.sessions import chosen_by, reached_by
from idp.risk.model import Arrival
from tests.organisations.samples import make_agency, make_organisation
from tests.stores.case_samples import make_case
from tests.stores.cross_device_samples import make_asked
from tests.stores.data_rights_samples import ask
from tests.stores.desk_samples import make_desk_case
from tests.stores.passkey_samples import make_passkey
from tests.stores.samples import HOUR, MINUTE, NOW, SignedIn, do, make_generation, make_handle, sign_in

ARRIVAL = Arrival(client_id=ClientId("portal"), held="a" * 43, fresh="b" * 43, address="203.0.113.9")
_LINK = make_handle(HandleKind.LINK, PersonId(NO_BUCKET))
_STATE = make_handle(HandleKind.UPSTREAM_STATE, PersonId(NO_BUCKET))
_INVITATION = make_handle(HandleKind.INVITATION, PersonId(NO_BUCKET))
_REGISTRATION = make_handle(HandleKind.REGISTRATION, PersonId(NO_BUCKET))
_PUSHED = make_handle(HandleKind.PUSHED_REQUEST, PersonId(NO_BUCKET))
_TOKEN = make_handle(HandleKind.REFRESH_TOKEN, PersonId(NO_BUCKET))


def _people(tx: Any, me: SignedIn) -> None:
    person_id = me.person.person_id
    tx.people.canonical(person_id)
    tx.people.find_by_identifier(IdentifierScheme.PHONE, "+84912345678")
    tx.people.search_by_name("nguyen", 20)
    for asked in ("031184000047", "0912345678", "a@b.example", "079084567"):
        search(tx.connection, tx.people.vault, read_text(asked))
    for year in (None, 1984):
        for commune in ("", "11311"):
            search(tx.connection, tx.people.vault, read_text("nguyen", birth_year=year, commune_code=commune))
    with_phone = replace(me.person, profile=replace(me.person.profile, phone="+84912345678"))
    tx.people.update(with_phone)
    tx.people.update(me.person)
    tx.people.set_roles(person_id, frozenset(), NOW)
    tx.people.set_status(person_id, PersonStatus.ACTIVE, "", NOW)
    tx.subjects.sub_for(person_id, "portal", "sub")
    tx.subjects.find(person_id, "portal")
    tx.subjects.person_of("portal", "sub")
    tx.consents.of_client(person_id, me.client.client_id)
    tx.consents.of_person(person_id)
    tx.consents.withdraw(person_id, me.client.client_id, NOW)
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


def _merges(tx: Any, me: SignedIn) -> None:
    person_id = me.person.person_id
    before = Before(profile="{}", account_level=2)
    tx.merges.get("m")
    tx.merges.of_record(person_id)
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


def _credentials(tx: Any, me: SignedIn) -> None:
    person_id = me.person.person_id
    tx.passwords.put(PasswordCredential(person_id=person_id, password_hash="h", changed_at=NOW))
    tx.passwords.get(person_id)
    tx.totp.put(TotpCredential(person_id=person_id, secret="S", last_step=0, confirmed=True))
    tx.totp.get(person_id)
    tx.totp.spend_step(person_id, 1)
    tx.totp.put_to_sleep(person_id, NOW)
    passkey = make_passkey(person_id)
    tx.passkeys.add(passkey)
    tx.passkeys.find(passkey.credential_id)
    tx.passkeys.of_person(person_id)
    tx.passkeys.use(passkey, 1, is_backed_up=True, now=NOW)
    tx.passkeys.rename(passkey, "n")
    tx.passkeys.end(passkey, NOW)
    tx.passkeys.erase_ended(NOW, 10)
    tx.passkey_challenges.spend(b"c", NOW)
    tx.passkey_challenges.erase_expired(NOW, 10)
    tx.devices.see(person_id, ARRIVAL, device_id="d", name="Chrome, Windows", kept=HOUR, now=NOW)
    tx.devices.renew(ARRIVAL.held, ARRIVAL.fresh, NOW)
    tx.devices.of_person(person_id, NOW, 10)
    tx.devices.acknowledge(person_id, "d", NOW)
    tx.devices.forget(person_id, "d")
    tx.devices.forget_others(person_id, "d")
    tx.devices.forget_browser(ARRIVAL.held)
    tx.devices.erase_old(NOW, 10)
    tx.grants.has_used(person_id, me.client.client_id, NOW)
    tx.attempts.reserve("a", NOW)
    tx.attempts.state("a")
    tx.attempts.settle("a")
    tx.attempts.release("a")
    tx.attempts.erase_forgotten(NOW, 10)
    tx.recovery_holds.hold(person_id, until=NOW, now=NOW)
    tx.recovery_holds.until(person_id, NOW)
    tx.recovery_holds.erase_over(NOW, 10)
    tx.desk_cases.add(make_desk_case(person_id), code="c")
    tx.desk_cases.get("c")
    tx.desk_cases.latest(since=NOW, most=10)
    tx.desk_cases.of_person(person_id)
    tx.desk_cases.confirm("c", "c", by=OfficialId("o"), until=NOW, now=NOW)
    tx.desk_cases.try_code("c", "c", NOW)
    tx.desk_cases.spend("c", "c", NOW)
    tx.desk_cases.erase_old(NOW, 10)
    tx.links.peek(_LINK, "p", NOW)
    tx.links.spend(_LINK, "p", NOW)


def _sessions(tx: Any, me: SignedIn) -> None:
    session_id = me.session.session_id
    tx.sessions.find(me.cookie)
    tx.sessions.find(me.cookie, locks_person=True)
    tx.sessions.get(session_id)
    tx.sessions.touch(session_id, NOW + MINUTE)
    tx.sessions.reach(me.reached())
    tx.sessions.clients_of(session_id)
    tx.sessions.find_by_sid(me.client.client_id, me.grant.sid)
    tx.sessions.of_person(me.person.person_id)
    tx.upstream_sessions.inherit(me.cookie, session_id)
    tx.sessions.end(session_id, NOW, "")
    tx.sessions.erase_ended(NOW - MINUTE, 10)
    reached_by(tx.connection, me.person.person_id)
    chosen_by(tx.connection, me.person.person_id)
    used_by(tx.connection, me.person.person_id, NOW)


def _interactions(tx: Any, me: SignedIn) -> None:
    del me
    tx.interactions.spend_upstream(_STATE, NOW)
    tx.interactions.password_proof("i", NOW)
    tx.interactions.spend_password_proof("i", NOW)
    tx.interactions.is_finished("i")
    tx.interactions.erase_expired(NOW, 10)
    tx.cross_device.begin(make_asked())
    tx.cross_device.of_interaction("i")
    tx.cross_device.find("BCDF-GHJK", "s", NOW)
    tx.cross_device.answer("BCDF-GHJK", "47", "s", NOW)
    tx.cross_device.stop("BCDF-GHJK", Standing.FAR, "s", NOW)
    tx.cross_device.spend("i", NOW)
    tx.cross_device.lose("i")
    tx.cross_device.erase_expired(NOW, 10)


def _clients(tx: Any, me: SignedIn) -> None:
    tx.clients.get(me.client.client_id)
    tx.clients.set_enabled(me.client.client_id, True, NOW)
    tx.clients.expire_secrets(me.client.client_id, NOW, "s")
    tx.clients.forget_sealed(me.client.client_id)
    tx.clients.end_secret(me.client.client_id, "s", NOW)
    tx.client_assertions.erase_expired(NOW, 10)
    tx.invitations.find(_INVITATION, NOW)
    tx.invitations.spend(_INVITATION, NOW)
    tx.invitations.end("i", NOW)
    tx.invitations.erase_expired(NOW, 10)
    tx.logos.find("d")
    tx.logos.remove(me.client.client_id)
    tx.registrations.find(_REGISTRATION)
    tx.registrations.end(me.client.client_id)


def _grants(tx: Any, me: SignedIn) -> None:
    tx.codes.find(me.code)
    tx.codes.spend(me.code, NOW)
    tx.codes.burn(me.code, NOW)
    tx.codes.erase_expired(NOW, 10)
    tx.refresh_tokens.find(_TOKEN)
    tx.refresh_tokens.spend(_TOKEN, successor="x", successor_sealed=b"", now=NOW)
    tx.refresh_tokens.end_family(me.grant.grant_id, NOW)
    tx.refresh_tokens.erase_expired(NOW, 10)
    tx.grants.find_by_gid(me.grant.gid, NOW)
    tx.grants.find_with_holder(me.grant.gid, "jti", NOW)
    tx.grants.set_offline(me.grant.grant_id)
    tx.grants.revoke(me.grant.grant_id, NOW, "")
    tx.grants.revoke_of_person(me.person.person_id, NOW, "")
    tx.grants.revoke_of_person(me.person.person_id, NOW, "", client_id=me.client.client_id)
    tx.grants.revoke_of_session(me.session.session_id, NOW, "")
    tx.grants.erase_expired(NOW - timedelta(days=1), 10)
    tx.pushed_requests.load(_PUSHED, me.client.client_id, NOW, until=NOW)
    tx.pushed_requests.find(_PUSHED, NOW)
    tx.pushed_requests.spend(_PUSHED, NOW)
    tx.pushed_requests.erase_expired(NOW, 10)
    tx.revoked_tokens.contains("jti")
    tx.revoked_tokens.erase_expired(NOW, 10)


def _mandates(tx: Any, me: SignedIn) -> None:
    person_id = me.person.person_id
    company = organisation("c")
    invitation = invitee_of("031190000001", "nguyen van a")
    tx.mandates.get("m")
    tx.mandates.lock("m")
    tx.mandates.of_delegate(person_id)
    tx.mandates.of_delegate(person_id, since=NOW)
    tx.mandates.of_principal(company.kind, company.id)
    tx.mandates.of_principal(company.kind, company.id, since=NOW)
    tx.mandates.of_principal(PrincipalKind.PERSON, person_id)
    tx.mandates.of_principal(PrincipalKind.PERSON, person_id, since=NOW)
    tx.mandates.cut_of_principal(ward(person_id), NOW, "")
    tx.mandates.written_since(person_id, NOW)
    tx.mandates.move(MandateId("m"), person_id, person_id)
    tx.mandates.of_appointment("a")
    tx.mandates.due(NOW, 10)
    tx.mandates.end("m", NOW, "")
    tx.mandates.cut_of_principal(company, NOW, "")
    tx.mandates.cut_of_appointment("a", NOW, "")
    tx.mandates.cut_through("f", NOW, "")
    tx.mandates.cut_through("f", NOW, "", person_id)
    tx.mandates.cut_of_delegate(person_id, NOW, "")
    tx.mandates.set_contested(ward(person_id), contested=True)
    tx.mandates.erase_ended(NOW, 10)
    tx.mandate_firms.get("a")
    tx.mandate_firms.of_principal("c", NOW)
    tx.mandate_firms.of_firm("f", 10)
    tx.mandate_firms.due(NOW, 10)
    tx.mandate_firms.cut("c", NOW, "")
    tx.mandate_firms.end("a", NOW, "")
    tx.mandate_firms.erase_ended(NOW, 10)
    tx.mandate_invitations.get("i")
    tx.mandate_invitations.of_invitee(invitation, 10)
    tx.mandate_invitations.of_principal("c")
    tx.mandate_invitations.close("i", NOW, "")
    tx.mandate_invitations.erase_expired(NOW, 10)
    tx.mandate_removals.get("r")
    tx.mandate_removals.of_principal("c")
    tx.mandate_removals.close("r", NOW, person_id)
    tx.mandate_removals.erase_expired(NOW, 10)


def _outbox(tx: Any, me: SignedIn) -> None:
    client_id = me.client.client_id
    sent = OutboxMessage(
        message_id="m",
        kind=OutboxKind.BACKCHANNEL_LOGOUT,
        client_id=client_id,
        logout_id="l",
        person_id=me.person.person_id,
        payload={},
        created_at=NOW,
        next_attempt_at=NOW,
    )
    tx.outbox.add([sent])
    tx.outbox.claim(NOW, lanes=2, each=2, most=9, lease=MINUTE, resting=["c"])
    tx.outbox.release(["m"], NOW)
    tx.outbox.settle("m", Attempt(status=500), now=NOW, next_at=NOW)
    tx.outbox.hurry(client_id, NOW, 10)
    tx.outbox.bury(NOW - MINUTE, NOW, 10)
    tx.outbox.settle("m", Attempt(status=400), now=NOW, next_at=None)
    tx.outbox.settle("m", Attempt(status=200), now=NOW, next_at=None)
    tx.deliveries.of_logouts(["l"], 10)
    tx.deliveries.of_person(me.person.person_id, 10)
    tx.deliveries.of_client(client_id, 10)
    tx.deliveries.of_client(client_id, 10, before="m", states=["dead"])
    tx.deliveries.dead(10)
    tx.deliveries.erase_settled(NOW, 10)
    tx.deliveries.backlog(10)


def _organisations(tx: Any, me: SignedIn) -> None:
    del me
    one = make_organisation()
    tx.organisations.add(one)
    tx.organisations.get(one.organisation_id)
    tx.organisations.lock(one.organisation_id)
    tx.organisations.find(one.scheme, one.identifier)
    tx.organisations.search_by_name("hai", 20)
    tx.organisations.units_of(one.organisation_id, 20)
    tx.organisations.update(one)
    tx.organisations.renumber(one.organisation_id, one.scheme, "0200000007", NOW)
    tx.organisations.set_status(
        one.organisation_id, OrganisationStatus.DISSOLVED, "", source="", source_at=NOW, now=NOW
    )
    reading = text("SELECT * FROM organisations WHERE organisation_id = :this")
    row = tx.connection.execute(reading, {"this": one.organisation_id}).mappings().one()
    tx.organisations.reseal(row)
    tx.agencies.put(make_agency("H24"))
    tx.agencies.get("H24")
    tx.agencies.lock("H24")
    tx.agencies.hold("H24")
    tx.agencies.below("H24")
    tx.agencies.within("H24", 20)
    tx.agencies.of_commune("11311")
    tx.agencies.end("H24", NOW)


def _officials(tx: Any, me: SignedIn) -> None:
    official_id, post_id = OfficialId("o"), PostId("p")
    post = Post(
        post_id=post_id, official_id=official_id, agency_code="H24.08", position="Chuyên viên", starts_at=NOW
    )
    official = Official(
        official_id=official_id,
        person_id=me.person.person_id,
        employee_number="CB1",
        agency_code="H24.08",
        posts=(post,),
        created_at=NOW,
        updated_at=NOW,
    )
    assert tx.officials.add(official)
    tx.officials.lock(official_id)
    tx.officials.hold_of_post(post_id)
    tx.officials.find_by_number("CB1")
    tx.officials.of_person(me.person.person_id)
    tx.officials.page("H24", after="A", limit=10)
    tx.officials.update(official)
    tx.officials.correct_post(post)
    tx.officials.overdue(NOW, 10)
    tx.officials.close_post(post, now=NOW, reason="")
    tx.officials.waiting(NOW, 10)
    tx.officials.looked(official_id, NOW)
    tx.officials.link(official_id, me.person.person_id)
    tx.officials.call("hr", official_id, "mine")
    tx.officials.external_ids("hr", [official_id])
    group = AgencyRole(agency_code="H24.08", role=Role.LEADER)
    in_group = GroupQuery(root="H24", now=NOW, agency="H24.08", role="leader")
    tx.officials.groups(in_group, skip=0, limit=10)
    tx.officials.groups(GroupQuery(root="H24", now=NOW), skip=0, limit=10)
    tx.officials.members(group, root="H24", now=NOW, limit=10)
    for condition in (
        Every(),
        Compare(field=Field.EMPLOYEE_NUMBER, operator=Operator.EQUALS, value="cb1"),
        Compare(field=Field.EXTERNAL_ID, operator=Operator.EQUALS, value="mine"),
        HoldsPost(of=Compare(field=Field.POST_ROLE, operator=Operator.EQUALS, value="leader")),
    ):
        tx.officials.search(Query(root="H24", client_id="hr", condition=condition, limit=10, now=NOW))
    tx.officials.remove(official_id, NOW)


@pytest.mark.parametrize(
    "part",
    [
        _organisations,
        _people,
        _merges,
        _cases,
        _data_rights,
        _credentials,
        _sessions,
        _interactions,
        _clients,
        _grants,
        _mandates,
        _outbox,
        _officials,
    ],
)
async def test_no_statement_walks_through_a_table(
    database: Database[Any], part: Callable[[Any, SignedIn], None]
) -> None:
    me = await sign_in(database)
    generation = make_generation(me.grant, me.session.session_id)
    token = make_handle(HandleKind.REFRESH_TOKEN, me.person.person_id)
    await do(database, lambda tx: tx.refresh_tokens.add(token, generation))

    def walks(tx: Any) -> list[str]:
        statements = _statements_of(tx.connection, lambda: part(tx, me))
        explain = _walks_of_sqlite if tx.connection.dialect.name == "sqlite" else _walks_of_postgresql
        return [
            walk
            for statement, given in statements.items()
            for walk in explain(tx.connection, statement, given)
        ]

    assert await do(database, walks) == []


def _statements_of(connection: Connection, run: Callable[[], None]) -> dict[str, Any]:
    """Each statement but plain inserts, with what it was once given."""
    seen: dict[str, Any] = {}

    def note(_c: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool) -> None:
        if not statement.startswith("INSERT") or "SELECT" in statement:
            seen[statement] = given

    event.listen(connection, "before_cursor_execute", note)
    run()
    event.remove(connection, "before_cursor_execute", note)
    assert seen
    return seen


_BOUNDED = {
    f"SCAN {name}"
    for name in (
        "waiting_copies",
        "oldest",
        "lanes",
        "chosen",
        "asleep",
        "too_old",
        "some",
        "one_role",
        "records",
        "each_use",
    )
}
"""Bounded choices and lists that stand in a WITH, a person's records: no tables."""


def _walks_of_sqlite(connection: Connection, statement: str, given: Any) -> Iterator[str]:
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given):
        is_batch = row.detail in _BOUNDED
        if row.detail.startswith("SCAN ") and "CONSTANT ROW" not in row.detail and not is_batch:
            yield f"{row.detail}: {statement}"


def _walks_of_postgresql(connection: Connection, statement: str, given: Any) -> Iterator[str]:
    """With sequential scans made dear, what has no index condition has no index."""
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given).scalar_one()
    plans = json.loads(plan) if isinstance(plan, str) else plan
    for node in _nodes(plans[0]["Plan"]):
        is_walk = node["Node Type"] == "Seq Scan" or (
            "Index" in node["Node Type"] and "Index Cond" not in node
        )
        if is_walk:
            yield f"{node['Node Type']} {node.get('Relation Name')}: {statement}"


def _nodes(plan: Any) -> Iterator[Any]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
