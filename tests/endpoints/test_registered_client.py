"""A registration governed by its client – RFC 7592, OpenID Connect Registration §4; PROTOCOL rules 19, 25."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.clients.service import put_client
from idp.database import Done
from idp.ids import ClientId
from idp.protocol.facts import ClientFacts, Profile
from idp.protocol.scopes import LegalBasis
from idp.transaction import Tx
from tests.registrant import REDIRECT_URI, Registered, register
from tests.world import World, open_world

SECRETS = {"client_secret", "client_secret_expires_at"}


@pytest.fixture
async def world(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(template, tmp_path, registration="token") as world:
        yield world


async def _facts(world: World, registered: Registered) -> ClientFacts:
    client = await world.provider.configuration.client(ClientId(registered.client_id))
    assert client is not None
    return client.facts


async def _is_believed(world: World, registered: Registered, secret: str | None) -> bool:
    rp = replace(registered.rp(), client_secret=secret)
    return bool((await rp.redeem(world.http, "none")).json()["error"] == "invalid_grant")


async def test_a_client_reads_what_is_registered_but_never_its_secret(world: World) -> None:  # §2.1
    registered = await register(world, initiate_login_uri="https://rp-d.example/begin")
    response = await registered.read()
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        name: value for name, value in registered.metadata.items() if name not in SECRETS
    }
    assert response.json()["initiate_login_uri"] == "https://rp-d.example/begin"


async def test_a_client_replaces_its_whole_registration(world: World) -> None:  # §2.2
    registered = await register(world, contacts=["a@rp-d.example"], tos_uri="https://rp-d.example/tos")
    response = await registered.replace(
        client_name="Tên mới", redirect_uris=["https://rp-d.example/new"], default_max_age=60, contacts=None
    )
    assert response.status_code == 200
    answer = response.json()
    assert answer["client_name"] == "Tên mới"
    assert answer["redirect_uris"] == ["https://rp-d.example/new"]
    assert answer["default_max_age"] == 60
    assert not {"contacts", "tos_uri", *SECRETS} & answer.keys()
    for name in ("client_id", "client_id_issued_at", "registration_access_token", "registration_client_uri"):
        assert answer[name] == registered.metadata[name]
    assert (await registered.read()).json() == answer
    assert await _is_believed(world, registered, registered.metadata["client_secret"])
    assert (await registered.replace()).json()["client_name"] == registered.client_id
    assert len(await world.events(EventType.CLIENT_REGISTERED)) == 3


@pytest.mark.parametrize(
    ("members", "error", "named"),
    [
        ({"client_id": "another"}, "invalid_client_metadata", "client_id"),
        ({"client_id": ...}, "invalid_client_metadata", "client_id"),
        ({"client_secret": "my-own-choice-of-a-secret"}, "invalid_client_metadata", "client_secret"),
        ({"client_secret": None}, "invalid_client_metadata", "client_secret"),
        ({"registration_access_token": "x"}, "invalid_client_metadata", "registration_access_token"),
        ({"registration_client_uri": "x"}, "invalid_client_metadata", "registration_client_uri"),
        ({"client_id_issued_at": 1}, "invalid_client_metadata", "client_id_issued_at"),
        ({"client_secret_expires_at": 0}, "invalid_client_metadata", "client_secret_expires_at"),
        ({"redirect_uris": ["https://other.example/cb"]}, "invalid_redirect_uri", "redirect_uris"),
        ({"redirect_uris": ["https://rp-d.example/*"]}, "invalid_redirect_uri", "redirect_uris"),
        ({"scope": "openid vn.id_number"}, "invalid_client_metadata", "scope"),
        ({"policy_uri": "data:text/html,x"}, "invalid_client_metadata", "policy_uri"),
    ],
    ids=str,
)
async def test_a_replacement_that_is_not_allowed_changes_nothing(
    world: World, members: dict[str, Any], error: str, named: str
) -> None:  # §2.2
    registered = await register(world)
    before = await _facts(world, registered)
    response = await registered.replace(**members)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert response.json()["error_description"].startswith(f"{named}: ")
    assert await _facts(world, registered) == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {"redirect_uris": ["https://rp-d.example/cb", "https://rp-e.example/cb"]},
            {"redirect_uris": ["https://rp-d.example/cb", "https://evil.example/cb"]},
        ),
        (
            {"redirect_uris": ["http://127.0.0.1/cb"], "application_type": "native"},
            {"redirect_uris": ["https://evil.example/cb"], "application_type": "native"},
        ),
        (
            {"redirect_uris": ["https://rp-d.example/app"], "application_type": "native"},
            {"redirect_uris": ["https://evil.example/app"], "application_type": "native"},
        ),
    ],
    ids=["several hosts", "a native app", "a native app by a claimed address"],
)
async def test_no_client_moves_to_a_host_that_was_not_its_own(
    world: World, before: dict[str, Any], after: dict[str, Any]
) -> None:  # a sector of its own would go with it, and with it whatever people agreed to
    registered = await register(world, **before)
    kept = await _facts(world, registered)
    assert kept.sector == registered.client_id
    response = await registered.replace(**after)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_redirect_uri")
    assert await _facts(world, registered) == kept


async def test_a_client_of_several_hosts_may_give_some_up(world: World) -> None:
    both = ["https://rp-d.example/cb", "https://rp-e.example/cb", "https://rp-f.example/cb"]
    registered = await register(world, redirect_uris=both)
    response = await registered.replace(redirect_uris=both[1:])
    assert response.status_code == 200, response.text
    native = await register(world, redirect_uris=["http://127.0.0.1/cb"], application_type="native")
    response = await native.replace(redirect_uris=["http://[::1]/cb"], application_type="native")
    assert response.status_code == 200, "this machine is one host, however it is called (RFC 8252 §7.3)"


async def test_the_secret_that_was_issued_may_stand_in_a_replacement(world: World) -> None:  # §2.2
    registered = await register(world)
    response = await registered.replace(client_secret=registered.metadata["client_secret"])
    assert response.status_code == 200
    assert not SECRETS & response.json().keys()


async def test_secrets_come_and_go_with_the_method(world: World) -> None:
    registered = await register(world)
    first = registered.metadata["client_secret"]
    assert not SECRETS & (await registered.replace(token_endpoint_auth_method="none")).json().keys()
    assert await _is_believed(world, registered, None)
    assert not await _is_believed(world, registered, first)
    second = (await registered.replace()).json()["client_secret"]
    assert second != first
    assert await _is_believed(world, registered, second)
    assert not await _is_believed(world, registered, first)


def _by(method: str) -> dict[str, str]:
    return {"token_endpoint_auth_method": method, "id_token_signed_response_alg": "ES256"}


async def test_a_method_changed_to_and_fro_piles_up_no_secrets(world: World) -> None:
    registered = await register(world)
    await world.change_client(registered.client_id, profile=Profile.OIDC)
    secrets = [registered.metadata["client_secret"]]
    for method in ("client_secret_jwt", "client_secret_basic", "none", "client_secret_basic") * 4:
        world.time.move(seconds=60)
        answer = (await registered.replace(**_by(method))).json()
        assert answer["token_endpoint_auth_method"] == method
        secrets += [answer["client_secret"]] if "client_secret" in answer else []
    client = await world.provider.configuration.client(ClientId(registered.client_id))
    assert client is not None
    assert len(client.secrets) <= 2
    believed = [await _is_believed(world, registered, secret) for secret in secrets]
    assert believed == [*[False] * (len(secrets) - 1), True]


async def test_a_secret_that_can_not_do_what_is_asked_ends_when_another_comes(world: World) -> None:  # §2.2
    registered = await register(world)
    await world.change_client(registered.client_id, profile=Profile.OIDC)
    first = registered.metadata["client_secret"]
    second = (await registered.replace(**_by("client_secret_jwt"))).json()["client_secret"]
    assert "client_secret" not in (await registered.replace(**_by("client_secret_basic"))).json()
    assert await _is_believed(world, registered, second)
    assert not await _is_believed(world, registered, first)


async def test_what_an_operator_has_decided_stays(world: World) -> None:
    registered = await register(world)
    facts = await _facts(world, registered)
    decided = replace(facts, law="Luật thử", scopes=facts.scopes | {"phone"}, agency="Sở Thử nghiệm")

    def decide(tx: Tx) -> Done[None]:
        put_client(tx, decided, actor="test", occasion=world.occasion)
        return Done(None)

    await world.write(decide)
    assert (await registered.replace(scope="openid phone")).status_code == 200
    after = await _facts(world, registered)
    assert (after.law, after.agency, after.scopes) == (
        "Luật thử",
        "Sở Thử nghiệm",
        frozenset({"openid", "phone"}),
    )


async def test_on_which_basis_an_operator_lets_a_scope_be_sent_is_not_shaken_off(world: World) -> None:
    registered = await register(world)
    facts = await _facts(world, registered)
    asked = replace(
        facts, legal_basis={"profile": LegalBasis.CONSENT}
    )  # by itself it would be told, not asked

    def decide(tx: Tx) -> Done[None]:
        put_client(tx, asked, actor="test", occasion=world.occasion)
        return Done(None)

    await world.write(decide)
    assert (await registered.replace(scope="openid profile")).status_code == 200
    assert (await _facts(world, registered)).legal_basis == {"profile": LegalBasis.CONSENT}
    assert (await registered.replace(scope="openid email")).status_code == 200
    for scope in ("openid profile", "openid profile email"):
        answer = await registered.replace(scope=scope)
        assert (answer.status_code, answer.json().get("error")) == (400, "invalid_client_metadata")
    assert (await registered.replace()).json()["scope"] == "email openid"


async def test_a_client_removes_itself_with_all_it_was_granted(world: World) -> None:  # §2.3
    registered = await register(world, grant_types=["authorization_code", "refresh_token"])
    rp = registered.rp()
    visitor = await world.visitor(rp)
    tokens = await world.tokens(rp, visitor)
    assert (await world.userinfo(tokens["access_token"])).status_code == 200

    response = await registered.remove()
    assert (response.status_code, response.content) == (204, b"")
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert (await rp.refresh(world.http, tokens["refresh_token"])).status_code == 401
    assert (await visitor.browser.get(rp.authorize_url())).error == "unauthorized_client"
    for again in (await registered.read(), await registered.replace(), await registered.remove()):
        assert (again.status_code, again.json()["error"]) == (401, "invalid_token")
    assert await world.events(EventType.CLIENT_REMOVED) == [EventType.CLIENT_REMOVED]


async def test_whoever_lacks_the_token_learns_nothing_not_even_who_exists(world: World) -> None:  # §2
    registered, other = await register(world), await register(world)
    await world.client()
    nobody = registered.metadata["registration_access_token"][:-4] + "AAAA"
    strangers = [
        registered.with_token(nobody),
        registered.with_token(other.metadata["registration_access_token"]),
        registered.with_token(registered.metadata["client_secret"]),
        registered.with_token("x"),
    ]
    for address in ("/register", "/register?client_id=nobody", "/register?client_id=rp-c",
                    registered.address + "&client_id=x"):  # fmt: skip
        metadata = {**registered.metadata, "registration_client_uri": address}
        strangers.append(Registered(world.http, metadata))
    answers = []
    for stranger in strangers:
        for answer in (await stranger.read(), await stranger.replace(), await stranger.remove()):
            answers.append((answer.status_code, answer.text, answer.headers["www-authenticate"]))
    assert len(set(answers)) == 1
    assert answers[0][0] == 401
    assert (await registered.read()).status_code == 200


async def test_without_a_token_the_challenge_names_no_error(world: World) -> None:
    registered = await register(world)
    response = await world.http.get(registered.address)
    assert response.status_code == 401
    assert "error=" not in response.headers["www-authenticate"]
    assert response.json() == {}


async def test_a_client_that_is_disabled_or_frozen_governs_nothing(world: World) -> None:
    disabled, frozen = await register(world), await register(world)
    await world.change_client(disabled.client_id, enabled=False)
    await world.write(lambda tx: Done(tx.registrations.end(ClientId(frozen.client_id))))
    for one in (disabled, frozen):
        assert (await one.read()).status_code == 401
        assert (await one.remove()).status_code == 401
    assert await _is_believed(world, frozen, frozen.metadata["client_secret"])


async def test_other_methods_are_not_there(world: World) -> None:
    response = await world.http.patch("/register?client_id=x")
    assert response.status_code == 405
    assert response.headers["allow"] == "DELETE, GET, POST, PUT"
    assert REDIRECT_URI not in response.text
