"""Everything sealed moves to a new version of the master key, whatever happens meanwhile (DESIGN 5.10, SECURITY R27).

Each column is filled by its own store under the first version and read again under the second, where the first is
another key: what still needed it could not be read.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.clients.model import ClientSecret
from idp.clock import Clock
from idp.conflicts.model import Conflict, ConflictKind, ConflictState
from idp.credentials.model import TotpCredential
from idp.database import Database, Resealing
from idp.ids import ClientId, HandleKind, OfficialId, PersonId
from idp.life_events.model import Contradiction, Decision, Ground, LockRequest, Unresolved, Wish
from idp.mandates.model import Invitation, Invitee, Role, organisation
from idp.merges.model import Before, Merge, MergeState
from idp.officials.model import Official
from idp.organisations.identifiers import IdentifierTaken as OrganisationNumberTaken
from idp.organisations.model import OrganisationScheme
from idp.people.model import Address, IdentifierScheme
from idp.resealing.service import WITH_LOOKUP, Walked, reseal
from idp.resealing.store import key_of, sealed_columns, walked_tables
from idp.transaction import Tx
from keys.envelope import Unsealable, Vault
from keys.keyring import Keyring, new_record
from keys.master import KEY_BYTES, MasterKey
from tests.mandates.samples import COMPANY, make_mandate
from tests.organisations.samples import make_organisation
from tests.stores.passkey_samples import make_passkey
from tests.stores.samples import (
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    SignedIn,
    do,
    make_generation,
    make_handle,
    make_person,
    see,
    sign_in,
)
from tests.stores.test_interactions import make_journey
from tests.stores.test_outbox import message
from tests.stores.test_pushed_requests import PORTAL, REQUEST

NUMBER = "031090000001"
FIRST, SECOND_KEY, OTHER = bytes(KEY_BYTES), bytes(range(KEY_BYTES)), b"\xff" * KEY_BYTES
OLD = Vault(MasterKey(current=1, versions={1: FIRST}))
TOLD = Vault(MasterKey(current=1, versions={1: FIRST, 2: SECOND_KEY}))
"""As every node is before any seals under the second version: it knows it and uses the first."""
NEW = Vault(MasterKey(current=2, versions={1: FIRST, 2: SECOND_KEY}))
WITHOUT_OLD = Vault(MasterKey(current=2, versions={1: OTHER, 2: SECOND_KEY}))
COLUMNS = {
    "audit_events.payload": Resealing.STAYS,
    "audit_keys.sealed_key": Resealing.ANEW,
    "client_secrets.sealed": Resealing.ANEW,
    "conflicts.close_reason": Resealing.ANEW,
    "conflicts.facts": Resealing.ANEW,
    "life_grounds.reference": Resealing.ANEW,
    "life_unresolved.facts": Resealing.ANEW,
    "life_unresolved.note": Resealing.ANEW,
    "lock_requests.authority": Resealing.ANEW,
    "lock_requests.letter": Resealing.ANEW,
    "lock_requests.reason": Resealing.ANEW,
    "mandate_invitations.shown": Resealing.ANEW,
    "mandates.reference": Resealing.ANEW,
    "merges.close_reason": Resealing.ANEW,
    "merges.letter": Resealing.ANEW,
    "merges.reason": Resealing.ANEW,
    "merges.winner_before": Resealing.ANEW,
    "officials.awaited_id": Resealing.ANEW,
    "officials.profile": Resealing.ANEW,
    "organisations.identifier": Resealing.WITH_LOOKUP,
    "organisations.words": Resealing.ANEW,
    "outbox.payload": Resealing.ANEW,
    "passkeys.name": Resealing.ANEW,
    "people.profile": Resealing.ANEW,
    "person_addresses.address": Resealing.ANEW,
    "person_identifiers.value": Resealing.WITH_LOOKUP,
    "pushed_requests.request": Resealing.ANEW,
    "refresh_tokens.successor_sealed": Resealing.FORGOTTEN,
    "signing_keys.sealed_private": Resealing.ANEW,
    "totp.secret": Resealing.ANEW,
    "upstream_journeys.code_verifier": Resealing.ANEW,
    "upstream_journeys.nonce": Resealing.ANEW,
}
LATER = NOW + HOUR
INVITED = Invitation(
    invitation_id="i",
    principal_id=COMPANY,
    role=Role.MAKER,
    services=("tax",),
    valid_from=NOW,
    valid_to=LATER,
    shown="Nguyễn Thị Hoà, 001",
    invited_by=PersonId("00-director"),
    created_at=NOW,
    expires_at=LATER,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Eras:
    """One database as processes with different master keys see it."""

    before: Database[Tx]
    told: Database[Tx]
    after: Database[Tx]
    without_old: Database[Tx]
    clock: Clock


@pytest.fixture
async def eras(database_url: str, clock: Clock) -> AsyncIterator[Eras]:
    made = [
        Database(database_url, Tx.unit(vault, clock), clock=clock) for vault in (OLD, TOLD, NEW, WITHOUT_OLD)
    ]
    for database in made:
        await database.open()
    yield Eras(before=made[0], told=made[1], after=made[2], without_old=made[3], clock=clock)
    for database in made:
        await database.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What was stored under the old version."""

    me: SignedIn
    pushed: str
    state: str
    spent: str


def _merge(tx: Any, person_id: PersonId) -> None:
    """Put words into a merge that was split, and into a conflict that was closed."""
    tx.merges.add(
        Merge(
            merge_id="m",
            winner_id=person_id,
            loser_id=PersonId("x"),
            state=MergeState.PROPOSED,
            reason="one person",
            letter="12/CAHP",
            proposed_by="operator:lan",
            proposed_at=NOW,
            expires_at=LATER,
        )
    )
    tx.merges.confirm("m", Before(profile="{}", account_level=2), by="operator:binh", now=NOW)
    tx.merges.split("m", by="operator:lan", reason="two people", now=NOW)
    tx.conflicts.open(
        Conflict(
            conflict_id="c",
            kind=ConflictKind.CONTRADICTION,
            people=(person_id,),
            facts={"fields": "name"},
            state=ConflictState.OPEN,
            opened_at=NOW,
            last_at=NOW,
            count=1,
        )
    )
    tx.conflicts.close("c", ConflictState.DISMISSED, by="operator:lan", reason="looked at", now=NOW)


def _lives(tx: Any, person_id: PersonId) -> None:
    """Put words into a ground that was lifted, an event that was settled and a request that was refused."""
    tx.life_grounds.open(person_id, Ground.REQUEST, "letter 9", NOW)
    tx.life_grounds.lift(person_id, Ground.REQUEST, NOW)
    event = Unresolved(
        unresolved_id="u",
        contradiction=Contradiction.NOT_DEAD,
        event_id="e",
        event_type="person.death-revoked",
        subject="",
        facts="{}",
        opened_at=NOW,
    )
    tx.life_unresolved.open(event)
    tx.life_unresolved.settle("u", by="operator:lan", note="looked at", now=NOW)
    request = LockRequest(
        request_id="r",
        person_id=person_id,
        wish=Wish.LOCK,
        authority="a court",
        letter="9/TA",
        received_at=NOW,
        entered_at=NOW,
        entered_by="operator:lan",
        due_at=LATER,
    )
    tx.lock_requests.add(request)
    tx.lock_requests.decide("r", Decision.REFUSED, "no ground", by="operator:binh", now=NOW)


def _words(tx: Any) -> tuple[object, ...]:
    merge, conflict = tx.merges.get("m"), tx.conflicts.get("c")
    request, (waited,) = (
        tx.lock_requests.get("r"),
        tx.connection.exec_driver_sql("SELECT note FROM life_unresolved").one(),
    )
    note = WITHOUT_OLD.open_text(waited, purpose="life-event.note")
    return merge.letter, merge.before, conflict.facts, request.authority, request.letter, request.reason, note


async def fill(database: Database[Tx], clock: Clock, vault: Vault = OLD) -> Filled:
    """Put something into every sealed column."""
    me = await sign_in(database)
    address = Address(ward_code="11383")
    me = replace(me, person=replace(me.person, profile=replace(me.person.profile, address=address)))
    person_id, client_id = me.person.person_id, me.client.client_id
    pushed = make_handle(HandleKind.PUSHED_REQUEST, person_id)
    journey = make_journey()
    spent, successor = (make_handle(HandleKind.REFRESH_TOKEN, person_id) for _ in range(2))
    secret = ClientSecret(
        secret_id="s",
        digest=bytes(32),
        created_at=NOW,
        expires_at=None,
        sealed=vault.seal_text("a" * 32, purpose="client.secret"),
    )
    occasion = Occasion(clock=clock, now=NOW, txn="t")

    def store(tx: Any) -> None:
        tx.people.add_identifier(person_id, IdentifierScheme.PERSONAL_ID, NUMBER, now=NOW)
        tx.people.update(me.person)
        tx.totp.put(
            TotpCredential(person_id=person_id, secret="JBSWY3DPEHPK3PXP", last_step=0, confirmed=True)
        )
        tx.passkeys.add(make_passkey(person_id, name="Điện thoại"))
        tx.clients.add_secret(client_id, secret)
        tx.organisations.add(make_organisation(scheme=OrganisationScheme.PERSONAL_ID, identifier=NUMBER))
        tx.mandates.lock_principal(organisation(COMPANY))
        tx.mandates.add([replace(make_mandate(person_id), reference="decision 5")])
        tx.mandate_invitations.add(INVITED, Invitee(number=NUMBER, name_fold="nguyen thi hoa"))
        _merge(tx, person_id)
        _lives(tx, person_id)
        tx.officials.add(
            Official(
                official_id=OfficialId("o"),
                awaited_id=NUMBER,
                employee_number="CB1",
                agency_code="H24.08",
                created_at=NOW,
                updated_at=NOW,
            )
        )
        tx.outbox.add([message("m1")])
        tx.pushed_requests.add(pushed, PORTAL, REQUEST, expires_at=NOW + HOUR)
        tx.interactions.begin_upstream(journey)
        tx.signing_keys.add(new_record(vault, "ES256", NOW))
        tx.refresh_tokens.add(spent, make_generation(me.grant, me.session.session_id))
        sealed = vault.seal_under(spent, successor.encode(), purpose="refresh.successor")
        assert tx.refresh_tokens.spend(spent, successor=successor, successor_sealed=sealed, now=NOW)
        tx.audit.add(occasion.event(EventType.KEY_ERASED, actor="system", kid="k"))
        tx.audit.add(
            occasion.event(EventType.PERSON_LOCKED, actor="operator:x", person_id=person_id, reason="because")
        )
        tx.audit.number(10)

    await do(database, store)
    return Filled(me=me, pushed=pushed, state=journey.state, spent=spent)


def test_every_sealed_column_says_what_becomes_of_it() -> None:
    """A new one must be named here, and `fill` must fill it."""
    assert {
        f"{column.table.name}.{column.name}": kind.resealing for column, kind in sealed_columns()
    } == COLUMNS


def test_every_table_with_a_look_up_has_what_moves_its_rows() -> None:
    assert WITH_LOOKUP.keys() == {table for table, with_lookup in walked_tables().items() if with_lookup}


async def walk(database: Database[Tx]) -> dict[str, Walked]:
    return {one.table: one for one in await reseal(database, asked_before=LATER)}


async def test_all_columns_move_and_open_without_the_old_key(eras: Eras) -> None:
    filled = await fill(eras.before, eras.clock)
    found = await see(eras.after, lambda tx: tx.resealing.versions())
    assert {name: set(counts) for name, counts in found.items()} == {name: {1} for name in COLUMNS}

    walked = await walk(eras.after)
    assert {name: one.renewed for name, one in walked.items()} == dict.fromkeys(walked, 1)
    assert not any(one.unreadable or one.taken for one in walked.values())
    found = await see(eras.after, lambda tx: tx.resealing.versions())
    expected = {name: {2} for name, kind in COLUMNS.items() if kind is Resealing.ANEW}
    expected |= {
        "audit_events.payload": {1},
        "organisations.identifier": {2},
        "person_identifiers.value": {2},
        "refresh_tokens.successor_sealed": set(),
    }
    assert {name: set(counts) for name, counts in found.items()} == expected
    assert await see(eras.after, lambda tx: tx.resealing.left()) == 0
    await _check_contents(eras, filled)


async def _check_contents(eras: Eras, filled: Filled) -> None:
    person_id = filled.me.person.person_id

    def read(tx: Tx) -> dict[str, object]:
        totp = tx.totp.get(person_id)
        client = tx.clients.get(ClientId("portal"))
        assert totp is not None
        assert client is not None
        sealed = client.secrets[0].sealed
        assert sealed is not None
        return {
            "person": tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, NUMBER),
            "totp": totp.secret,
            "passkeys": [one.name for one in tx.passkeys.of_person(person_id)],
            "secret": WITHOUT_OLD.open_text(sealed, purpose="client.secret"),
            "mandates": [one.reference for one in tx.mandates.of_delegate(person_id)],
            "invited": tx.mandate_invitations.get("i"),
            "merge": _words(tx),
            "organisation": tx.organisations.find(OrganisationScheme.PERSONAL_ID, NUMBER) is not None,
            "keys": len(Keyring(WITHOUT_OLD, tx.signing_keys.all(), now=lambda: NOW).public_jwks()["keys"]),
        }

    assert await see(eras.without_old, read) == {
        "person": filled.me.person,
        "totp": "JBSWY3DPEHPK3PXP",
        "passkeys": ["Điện thoại"],
        "secret": "a" * 32,
        "mandates": ["decision 5"],
        "invited": INVITED,
        "merge": (
            *("12/CAHP", Before(profile="{}", account_level=2), {"fields": "name"}),
            *("a court", "9/TA", "no ground", "looked at"),
        ),
        "organisation": True,
        "keys": 1,
    }
    ((sent,),) = await do(
        eras.without_old, lambda tx: tx.outbox.claim(NOW, lanes=1, each=1, most=1, lease=MINUTE, resting=())
    )
    assert sent.payload == message("m1").payload
    loaded = await do(
        eras.after, lambda tx: tx.pushed_requests.load(filled.pushed, PORTAL, NOW, until=NOW + MINUTE)
    )
    assert loaded == REQUEST
    journey = await do(eras.after, lambda tx: tx.interactions.spend_upstream(filled.state, NOW))
    assert journey is not None
    assert (journey.nonce, journey.code_verifier) == (make_journey().nonce, make_journey().code_verifier)
    records = await see(eras.after, lambda tx: tx.audit.read(-1, 10))
    assert [record.is_intact and not record.is_erased for record in records] == [True, True]
    assert records[-1].event.payload == {"reason": "because"}


async def test_a_second_walk_finds_nothing_to_do(eras: Eras) -> None:
    await fill(eras.before, eras.clock)
    await walk(eras.after)
    before = await see(eras.after, _everything)
    assert not any(one.renewed for one in (await walk(eras.after)).values())
    assert await see(eras.after, _everything) == before


def _everything(tx: Tx) -> list[object]:
    return [row for column, _ in sealed_columns() for row in tx.resealing.page(column.table.name, None, 100)]


async def test_pages_follow_each_other_without_a_gap(eras: Eras) -> None:
    for _ in range(7):
        await do(eras.before, lambda tx: tx.people.add(make_person(phone="+84912345678")))
    for table, count in (("people", 7), ("person_identifiers", 7)):
        seen, after = [], None
        while rows := await see(eras.after, lambda tx, t=table, a=after: tx.resealing.page(t, a, 3)):
            after = key_of(table, rows[-1])
            seen += [key_of(table, row) for row in rows]
        assert len(set(seen)) == len(seen) == count


async def test_what_a_node_writes_meanwhile_is_not_lost(eras: Eras) -> None:
    person = make_person()
    await do(eras.before, lambda tx: tx.people.add(person))
    (row,) = await see(eras.after, lambda tx: tx.resealing.page("people", None, 10))
    changed = replace(person, profile=replace(person.profile, full_name="Trần Văn Mới"), updated_at=LATER)
    await do(eras.before, lambda tx: tx.people.update(changed))
    assert not await do(eras.after, lambda tx: tx.resealing.renew("people", row, asked_before=LATER))
    assert await see(eras.after, lambda tx: tx.people.get(person.person_id)) == changed
    assert await see(eras.after, lambda tx: tx.resealing.left()) == 1
    assert (await walk(eras.after))["people"].renewed == 1
    assert await see(eras.without_old, lambda tx: tx.people.get(person.person_id)) == changed


async def test_walks_beside_each_other_and_beside_nodes_of_both_versions_lose_nothing(eras: Eras) -> None:
    people = [make_person(f"Người {i}", personal_id=f"0310900000{i:02}") for i in range(20)]
    await do(eras.before, lambda tx: [tx.people.add(person) for person in people])
    named = [
        replace(person, profile=replace(person.profile, full_name=f"Tên {i}"), updated_at=LATER)
        for i, person in enumerate(people)
    ]
    await asyncio.gather(
        walk(eras.after),
        walk(eras.after),
        *(
            do((eras.told, eras.after)[i % 2], lambda tx, p=person: tx.people.update(p))
            for i, person in enumerate(named)
        ),
    )
    await walk(eras.after)
    assert await see(eras.after, lambda tx: tx.resealing.left()) == 0
    for person in named:
        number = person.profile.personal_id
        assert number is not None
        found = await see(
            eras.without_old,
            lambda tx, n=number: tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, n),
        )
        assert found == person


async def test_who_has_a_number_under_both_versions_has_it_once_afterwards(eras: Eras) -> None:
    person = make_person(personal_id=NUMBER)
    await do(eras.before, lambda tx: tx.people.add(person))
    await do(
        eras.after,
        lambda tx: tx.people.add_identifier(
            person.person_id, IdentifierScheme.PERSONAL_ID, NUMBER, now=NOW + HOUR
        ),
    )
    assert len(await see(eras.after, lambda tx: tx.resealing.page("person_identifiers", None, 9))) == 2
    await walk(eras.after)
    (row,) = await see(eras.after, lambda tx: tx.resealing.page("person_identifiers", None, 9))
    assert (row["valid_from"], row["valid_to"], row["lookup"][0]) == (NOW, None, 2)


async def test_an_organisation_moves_with_its_number_and_keeps_what_came_meanwhile(eras: Eras) -> None:
    one = make_organisation(scheme=OrganisationScheme.PERSONAL_ID, identifier=NUMBER)
    await do(eras.before, lambda tx: tx.organisations.add(one))
    (row,) = await see(eras.after, lambda tx: tx.resealing.page("organisations", None, 9))
    renamed = replace(one, name="Hộ kinh doanh Bến Nghiêng", updated_at=LATER)
    assert await do(eras.before, lambda tx: tx.organisations.update(renamed))
    assert not await do(eras.after, lambda tx: tx.organisations.reseal(row))
    with pytest.raises(OrganisationNumberTaken):  # found under the old version too
        await do(
            eras.after,
            lambda tx: tx.organisations.add(replace(one, organisation_id=eras.clock.organisation_id())),
        )
    assert (await walk(eras.after))["organisations"].renewed == 1
    found = await see(
        eras.without_old, lambda tx: tx.organisations.find(OrganisationScheme.PERSONAL_ID, NUMBER)
    )
    assert found == renamed


async def test_a_number_that_two_organisations_have_under_both_versions_is_left_to_somebody(
    eras: Eras,
) -> None:
    one = make_organisation()
    await do(eras.before, lambda tx: tx.organisations.add(one))
    await do(
        eras.without_old,
        lambda tx: tx.organisations.add(replace(one, organisation_id=eras.clock.organisation_id())),
    )
    walked = (await walk(eras.after))["organisations"]
    assert (walked.rows, walked.renewed, walked.taken) == (2, 0, 1)


async def test_a_row_that_does_not_open_is_counted_and_holds_up_no_other(eras: Eras) -> None:
    await do(eras.before, lambda tx: [tx.people.add(make_person()) for _ in range(3)])
    (row, *_) = await see(eras.after, lambda tx: tx.resealing.page("people", None, 10))
    spoilt = row["profile"][:-1] + bytes([row["profile"][-1] ^ 1])
    people = next(column.table for column, _ in sealed_columns() if column.table.name == "people")
    changing = people.update().where(people.c.person_id == row["person_id"]).values(profile=spoilt)
    await do(eras.after, lambda tx: tx.connection.execute(changing))
    with pytest.raises(Unsealable):
        await do(
            eras.after,
            lambda tx: tx.resealing.renew("people", {**row, "profile": spoilt}, asked_before=LATER),
        )
    walked = (await walk(eras.after))["people"]
    assert (walked.rows, walked.renewed, walked.unreadable) == (3, 2, 1)
    assert await see(eras.after, lambda tx: tx.resealing.left()) == 1


async def test_a_successor_that_may_still_be_asked_for_is_kept(eras: Eras) -> None:
    filled = await fill(eras.before, eras.clock)
    await reseal(eras.after, asked_before=NOW)
    assert await see(eras.after, lambda tx: tx.resealing.left()) == 1
    spent = await see(eras.after, lambda tx: tx.refresh_tokens.find(filled.spent))
    assert spent is not None
    assert spent.successor_sealed is not None
    assert NEW.open_under(filled.spent, spent.successor_sealed, purpose="refresh.successor")
    await reseal(eras.after, asked_before=NOW + SECOND)
    assert await see(eras.after, lambda tx: tx.resealing.left()) == 0
