"""One database seen with several master keys, and something in every sealed column of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.clients.model import ClientSecret
from idp.clock import Clock
from idp.conflicts.model import Conflict, ConflictKind, ConflictState
from idp.credentials.model import TotpCredential
from idp.credentials.sign_in_code import SignInCode
from idp.data_rights.model import RequestState
from idp.database import Database, Resealing
from idp.ids import HandleKind, OfficialId, PersonId
from idp.life_events.model import Contradiction, Decision, Ground, LockRequest, Unresolved, Wish
from idp.mandates.model import Invitation, Invitee, Role, organisation
from idp.merges.model import Before, Merge, MergeState
from idp.messages.model import Channel
from idp.officials.model import Official
from idp.organisations.model import OrganisationScheme
from idp.people.contacts import Contact, PendingCode
from idp.people.model import Address, IdentifierScheme
from idp.resealing.service import Walked, reseal
from idp.transaction import Tx
from keys.envelope import Vault
from keys.keyring import new_record
from keys.master import KEY_BYTES, MasterKey
from tests.mandates.samples import COMPANY, make_mandate
from tests.organisations.samples import make_organisation
from tests.stores.case_samples import make_case
from tests.stores.cross_device_samples import make_asked
from tests.stores.data_rights_samples import ask
from tests.stores.desk_samples import make_desk_case
from tests.stores.outbox_samples import message
from tests.stores.passkey_samples import make_passkey
from tests.stores.samples import (
    HOUR,
    NOW,
    SignedIn,
    do,
    make_generation,
    make_handle,
    sign_in,
)
from tests.stores.test_interactions import make_journey
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
    "cases.facts": Resealing.ANEW,
    "cases.outcome": Resealing.ANEW,
    "client_secrets.sealed": Resealing.ANEW,
    "contact_codes.address": Resealing.ANEW,
    "cross_device_sign_ins.shown": Resealing.ANEW,
    "contacts.address": Resealing.ANEW,
    "desk_cases.device": Resealing.ANEW,
    "conflicts.close_reason": Resealing.ANEW,
    "conflicts.facts": Resealing.ANEW,
    "dispute_links.facts": Resealing.ANEW,
    "data_copies.document": Resealing.ANEW,
    "data_requests.answer": Resealing.ANEW,
    "data_requests.extension": Resealing.ANEW,
    "data_requests.outcome": Resealing.ANEW,
    "data_requests.what": Resealing.ANEW,
    "data_requests.why": Resealing.ANEW,
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
    "sign_in_codes.address": Resealing.ANEW,
    "signing_keys.sealed_private": Resealing.ANEW,
    "totp.secret": Resealing.ANEW,
    "upstream_journeys.code_verifier": Resealing.ANEW,
    "upstream_journeys.nonce": Resealing.ANEW,
}
LATER = NOW + HOUR
CONTACT = Contact(
    contact_id="m", channel=Channel.EMAIL, address="huong@example.vn", language="vi", verified_at=NOW
)
SENT = PendingCode(
    channel=Channel.PHONE,
    address="+84530000001",
    replaces="",
    language="vi",
    digest=bytes(32),
    tries=0,
    expires_at=LATER,
)
SIGN_IN_CODE = SignInCode(
    interaction_id="i",
    person_id=PersonId("00-director"),
    account="00-director",
    channel=Channel.PHONE,
    address="+84530000001",
    digest=bytes(32),
    tries=0,
    expires_at=LATER,
)
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


@asynccontextmanager
async def open_eras(database_url: str, clock: Clock) -> AsyncIterator[Eras]:
    """Open it as each of them."""
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


def _case(tx: Any, person_id: PersonId) -> None:
    """Put words into a case that was closed, and a link."""
    tx.cases.open(make_case(person_id))
    tx.cases.close("c", "looked at", by="operator:lan", now=NOW)
    link = make_handle(HandleKind.DISPUTE, person_id)
    tx.dispute_links.add(link, person_id, {"notice": "new_device"}, expires_at=LATER)


def _rights(tx: Any, person_id: PersonId) -> None:
    ask(tx, person_id)
    tx.data_requests.answer("q", "soon", by="operator:lan", now=NOW)
    tx.data_requests.extend("q", "long", until=LATER, by="operator:lan", now=NOW)
    tx.data_requests.close("q", RequestState.COMPLETED, "done", by="operator:lan", now=NOW)
    copy = tx.data_copies.ask(person_id, "k", now=NOW, expires_at=LATER)
    assert tx.data_copies.make(copy, b"all", now=NOW, expires_at=LATER)


def words(tx: Any) -> tuple[object, ...]:
    merge, conflict = tx.merges.get("m"), tx.conflicts.get("c")
    request, (waited,) = (
        tx.lock_requests.get("r"),
        tx.connection.exec_driver_sql("SELECT note FROM life_unresolved").one(),
    )
    note = WITHOUT_OLD.open_text(waited, purpose="life-event.note")
    case = tx.cases.get("c")
    (linked,) = tx.connection.exec_driver_sql("SELECT facts FROM dispute_links").one()
    link = WITHOUT_OLD.open_text(linked, purpose="dispute-link.facts")
    of_requests = request.authority, request.letter, request.reason, note
    words_of_case = case.facts, case.outcome, link, tx.desk_cases.get("0000-0000").device
    return merge.letter, merge.before, conflict.facts, *of_requests, *words_of_case


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
        tx.contacts.add(person_id, CONTACT)
        tx.contacts.put_code(person_id, SENT)
        tx.sign_in_codes.put(SIGN_IN_CODE)
        tx.cross_device.begin(make_asked())
        tx.clients.add_secret(client_id, secret)
        tx.organisations.add(make_organisation(scheme=OrganisationScheme.PERSONAL_ID, identifier=NUMBER))
        tx.mandates.lock_principal(organisation(COMPANY))
        tx.mandates.add([replace(make_mandate(person_id), reference="decision 5")])
        tx.mandate_invitations.add(INVITED, Invitee(number=NUMBER, name_fold="nguyen thi hoa"))
        _merge(tx, person_id)
        _lives(tx, person_id)
        _case(tx, person_id)
        tx.desk_cases.add(replace(make_desk_case(person_id), device="quầy 3"), code=None)
        _rights(tx, person_id)
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


async def walk(database: Database[Tx]) -> dict[str, Walked]:
    return {one.table: one for one in await reseal(database, asked_before=LATER)}
