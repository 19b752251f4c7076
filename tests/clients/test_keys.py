"""The clients' keys: by value or fetched, held, asked for again with restraint, and never somebody's outage."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from federation.fetch import Fetcher
from idp.clients import keys as client_keys_module
from idp.clients.keys import ClientKeys
from idp.clock import Clock
from keys.jose import InvalidJwt, Purpose, UnknownKey
from keys.public_keys import MOST_KEYS, NO_KEYS
from tests import make
from tests.clients.jwks_server import JwksServer, client_keys, jwks_server
from tests.keys.forge import key_set, keys
from tests.world import MovableTime

ASSERTION = Purpose.CLIENT_ASSERTION


@pytest.fixture
def time() -> MovableTime:
    return MovableTime()


@pytest.fixture
async def server() -> AsyncIterator[JwksServer]:
    async with jwks_server() as server:
        yield server


@pytest.fixture
async def known(server: JwksServer, time: MovableTime) -> AsyncIterator[ClientKeys]:
    async with client_keys(server, time) as known:
        yield known


def shows(server: JwksServer, *names: str) -> None:
    server.jwks = {"keys": [keys()[name].jwk for name in names]}


async def verifies(known: ClientKeys, server: JwksServer, name: str) -> bool:
    try:
        await known.verify(server.client(), keys()[name].token(), purpose=ASSERTION)
    except InvalidJwt:
        return False
    return True


async def test_keys_by_value_verify_without_asking_anybody() -> None:
    client = make.client(jwks=json.dumps(key_set()))
    known = ClientKeys(Fetcher(), Clock())
    for key in keys().values():
        await known.verify(client, key.token(), purpose=ASSERTION)
    with pytest.raises(UnknownKey):
        await known.verify(client, keys()["p256"].token(kid="other"), purpose=ASSERTION)
    assert [key.kid for key in (await known.of(client)).signing.keys] == list(keys())


@pytest.mark.parametrize("jwks", [None, "no JSON", "[]", '{"keys": 1}'])
async def test_a_client_without_usable_keys_has_none(jwks: str | None) -> None:
    assert await ClientKeys(Fetcher(), Clock()).of(make.client(jwks=jwks)) is NO_KEYS


@pytest.mark.network
async def test_a_fetched_set_is_held_for_ten_minutes(
    known: ClientKeys, server: JwksServer, time: MovableTime
) -> None:
    assert all([await verifies(known, server, "p256") for _ in range(5)])
    time.move(minutes=9, seconds=59)
    assert await verifies(known, server, "p256")
    assert server.asked == 1
    assert server.peer.requests[0].startswith(b"GET /jwks HTTP/1.1\r\n")
    shows(server, "rsa")
    time.move(seconds=1)
    assert not await verifies(known, server, "p256")  # taken off: refused within ten minutes
    assert await verifies(known, server, "rsa")
    assert server.asked == 2


@pytest.mark.network
async def test_an_unknown_kid_asks_again_but_at_most_once_in_30_seconds(
    known: ClientKeys, server: JwksServer, time: MovableTime
) -> None:  # Core §10.1.1
    assert await verifies(known, server, "p256")
    time.move(seconds=30)
    shows(server, "p256", "rsa")
    assert await verifies(known, server, "rsa")
    assert server.asked == 2
    for _ in range(20):
        assert not await verifies(known, server, "ed")
    time.move(seconds=29)
    assert not await verifies(known, server, "ed")
    assert server.asked == 2
    time.move(seconds=1)
    assert not await verifies(known, server, "ed")
    assert server.asked == 3


@pytest.mark.network
async def test_a_clock_that_was_set_back_is_not_waited_for(
    known: ClientKeys, server: JwksServer, time: MovableTime
) -> None:
    assert await verifies(known, server, "p256")
    time.move(hours=-5)
    shows(server, "rsa")
    assert not await verifies(known, server, "p256")
    assert await verifies(known, server, "rsa")
    assert server.asked == 2


@pytest.mark.network
async def test_a_wrong_signature_under_a_known_kid_asks_nobody(known: ClientKeys, server: JwksServer) -> None:
    assert await verifies(known, server, "p256")
    for _ in range(5):
        with pytest.raises(InvalidJwt):
            await known.verify(server.client(), keys()["p256"].token()[:-8] + "AAAAAAAA", purpose=ASSERTION)
    assert server.asked == 1


@pytest.mark.network
@pytest.mark.parametrize(
    ("status", "jwks"),
    [(500, {}), (404, {}), (302, {}), (200, b"no JSON"), (200, {"keys": 1}), (200, b"x" * 70_000)],
)
async def test_while_the_server_is_wrong_the_last_set_serves_for_a_day(
    known: ClientKeys, server: JwksServer, time: MovableTime, status: int, jwks: object
) -> None:
    assert await verifies(known, server, "p256")
    server.status, server.jwks = status, jwks
    time.move(hours=23, minutes=59)
    assert await verifies(known, server, "p256")
    assert server.asked == 2
    time.move(minutes=1)
    assert not await verifies(known, server, "p256")


@pytest.mark.network
async def test_an_absent_server_is_not_asked_by_every_request(
    known: ClientKeys, server: JwksServer, time: MovableTime
) -> None:
    server.status = 500
    for _ in range(10):
        assert not await verifies(known, server, "p256")
    assert server.asked == 1
    server.status = 200
    time.move(seconds=5)  # nothing is held: a short pause
    assert await verifies(known, server, "p256")


@pytest.mark.network
async def test_many_at_once_make_one_request(known: ClientKeys, server: JwksServer) -> None:
    server.open.clear()
    waiting = [asyncio.create_task(verifies(known, server, "p256")) for _ in range(16)]
    await server.was_asked.wait()
    waiting[0].cancel()  # the one that began it gives up
    server.open.set()
    assert all(await asyncio.gather(*waiting[1:]))
    assert server.asked == 1


@pytest.mark.network
async def test_a_slow_server_is_waited_for_no_longer_than_allowed(
    server: JwksServer, time: MovableTime
) -> None:
    async with client_keys(server, time, longest_fetch=0.2) as known:
        assert await verifies(known, server, "p256")
        server.open.clear()
        time.move(minutes=11)
        async with asyncio.timeout(5):
            assert await verifies(known, server, "p256")  # the held set serves


@pytest.mark.network
async def test_while_one_waits_for_a_stale_set_others_go_on_with_it(
    known: ClientKeys, server: JwksServer, time: MovableTime
) -> None:
    assert await verifies(known, server, "p256")
    server.open.clear()
    server.was_asked.clear()
    time.move(minutes=11)
    first = asyncio.create_task(verifies(known, server, "p256"))
    await server.was_asked.wait()
    async with asyncio.timeout(1):
        assert await verifies(known, server, "p256")
    server.open.set()
    assert await first


@pytest.mark.network
async def test_a_moved_jwks_uri_forgets_what_the_old_one_said(known: ClientKeys, server: JwksServer) -> None:
    assert await verifies(known, server, "p256")
    shows(server, "rsa")
    moved = server.client(jwks_uri=server.uri + "/new")
    with pytest.raises(UnknownKey):
        await known.verify(moved, keys()["p256"].token(), purpose=ASSERTION)
    await known.verify(moved, keys()["rsa"].token(), purpose=ASSERTION)


@pytest.mark.network
async def test_keys_of_one_client_are_no_other_clients(known: ClientKeys, server: JwksServer) -> None:
    assert await verifies(known, server, "p256")
    shows(server, "rsa")
    with pytest.raises(UnknownKey):
        await known.verify(server.client(client_id="other"), keys()["p256"].token(), purpose=ASSERTION)


@pytest.mark.network
async def test_only_so_many_clients_are_remembered(
    known: ClientKeys, server: JwksServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_keys_module, "_MOST_CLIENTS", 3)
    for number in range(5):
        await known.of(server.client(client_id=f"client-{number}"))
    assert list(known._copies) == ["client-2", "client-3", "client-4"]


@pytest.mark.network
async def test_a_set_of_too_many_keys_is_not_read(known: ClientKeys, server: JwksServer) -> None:
    one = keys()["p256"].jwk
    server.jwks = {"keys": [{**one, "kid": f"k{number}"} for number in range(MOST_KEYS + 1)]}
    assert await known.of(server.client()) is NO_KEYS


@pytest.mark.network
async def test_a_private_key_shown_to_the_world_verifies_nothing(
    known: ClientKeys, server: JwksServer
) -> None:
    server.jwks = {"keys": [{**keys()["p256"].jwk, "d": "AAAA"}]}
    assert not await verifies(known, server, "p256")


@pytest.mark.network
async def test_a_jwks_uri_inside_our_network_is_never_called(server: JwksServer, time: MovableTime) -> None:
    async with client_keys(server, time) as known:
        for uri in (
            "https://10.0.0.1/jwks",
            "http://127.0.0.1:1/jwks",
            "https://localhost/jwks",
            "file:///etc/passwd",
        ):
            assert await known.of(server.client(client_id=uri, jwks_uri=uri)) is NO_KEYS
    assert server.asked == 0


@pytest.mark.network
async def test_the_key_to_encrypt_to_comes_from_the_same_set(known: ClientKeys, server: JwksServer) -> None:
    for_us = {**keys()["rsa"].jwk, "kid": "enc", "use": "enc"}
    server.jwks = {"keys": [keys()["p256"].jwk, for_us]}
    key = await known.encryption_key(server.client(), alg="RSA-OAEP-256")
    assert key is not None
    assert key.kid == "enc"
    assert await known.encryption_key(server.client(), alg="ECDH-ES") is None  # p256 says use=sig
    assert server.asked == 1
