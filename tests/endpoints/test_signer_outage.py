"""While the device that signs is away or lies, tokens are a 503 and nothing is spent – SECURITY R26, I4, I6, I8."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.signing_keys.jobs import erase_keys
from idp.signing_keys.service import announce_key
from idp.transaction import Tx
from keys.pkcs11 import connection as connecting
from keys.pkcs11 import signer as signing_keys
from keys.rotation import KeyRecord
from tests.driver import RelyingParty
from tests.softhsm import Fault, fault_in, new_token
from tests.world import Visitor, World, open_world

Request = Callable[[], Awaitable[httpx.Response]]


@pytest.fixture
def signing() -> Iterator[Fault]:
    with fault_in("C_Sign") as fault:
        yield fault


@pytest.fixture
def destroying() -> Iterator[Fault]:
    with fault_in("C_DestroyObject") as fault:
        yield fault


@pytest.fixture
async def world(
    template: Path, tmp_path: Path, signing: Fault, destroying: Fault, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """A provider whose keys lie in a device."""
    monkeypatch.setattr(connecting, "_FIRST_PAUSE", 0.0)
    monkeypatch.setattr(connecting, "_LONGEST_PAUSE", 0.0)
    monkeypatch.setattr(signing_keys, "_FRESH_SECONDS", 0.0)
    with new_token(tmp_path / "softhsm") as token:
        settings: dict[str, Any] = {**token.settings, "pkcs11_time_limit": 0.5}
        async with open_world(template, tmp_path, **settings) as world:
            yield world


async def assert_unavailable(ask: Request) -> None:
    response = await ask()
    assert (response.status_code, response.json()["error"]) == (503, "temporarily_unavailable")
    assert response.headers["retry-after"]


async def outages(world: World, signing: Fault, ask: Request) -> AsyncIterator[None]:
    """Ask during an error, a lie and a hang of the module; each has ended when the next begins."""
    signing.fail()
    await assert_unavailable(ask)
    assert await world.readiness() == (503, "a signing key can't sign")
    yield
    signing.lie()
    await assert_unavailable(ask)
    yield
    released = signing.hang()
    await assert_unavailable(ask)
    signing.work()
    released.set()
    async with asyncio.timeout(10):
        while (await world.readiness())[0] != 200:  # noqa: ASYNC110 - the device says nothing of itself
            await asyncio.sleep(0.02)
    yield


async def test_a_code_survives_every_outage_and_is_good_once_afterwards(
    world: World, rp: RelyingParty, alice: Visitor, signing: Fault
) -> None:
    code = await alice.code(rp)
    before = await world.events()
    async for _ in outages(world, signing, lambda: rp.redeem(world.http, code)):
        assert await world.events() == before
    assert await world.readiness() == (200, "ready")
    response = await rp.redeem(world.http, code)
    assert response.status_code == 200, response.json()
    await rp.verify(world.http, response.json()["id_token"])
    assert (await rp.redeem(world.http, code)).json()["error"] == "invalid_grant"


async def test_a_refresh_token_survives_every_outage_and_its_family_goes_on(
    world: World, rp: RelyingParty, alice: Visitor, signing: Fault
) -> None:
    refresh_token = (await world.tokens(rp, alice))["refresh_token"]
    async for _ in outages(world, signing, lambda: rp.refresh(world.http, refresh_token)):
        world.time.move(minutes=2)  # longer than a retry would be forgiven
    refreshed = (await rp.refresh(world.http, refresh_token)).json()
    assert refreshed["refresh_token"] != refresh_token
    assert (await world.userinfo(refreshed["access_token"])).status_code == 200


async def test_what_was_signed_is_read_and_the_keys_are_published_meanwhile(
    world: World, rp: RelyingParty, alice: Visitor, signing: Fault
) -> None:
    tokens = await world.tokens(rp, alice)
    published = (await world.http.get("/jwks")).json()
    signing.fail()
    assert (await world.http.get("/jwks")).json() == published
    assert (await world.userinfo(tokens["access_token"])).status_code == 200
    assert (await world.http.get("/.well-known/openid-configuration")).status_code == 200


async def test_a_key_in_a_device_is_erased_there_before_its_record_is_wiped(
    world: World, destroying: Fault
) -> None:
    provider, life = world.provider, world.provider.settings.life
    record = await provider.keyring.make_record("ES256", world.time())

    def announce(tx: Tx) -> Done[KeyRecord]:
        publish_for = life.key_publish
        return Done(
            announce_key(tx, record, publish_for=publish_for, life=life, actor="x", occasion=world.occasion)
        )

    async def erase() -> int:
        return await erase_keys(provider.database, provider.keyring, world.occasion)

    await world.write(announce)
    world.time.move(days=life.session_low.days + 1)
    destroying.fail()
    assert await erase() == 0
    assert await world.events(EventType.KEY_ERASED) == []
    destroying.work()
    assert await erase() == 1
    assert await erase() == 0
    assert await world.events(EventType.KEY_ERASED) == ["key:erased"]
    records = await provider.database.read(lambda tx: tx.signing_keys.all())
    old, new = sorted(records, key=lambda one: one.erased_at is None)
    assert (old.sealed_private, old.erased_at, new.kid) == (b"", world.time(), record.kid)
    assert set(provider.keyring.places()) == {record.kid}
    assert destroying.calls >= 4, "both halves, after two failures"
    await provider.keyring.check()
