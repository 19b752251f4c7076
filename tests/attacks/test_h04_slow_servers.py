"""H04: servers that registrations or requests name, and that never answer, hold up nobody else who signs in.

What either makes us ask has connections and threads of its own: however many ask at once, the national system,
the clients' keys and the sign-outs find room.
"""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from idp.protocol.client_assertion import ASSERTION_TYPE
from tests.clients.document_server import document_server
from tests.federation.fetch_peers import serving
from tests.keys.forge import keys
from tests.registrant import invite, send
from tests.request_objects import request_signer
from tests.world import open_world

pytestmark = pytest.mark.network
_AT_ONCE = 120
"""More than one fetcher has connections for."""
_PLACES, _MORE_THAN_ALL_PLACES = 64, 70
"""HPID_MOST_REQUESTS of the node here, and more."""
_WAIT_FOR_ONE_CLIENT = 4
_SOON = 4.0
"""Seconds; whoever waits for what never answers waits for twice as long."""


async def test_h04_registrations_at_a_silent_server_leave_room_for_all_other_calls(
    template: Path, tmp_path: Path
) -> None:
    async with (
        document_server() as hostile,
        serving() as national,
        open_world(
            template, tmp_path, registration="token", loopback_origins=(hostile.peer.origin, national.origin)
        ) as world,
    ):
        hostile.open.clear()
        token = await invite(world)
        held = [
            asyncio.create_task(send(world, token, logo_uri=f"{hostile.peer.origin}/{n}"))
            for n in range(_AT_ONCE)
        ]
        try:
            async with asyncio.timeout(30):
                seen = -1
                while not seen or len(hostile.peer.connections) > seen:
                    seen = len(hostile.peer.connections)
                    await asyncio.sleep(0.5)
            answer = await asyncio.wait_for(world.provider.fetcher.get(national.origin), _SOON)
            assert answer.status == 200
            assert 0 < len(hostile.peer.connections) <= _AT_ONCE / 10
        finally:
            hostile.open.set()
            await asyncio.gather(*held, return_exceptions=True)


async def test_h04_request_objects_at_a_silent_server_keep_their_own_client_waiting_and_no_other(
    template: Path, tmp_path: Path
) -> None:
    """Anybody may name a registered address, from as many browsers as they like (RFC 9101 §10.4)."""
    async with (
        document_server() as hostile,
        document_server() as other,
        open_world(
            template,
            tmp_path,
            loopback_origins=(hostile.peer.origin, other.peer.origin),
            most_requests=_PLACES,
        ) as world,
    ):
        hostile.open.clear()
        slow = await request_signer(world, "client-m", request_uris=(f"{hostile.peer.origin}/r",))
        signer = await request_signer(world, request_uris=(other.uri,))
        other.body = signer.token(world.time()).encode()
        named = slow.url_of(f"{hostile.peer.origin}/r")
        held = [asyncio.create_task(world.http.get(named)) for _ in range(_MORE_THAN_ALL_PLACES)]
        try:
            async with asyncio.timeout(_SOON):
                await asyncio.sleep(0.5)
                page = await world.browser().get(signer.url_of(other.uri))
            assert "page-sign-in" in page.ids
            assert sum(not one.done() for one in held) == _WAIT_FOR_ONE_CLIENT
            assert len(hostile.peer.connections) == 4
        finally:
            hostile.open.set()
            answers = await asyncio.gather(*held)
        told = Counter(answer.status_code for answer in answers)
        assert told == {400: _WAIT_FOR_ONE_CLIENT, 503: _MORE_THAN_ALL_PLACES - _WAIT_FOR_ONE_CLIENT}


async def test_h04_assertions_of_a_client_whose_keys_never_come_leave_the_places_to_others(
    template: Path, tmp_path: Path
) -> None:
    """Anybody may claim to be a registered client: whoever does waits for that client's server (Core §10.1.1)."""
    async with (
        document_server() as hostile,
        open_world(
            template, tmp_path, loopback_origins=(hostile.peer.origin,), most_requests=_PLACES
        ) as world,
    ):
        hostile.open.clear()
        uri = f"{hostile.peer.origin}/k"
        await world.client("client-m", token_endpoint_auth_method="private_key_jwt", jwks_uri=uri)
        now = int(world.time().timestamp())
        claims = {"iss": "client-m", "sub": "client-m", "aud": world.issuer, "exp": now + 60, "jti": "j"}
        form = {
            "grant_type": "authorization_code",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": keys()["p256"].token(claims),
        }
        held = [
            asyncio.create_task(world.http.post("/token", data=form)) for _ in range(_MORE_THAN_ALL_PLACES)
        ]
        try:
            async with asyncio.timeout(_SOON):
                await asyncio.sleep(0.5)
                assert (await world.http.get("/sign-in")).status_code == 400
            assert sum(not one.done() for one in held) == _WAIT_FOR_ONE_CLIENT
            assert len(hostile.peer.connections) <= 1
        finally:
            hostile.open.set()
            answers = await asyncio.gather(*held)
        told = Counter(answer.status_code for answer in answers)
        assert told == {401: _WAIT_FOR_ONE_CLIENT, 503: _MORE_THAN_ALL_PLACES - _WAIT_FOR_ONE_CLIENT}
