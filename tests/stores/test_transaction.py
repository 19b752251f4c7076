"""Tx: every store on one connection, so that state, event and message commit together or not at all."""

import pytest

from idp.audit import jobs
from idp.database import Database, Done, Refused
from idp.transaction import Tx
from tests.stores.outbox_samples import message
from tests.stores.samples import do
from tests.stores.test_audit import event

STORES = (
    *(
        "people",
        "passwords",
        "totp",
        "attempts",
        "links",
        "sessions",
        "interactions",
        "clients",
        "codes",
        "grants",
    ),
    *(
        "refresh_tokens",
        "revoked_tokens",
        "subjects",
        "consents",
        "upstreams",
        "signing_keys",
        "configuration",
    ),
    *("audit", "outbox"),
)


def change_everything(tx: Tx) -> int:
    tx.audit.add(event(1))
    tx.outbox.add([message("m1")])
    return tx.configuration.raise_version()


async def seen(database: Database[Tx]) -> tuple[int, int, int]:
    numbered = await jobs.sequence(database)
    version, messages = await database.read(
        lambda tx: (tx.configuration.version(), tx.deliveries.of_logouts(("l1",), 9))
    )
    return numbered, version, len(messages)


async def test_every_store_is_there_and_is_made_once(database: Database[Tx]) -> None:
    def look(tx: Tx) -> list[str]:
        return [name for name in STORES if getattr(tx, name) is getattr(tx, name)]

    assert await do(database, look) == list(STORES)


async def test_state_event_and_message_commit_together(database: Database[Tx]) -> None:
    await do(database, change_everything)
    assert await seen(database) == (1, 2, 1)


async def test_a_refusal_keeps_them_all(database: Database[Tx]) -> None:
    def refuse(tx: Tx) -> Refused:
        change_everything(tx)
        return Refused(PermissionError("replayed"))

    outcome: Done[None] | Refused = await database.transact(refuse)
    assert isinstance(outcome, Refused)
    assert await seen(database) == (1, 2, 1)


async def test_an_exception_keeps_none_of_them(database: Database[Tx]) -> None:
    def fail(tx: Tx) -> Done[None]:
        change_everything(tx)
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        await database.transact(fail)
    assert await seen(database) == (0, 1, 0)
