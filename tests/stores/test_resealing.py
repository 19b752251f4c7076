"""Everything sealed moves to a new version of the master key (DESIGN 5.10, SECURITY R27).

Each column is filled by its own store under the first version and read again under the second, where the first is
another key: what still needed it could not be read.
"""

from collections.abc import AsyncIterator

import pytest

from idp.clock import Clock
from idp.database import Resealing
from idp.ids import ClientId
from idp.merges.model import Before
from idp.messages.model import Channel
from idp.organisations.model import OrganisationScheme
from idp.people.model import IdentifierScheme
from idp.resealing.service import WITH_LOOKUP
from idp.resealing.store import key_of, sealed_columns, walked_tables
from idp.transaction import Tx
from keys.keyring import Keyring
from tests.stores.outbox_samples import message
from tests.stores.resealing_samples import (
    COLUMNS,
    CONTACT,
    INVITED,
    NUMBER,
    SENT,
    SIGN_IN_CODE,
    WITHOUT_OLD,
    Eras,
    Filled,
    fill,
    open_eras,
    walk,
    words,
)
from tests.stores.samples import (
    MINUTE,
    NOW,
    do,
    make_person,
    see,
)
from tests.stores.test_interactions import make_journey
from tests.stores.test_pushed_requests import PORTAL, REQUEST


@pytest.fixture
async def eras(database_url: str, clock: Clock) -> AsyncIterator[Eras]:
    async with open_eras(database_url, clock) as eras:
        yield eras


def test_every_sealed_column_says_what_becomes_of_it() -> None:
    """A new one must be named here, and `fill` must fill it."""
    assert {
        f"{column.table.name}.{column.name}": kind.resealing for column, kind in sealed_columns()
    } == COLUMNS


def test_every_table_with_a_look_up_has_what_moves_its_rows() -> None:
    assert WITH_LOOKUP.keys() == {table for table, with_lookup in walked_tables().items() if with_lookup}


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
            "contacts": tx.contacts.of_person(person_id),
            "sent": tx.contacts.pending(person_id, Channel.PHONE, NOW),
            "sign_in": tx.sign_in_codes.find("i", NOW),
            "passkeys": [one.name for one in tx.passkeys.of_person(person_id)],
            "secret": WITHOUT_OLD.open_text(sealed, purpose="client.secret"),
            "mandates": [one.reference for one in tx.mandates.of_delegate(person_id)],
            "invited": tx.mandate_invitations.get("i"),
            "merge": words(tx),
            "organisation": tx.organisations.find(OrganisationScheme.PERSONAL_ID, NUMBER) is not None,
            "keys": len(Keyring(WITHOUT_OLD, tx.signing_keys.all(), now=lambda: NOW).public_jwks()["keys"]),
        }

    assert await see(eras.without_old, read) == {
        "person": filled.me.person,
        "totp": "JBSWY3DPEHPK3PXP",
        "contacts": (CONTACT,),
        "sent": SENT,
        "sign_in": SIGN_IN_CODE,
        "passkeys": ["Điện thoại"],
        "secret": "a" * 32,
        "mandates": ["decision 5"],
        "invited": INVITED,
        "merge": (
            *("12/CAHP", Before(profile="{}", account_level=2), {"fields": "name"}),
            *("a court", "9/TA", "no ground", "looked at"),
            *({"event_id": "e"}, "looked at", '{"notice": "new_device"}', "quầy 3"),
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
