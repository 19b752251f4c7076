"""Client registration – RFC 7591 §3, OpenID Connect Registration §3; PROTOCOL rule 19."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from idp.audit.events import EventType
from idp.ids import ClientId
from idp.limits.model import Limit, address_key
from idp.protocol.facts import LocalLogin, Profile
from tests.driver import b64decode_json
from tests.federation.fetch_peers import Names
from tests.keys.forge import keys
from tests.registrant import REDIRECT_URI, Registered, invite, register, send
from tests.world import World, open_world


@pytest.fixture
async def world(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(template, tmp_path, registration="token") as world:
        yield world


@pytest.fixture
async def certified(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    """The certification profile, in which registration is open unless told otherwise."""
    async with open_world(
        template, tmp_path, profile="certification", issuer="https://op.test", with_keys=False
    ) as world:
        await world.add_keys("ES256", "RS256")
        yield world


async def _count(world: World) -> int:
    return len(await world.provider.database.read(lambda tx: tx.clients.all()))


async def test_a_registration_by_token_is_answered_as_stored_and_works_at_once(world: World) -> None:
    registered = await register(
        world,
        **{"client_name#en": "Test service"},
        contacts=["ops@rp-d.example"],
        tos_uri="https://rp-d.example/terms",
        scope="openid profile",
    )
    answer = registered.metadata
    assert answer["client_id_issued_at"] == int(world.time().timestamp())
    assert answer["client_secret_expires_at"] == int(world.time().timestamp()) + 365 * 24 * 3600
    assert {
        "client_name": "Dịch vụ thử",
        "client_name#en": "Test service",
        "redirect_uris": [REDIRECT_URI],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "application_type": "web",
        "subject_type": "pairwise",
        "id_token_signed_response_alg": "ES256",
        "scope": "openid profile",
        "contacts": ["ops@rp-d.example"],
        "tos_uri": "https://rp-d.example/terms",
    }.items() <= answer.items()

    rp = registered.rp()
    tokens = await world.tokens(rp, await world.visitor(rp))
    assert (await rp.verify(world.http, tokens["id_token"]))["aud"] == registered.client_id
    events = await world.events(EventType.CLIENT_REGISTERED, EventType.CLIENT_SECRET_ISSUED)
    assert events == [EventType.CLIENT_REGISTERED, EventType.CLIENT_SECRET_ISSUED]


async def test_the_answer_is_json_that_nobody_stores(world: World) -> None:
    response = await send(world, await invite(world))
    assert response.status_code == 201
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"


async def test_a_client_that_registers_itself_is_the_city_s_and_decides_nothing_of_ours(world: World) -> None:
    registered = await register(
        world,
        hpid_profile="oidc",
        hpid_local_login="low",
        hpid_sector="portal",
        client_id="portal",
        enabled=1,
    )
    client = await world.provider.configuration.client(ClientId(registered.client_id))
    assert client is not None
    assert (client.facts.profile, client.facts.local_login) == (Profile.CITY, LocalLogin.NEVER)
    assert client.facts.sector == "host:rp-d.example"
    assert client.facts.legal_basis == {}
    assert registered.client_id != "portal"
    assert not [name for name in registered.metadata if name.startswith("hpid_")]


async def test_two_clients_of_one_host_know_a_person_by_one_name(world: World) -> None:  # Core §8.1
    one, two = (await register(world)).rp(), (await register(world)).rp()
    visitor = await world.visitor(one)
    await world.agree(visitor.person.person_id, two)
    subs = [await one.verify(world.http, (await world.tokens(rp, visitor))["id_token"]) for rp in (one, two)]
    assert subs[0]["sub"] == subs[1]["sub"]


async def test_a_public_client_gets_no_secret(world: World) -> None:
    registered = await register(world, token_endpoint_auth_method="none")
    assert not {"client_secret", "client_secret_expires_at"} & registered.metadata.keys()
    assert (await registered.read()).status_code == 200


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Basic eDp5", "Bearer hp_invite_00x"])
async def test_without_a_token_that_is_good_nobody_registers(world: World, authorization: str | None) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    response = await world.http.post("/register", headers=headers, json={"redirect_uris": [REDIRECT_URI]})
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer ")
    tried = authorization is not None and authorization.startswith("Bearer")
    assert ("error=" in response.headers["www-authenticate"]) is tried, "RFC 6750 §3.1"
    assert await _count(world) == 0


async def test_a_token_is_good_as_often_as_it_says_and_as_long(world: World) -> None:
    token = await invite(world, uses=2)
    assert [(await send(world, token)).status_code for _ in range(3)] == [201, 201, 401]
    token = await invite(world, seconds=60)
    world.time.move(seconds=59)
    assert (await send(world, token)).status_code == 201
    token = await invite(world, seconds=60)
    world.time.move(seconds=60)
    assert (await send(world, token)).json()["error"] == "invalid_token"


async def test_of_many_at_once_as_many_register_as_the_token_says(world: World) -> None:
    token = await invite(world, uses=3)
    answers = await asyncio.gather(*(send(world, token) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [401] * 9
    assert await _count(world) == 3


async def test_what_is_refused_costs_no_use_of_the_token(world: World) -> None:
    token = await invite(world)
    assert (await send(world, token, subject_type="x")).status_code == 400
    assert (await send(world, token)).status_code == 201


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"redirect_uris": ["https://rp-d.example/cb#x"]}, "invalid_redirect_uri"),  # PROTOCOL rule 20
        ({"redirect_uris": ["http://rp-d.example/cb"]}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": "https://rp-d.example/cb"}, "invalid_redirect_uri"),
        ({"redirect_uris": None}, "invalid_redirect_uri"),
        ({"logo_uri": "javascript:alert(1)"}, "invalid_client_metadata"),
        ({"client_name": "a\u202eb"}, "invalid_client_metadata"),
        ({"scope": "openid vn.id_number"}, "invalid_client_metadata"),
        ({"scope": "profile"}, "invalid_client_metadata"),
        ({"grant_types": ["password"]}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"id_token_signed_response_alg": "RS256"}, "invalid_client_metadata"),  # no key of it here
        ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata"),
        ({"jwks_uri": "https://127.0.0.1/jwks"}, "invalid_client_metadata"),
    ],
    ids=str,
)
async def test_what_we_do_not_serve_is_refused_by_the_error_of_the_rfc(
    world: World, members: dict[str, Any], error: str
) -> None:  # RFC 7591 §3.2.2
    response = await send(world, await invite(world), **members)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert response.json()["error_description"].startswith(f"{next(iter(members))}: ")
    assert "www-authenticate" not in response.headers
    assert await _count(world) == 0


async def test_what_a_client_says_of_its_signed_requests_is_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:  # Registration §2, RFC 9101 §10.5
    monkeypatch.setattr(world.provider.registration_fetcher, "_resolve", Names(("93.184.215.14",)))
    members = {
        "request_uris": ["https://rp-d.example/requests/1.jwt#v1"],
        "request_object_signing_alg": "ES256",
        "require_signed_request_object": True,
    }
    token = await invite(world)
    refused = await send(world, token, **members)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")
    assert refused.json()["error_description"].startswith("jwks: ")
    answer = (await send(world, token, **members, jwks={"keys": [keys()["p256"].jwk]})).json()
    assert {name: answer[name] for name in members} == members


SEVERAL = [REDIRECT_URI, "https://other.example/cb"]


async def test_pairwise_subjects_for_several_hosts_need_somebody_who_vouches_for_them(world: World) -> None:
    refused = (
        await send(world, await invite(world), redirect_uris=SEVERAL, subject_type="pairwise")
    ).json()  # Core §8.1
    assert refused["error"] == "invalid_client_metadata"
    assert refused["error_description"].startswith("sector_identifier_uri: ")


async def test_who_has_several_hosts_and_says_nothing_of_subjects_shares_them_with_nobody(
    world: World,
) -> None:
    answer = (await send(world, await invite(world), redirect_uris=SEVERAL)).json()
    registered = Registered(world.http, answer)
    assert answer["subject_type"] == "pairwise"  # RFC 7591 §3.2.1: what was registered
    assert await _sector_of(world, registered.client_id) == registered.client_id
    echoed = await registered.replace(redirect_uris=SEVERAL, subject_type="pairwise")  # RFC 7592 §2.2
    assert echoed.status_code == 200
    assert await _sector_of(world, registered.client_id) == registered.client_id


async def test_another_host_joins_no_sector_of_a_host_unvouched(world: World) -> None:
    registered = Registered(world.http, (await send(world, await invite(world))).json())
    refused = await registered.replace(redirect_uris=SEVERAL)
    assert refused.json()["error_description"].startswith("redirect_uris: another host")
    assert await _sector_of(world, registered.client_id) == "host:rp-d.example"


async def _sector_of(world: World, client_id: str) -> str:
    client = await world.provider.configuration.client(ClientId(client_id))
    assert client is not None
    return client.facts.sector


async def test_without_a_scope_a_client_gets_those_its_token_allows(world: World) -> None:
    response = await send(world, await invite(world, "openid email"))
    assert response.json()["scope"] == "email openid"


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"[]", 400),
        ("application/json", b"{", 400),
        ("application/json", b'{"redirect_uris": [], "redirect_uris": []}', 400),
        ("application/json", b'{"client_name": "\\u0000"}', 400),
        ("application/json", b"\xff", 400),
        ("application/json", b"[" * 30_000, 400),
        ("application/json", b"{}", 400),
        ("application/x-www-form-urlencoded", b"redirect_uris=x", 415),
        ("text/plain", b"{}", 415),
    ],
    ids=str,
)
async def test_the_body_is_one_json_object(world: World, content_type: str, body: bytes, status: int) -> None:
    headers = {"authorization": f"Bearer {await invite(world)}", "content-type": content_type}
    response = await world.http.post("/register", headers=headers, content=body)
    assert response.status_code == status
    assert response.json()["error"] in {"invalid_request", "invalid_redirect_uri"}


async def test_registration_is_off_unless_an_operator_wants_it(template: Path, tmp_path: Path) -> None:
    async with open_world(template, tmp_path) as world:
        token = await invite(world)
        assert (await send(world, token)).status_code == 404
        stranger = Registered(world.http, {"registration_client_uri": "/register?client_id=rp-c",
                                           "client_id": "rp-c", "registration_access_token": token})  # fmt: skip
        for answer in (await stranger.read(), await stranger.replace(), await stranger.remove()):
            assert answer.status_code == 404
        document = (await world.http.get("/.well-known/openid-configuration")).json()
        assert "registration_endpoint" not in document


async def test_discovery_names_the_endpoint_where_it_is_on(world: World) -> None:
    document = (await world.http.get("/.well-known/openid-configuration")).json()
    assert urlsplit(document["registration_endpoint"]).path == "/register"
    assert (await world.http.post(document["registration_endpoint"])).status_code == 401


async def test_in_certification_anybody_registers_a_client_of_the_oidc_profile(certified: World) -> None:
    response = await send(certified, None)
    assert response.status_code == 201
    answer = response.json()
    assert answer["client_secret_expires_at"] == 0
    assert answer["id_token_signed_response_alg"] == "RS256"
    assert answer["scope"].split() == ["address", "email", "offline_access", "openid", "phone", "profile"]
    client = await certified.provider.configuration.client(ClientId(answer["client_id"]))
    assert client is not None
    assert (client.facts.profile, client.facts.local_login) == (Profile.OIDC, LocalLogin.LOW)
    assert (await send(certified, None, scope="openid vn.id_number")).status_code == 400


async def test_in_certification_a_token_that_is_wrong_is_still_wrong(certified: World) -> None:
    assert (await send(certified, "hp_invite_00x")).status_code == 401


async def test_who_registers_without_end_has_to_wait(certified: World) -> None:
    counter = (Limit.REGISTRATIONS, address_key("127.0.0.1"))
    for _ in range(Limit.REGISTRATIONS.value.most - 1):
        await certified.provider.limits.count(counter, now=certified.time())
    assert [(await send(certified, None)).status_code for _ in range(2)] == [201, 429]
    certified.time.move(hours=1)
    assert (await send(certified, None)).status_code == 201


async def test_an_application_on_this_machine_registers_both_of_its_addresses(world: World) -> None:
    """It listens on IPv4 or IPv6, whichever there is (RFC 8252 §7.3); the machine is one host."""
    both = ["http://127.0.0.1/cb", "http://[::1]/cb"]
    registered = await register(
        world, application_type="native", token_endpoint_auth_method="none", redirect_uris=both
    )
    rp = registered.rp()
    visitor = await world.visitor(rp)
    for address in ("http://127.0.0.1:51000/cb", "http://[::1]:51001/cb"):
        page = await visitor.browser.get(rp.authorize_url(redirect_uri=address))
        assert page.left_for is not None
        assert page.left_for.startswith(f"{address}?code=")
    response = await send(
        world,
        await invite(world),
        application_type="native",
        subject_type="pairwise",
        redirect_uris=[both[0], "https://app.example/cb"],
    )
    assert response.json()["error_description"].startswith("sector_identifier_uri: needed")


async def test_a_client_is_told_how_introspection_will_be_signed_for_it(world: World) -> None:
    """RFC 9701 §6 names RS256 where nothing is registered: what else we take must be said (RFC 7591 §3.2.1)."""
    registered = await register(world)
    rp = registered.rp()
    token = (await world.tokens(rp, await world.visitor(rp)))["access_token"]
    accept = {"accept": "application/token-introspection+jwt"}
    signed = (await rp.post(world.http, "/introspect", accept, token=token)).text
    told = registered.metadata["introspection_signed_response_alg"]
    assert b64decode_json(signed.partition(".")[0])["alg"] == told == "ES256"
    read = (await registered.read()).json()
    assert read["introspection_signed_response_alg"] == told
    public = await register(world, token_endpoint_auth_method="none")
    assert "introspection_signed_response_alg" not in public.metadata, "it introspects nothing"
