"""Clients and their overlapping secrets."""

from dataclasses import replace
from typing import Any

import pytest

from idp.audit.occasion import Occasion
from idp.clients.model import Client, ClientSecret, Logo
from idp.clients.service import issue_secret
from idp.clock import Clock
from idp.database import Database
from idp.ids import ClientId
from idp.protocol.assurance import Acr
from idp.protocol.facts import LocalLogin, Profile
from idp.protocol.scopes import LegalBasis
from keys.envelope import Vault
from tests.stores.samples import DAY, HOUR, NOW, do, make_client, see


def make_secret(secret_id: str, **changes: Any) -> ClientSecret:
    secret = ClientSecret(secret_id=secret_id, digest=bytes(32), created_at=NOW, expires_at=None)
    return replace(secret, **changes)


async def test_a_client_is_found_as_registered(database: Database[Any]) -> None:
    facts = make_client(
        profile=Profile.FAPI2,
        scopes=frozenset({"openid", "email"}),
        legal_basis={"email": LegalBasis.PUBLIC_TASK},
        default_acr=Acr.SUBSTANTIAL,
        local_login=LocalLogin.DEGRADED,
        backchannel_logout_uri="https://portal.example/bcl",
        default_max_age=600,
    )
    secret = make_secret("s1", digest=b"\x00\xff" * 16, expires_at=NOW + DAY, sealed=b"\x01sealed")

    def store(tx: Any) -> None:
        tx.clients.put(facts, NOW)
        tx.clients.add_secret(facts.client_id, secret)

    await do(database, store)
    expected = Client(facts=facts, secrets=(secret,), created_at=NOW, updated_at=NOW)
    assert await see(database, lambda tx: tx.clients.get(facts.client_id)) == expected
    assert await see(database, lambda tx: tx.clients.all()) == (expected,)


@pytest.mark.parametrize(
    "client_id", ["", "nobody", "portal ", "\x00", "por\x00tal", "\ud800", "' OR 1=1 --"]
)
async def test_what_strangers_call_themselves_finds_nothing(database: Database[Any], client_id: str) -> None:
    await do(database, lambda tx: tx.clients.put(make_client(), NOW))
    assert await see(database, lambda tx: tx.clients.get(ClientId(client_id))) is None


async def test_a_client_replaced_keeps_its_secrets_and_its_first_day(database: Database[Any]) -> None:
    first = make_client()
    second = replace(first, name="Cổng mới", enabled=False)
    secret = make_secret("s1")

    def store(tx: Any) -> None:
        tx.clients.put(first, NOW)
        tx.clients.add_secret(first.client_id, secret)
        tx.clients.put(second, NOW + HOUR)

    await do(database, store)
    assert await see(database, lambda tx: tx.clients.get(first.client_id)) == Client(
        facts=second, secrets=(secret,), created_at=NOW, updated_at=NOW + HOUR
    )


async def test_all_clients_come_in_order_each_with_its_own_secrets_the_oldest_first(
    database: Database[Any],
) -> None:
    older, newer = make_secret("z", created_at=NOW), make_secret("a", created_at=NOW + HOUR)
    others = make_secret("b")

    def store(tx: Any) -> None:
        for client_id in ("warehouse", "portal", "kiosk"):
            tx.clients.put(make_client(client_id), NOW)
        tx.clients.add_secret(ClientId("portal"), newer)
        tx.clients.add_secret(ClientId("portal"), older)
        tx.clients.add_secret(ClientId("warehouse"), others)

    await do(database, store)
    found = await see(database, lambda tx: tx.clients.all())
    assert [(one.facts.client_id, one.secrets) for one in found] == [
        ("kiosk", ()),
        ("portal", (older, newer)),
        ("warehouse", (others,)),
    ]


async def test_a_client_is_disabled_once_and_enabled_once(database: Database[Any]) -> None:
    client_id = make_client().client_id
    await do(database, lambda tx: tx.clients.put(make_client(), NOW))

    def switch(tx: Any) -> list[bool]:
        return [tx.clients.set_enabled(client_id, state, NOW + HOUR) for state in (True, False, False, True)]

    assert await do(database, switch) == [False, True, False, True]
    found = await see(database, lambda tx: tx.clients.get(client_id))
    assert (found.facts.enabled, found.updated_at) == (True, NOW + HOUR)
    assert not await do(database, lambda tx: tx.clients.set_enabled(ClientId("nobody"), False, NOW))


async def test_when_a_secret_is_replaced_the_others_end_soon_but_none_lives_longer(
    database: Database[Any],
) -> None:
    client_id = make_client().client_id
    secrets = (
        make_secret("endless"),
        make_secret("long", expires_at=NOW + 30 * DAY),
        make_secret("short", expires_at=NOW + HOUR),
        make_secret("the new one"),
    )

    def store(tx: Any) -> int:
        tx.clients.put(make_client(), NOW)
        tx.clients.put(make_client("other"), NOW)
        tx.clients.add_secret(ClientId("other"), make_secret("of another"))
        for secret in secrets:
            tx.clients.add_secret(client_id, secret)
        shortened: int = tx.clients.expire_secrets(client_id, NOW + DAY, "the new one")
        return shortened

    assert await do(database, store) == 2
    found = await see(database, lambda tx: tx.clients.get(client_id))
    assert {one.secret_id: one.expires_at for one in found.secrets} == {
        "endless": NOW + DAY,
        "long": NOW + DAY,
        "short": NOW + HOUR,
        "the new one": None,
    }
    other = await see(database, lambda tx: tx.clients.get(ClientId("other")))
    assert other.secrets[0].expires_at is None


async def test_one_secret_ends_at_once_and_is_not_sealed_any_more(database: Database[Any]) -> None:
    client_id = make_client().client_id

    def store(tx: Any) -> None:
        tx.clients.put(make_client(), NOW)
        for secret_id in ("leaked", "kept"):
            tx.clients.add_secret(client_id, make_secret(secret_id, sealed=b"\x01sealed"))

    await do(database, store)

    def end(tx: Any) -> list[bool]:
        given = ((client_id, "leaked"), (client_id, "leaked"), (client_id, "other"), (ClientId("x"), "kept"))
        return [tx.clients.end_secret(one, secret_id, NOW + HOUR) for one, secret_id in given]

    assert await do(database, end) == [True, False, False, False]
    found = await see(database, lambda tx: tx.clients.get(client_id))
    assert {one.secret_id: (one.expires_at, one.sealed) for one in found.secrets} == {
        "leaked": (NOW + HOUR, None),
        "kept": (None, b"\x01sealed"),
    }


async def test_sealed_secrets_are_forgotten_and_their_digests_stay(database: Database[Any]) -> None:
    client_id = make_client().client_id

    def store(tx: Any) -> list[int]:
        tx.clients.put(make_client(), NOW)
        tx.clients.add_secret(client_id, make_secret("one", sealed=b"\x01sealed"))
        tx.clients.add_secret(client_id, make_secret("two"))
        return [tx.clients.forget_sealed(client_id) for _ in range(2)]

    assert await do(database, store) == [1, 0]
    found = await see(database, lambda tx: tx.clients.get(client_id))
    assert [one.sealed for one in found.secrets] == [None, None]
    assert all(one.digest == bytes(32) for one in found.secrets)


def test_a_client_s_secrets_end_with_the_last_of_them() -> None:
    def ends(*secrets: ClientSecret) -> object:
        return Client(facts=make_client(), secrets=secrets, created_at=NOW, updated_at=NOW).secrets_end_at()

    short, long = make_secret("a", expires_at=NOW + HOUR), make_secret("b", expires_at=NOW + DAY)
    assert ends() is None
    assert ends(short, long) == NOW + DAY
    assert ends(short, make_secret("c")) is None


async def test_a_client_removed_is_found_no_more_and_its_id_is_never_given_again(
    database: Database[Any],
) -> None:
    client_id = make_client().client_id

    def remove(tx: Any) -> list[bool]:
        tx.clients.put(make_client(), NOW)
        tx.clients.put(make_client("other"), NOW)
        tx.clients.add_secret(client_id, make_secret("s1"))
        return [tx.clients.remove(client_id, NOW + HOUR) for _ in range(2)]

    assert await do(database, remove) == [True, False]
    assert await see(database, lambda tx: tx.clients.get(client_id)) is None
    assert [one.facts.client_id for one in await see(database, lambda tx: tx.clients.all())] == ["other"]
    assert not await do(database, lambda tx: tx.clients.put(make_client(), NOW + DAY))
    assert not await do(database, lambda tx: tx.clients.set_enabled(client_id, True, NOW + DAY))
    assert await see(database, lambda tx: tx.clients.get(client_id)) is None


async def test_a_client_s_logo_is_found_by_its_digest_until_another_takes_its_place(
    database: Database[Any],
) -> None:
    first, second = (Logo(digest=name * 64, image=name.encode() * 9) for name in "ab")

    def store(tx: Any) -> None:
        for client_id in ("portal", "other"):
            tx.clients.put(make_client(client_id), NOW)
            tx.logos.put(ClientId(client_id), first)
        tx.logos.put(ClientId("portal"), second)

    await do(database, store)
    for logo in (first, second):
        assert await see(database, lambda tx, logo=logo: tx.logos.find(logo.digest)) == logo.image
    await do(database, lambda tx: tx.logos.remove(ClientId("portal")))
    assert await see(database, lambda tx: tx.logos.find(second.digest)) is None
    assert await see(database, lambda tx: tx.logos.find(first.digest)) == first.image


async def test_secrets_that_have_ended_go_when_a_new_one_comes_and_no_id_looks_like_an_option(
    database: Database[Any], vault: Vault, clock: Clock
) -> None:
    client = make_client()
    occasion = Occasion(clock=clock, now=NOW, txn="t")

    def begin(tx: Any) -> None:
        tx.clients.put(client, NOW)
        tx.clients.add_secret(client.client_id, make_secret("ended", expires_at=NOW))
        tx.clients.add_secret(client.client_id, make_secret("going", expires_at=NOW + HOUR))

    def issue(tx: Any) -> list[str]:
        return [
            issue_secret(tx, client.client_id, vault=vault, actor="test", occasion=occasion).secret_id
            for _ in range(40)
        ]

    await do(database, begin)
    issued = [secret_id for _ in range(10) for secret_id in await do(database, issue)]
    found = await see(database, lambda tx: tx.clients.get(client.client_id))
    assert {one.secret_id for one in found.secrets} == {"going", *issued}
    assert not [secret_id for secret_id in issued if secret_id.startswith("-")]
