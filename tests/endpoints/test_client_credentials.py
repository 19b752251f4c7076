"""The client_credentials grant – RFC 6749 §4.4, RFC 9068, RFC 8707; SECURITY B08, B10, B11."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event

from idp.audit.events import EventType
from resource_server import AccessTokenVerifier, TokenRefused
from tests.assertions import Signer
from tests.driver import RelyingParty
from tests.endpoints.test_token_profile import check
from tests.world import World

WAREHOUSE, METRICS = "https://warehouse.example/", "https://metrics.example/"
ISSUED = EventType.CLIENT_TOKEN_ISSUED


async def ask(world: World, machine: RelyingParty, **form: str) -> httpx.Response:
    return await machine.token(world.http, grant_type="client_credentials", **form)


async def claims_of(world: World, machine: RelyingParty, **form: str) -> dict[str, Any]:
    response = await ask(world, machine, **form)
    assert response.status_code == 200, response.text
    return await machine.verify(world.http, response.json()["access_token"], algorithms=("ES256",))


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to the database meanwhile, transactions' own commands left out."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_a_machine_gets_a_token_for_itself_and_nothing_else(world: World) -> None:  # §4.4.3
    machine = await world.machine()
    response = await ask(world, machine)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    answer = response.json()
    assert answer.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 300)
    assert answer["scope"] == "data.read metrics.write"
    claims = await machine.verify(world.http, answer["access_token"], algorithms=("ES256",))
    check("client_access_token", claims)
    assert (claims["sub"], claims["client_id"]) == ("machine", "machine")
    assert (claims["iss"], claims["aud"]) == (world.issuer, WAREHOUSE)


async def test_scope_and_audience_may_be_named(world: World) -> None:  # RFC 8707 §2
    claims = await claims_of(world, await world.machine(), scope="data.read", resource=METRICS)
    assert (claims["scope"], claims["aud"]) == ("data.read", METRICS)


async def test_two_tokens_are_two(world: World) -> None:
    machine = await world.machine()
    one, two = [await claims_of(world, machine) for _ in range(2)]
    assert one["jti"] != two["jti"]


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": "data.read openid"}, "invalid_scope"),
        ({"scope": "data.read offline_access"}, "invalid_scope"),
        ({"scope": "data.write"}, "invalid_scope"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"resource": "https://other.example/"}, "invalid_target"),
        ({"resource": "http://localhost:8000"}, "invalid_target"),
    ],
    ids=str,
)
async def test_what_it_is_not_registered_for_is_refused_and_leaves_no_event(
    world: World, form: dict[str, str], error: str
) -> None:  # SECURITY B11
    response = await ask(world, await world.machine(), **form)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert await world.events(ISSUED) == []


async def test_the_grant_is_for_those_registered_for_it(world: World) -> None:
    rp = await world.client("rp-c", audiences=(WAREHOUSE,))
    app = await world.client("app", secret=False)
    for client in (rp, app):
        response = await ask(world, client)
        assert (response.status_code, response.json()["error"]) == (400, "unauthorized_client")
    machine = await world.machine()
    for grant_type in ("authorization_code", "refresh_token"):
        response = await machine.token(
            world.http, grant_type=grant_type, code="x", refresh_token="x", redirect_uri="x"
        )
        assert response.json()["error"] == "unauthorized_client"


async def test_a_machine_proves_itself_by_its_own_key(world: World) -> None:
    signer = Signer("machine")
    await world.machine(token_endpoint_auth_method="private_key_jwt", jwks=signer.jwks)
    form = {"grant_type": "client_credentials", **signer.form(world.time())}
    assert (await world.http.post("/token", data=form)).status_code == 200
    assert (await world.http.post("/token", data=form)).json()["error"] == "invalid_client"


async def test_one_statement_writes_one_event_that_names_client_audience_and_token(world: World) -> None:
    machine = await world.machine()
    await claims_of(world, machine)
    with statements() as seen:
        response = await ask(world, machine)
    assert response.status_code == 200
    assert [statement.split()[:3] for statement in seen] == [["INSERT", "INTO", "audit_events"]]
    assert await world.events(ISSUED) == [ISSUED, ISSUED]
    records = await world.provider.database.read(
        lambda tx: tx.audit.read(after=-1, limit=100, event_type=ISSUED)
    )
    claims = await machine.verify(world.http, response.json()["access_token"])
    assert records[-1].event.actor == "client:machine"
    assert records[-1].event.payload == {
        "client_id": "machine",
        "audience": WAREHOUSE,
        "scopes": ["data.read", "metrics.write"],
        "jti": claims["jti"],
    }


async def test_userinfo_refuses_a_machine_s_token(world: World) -> None:  # there is nobody to tell about
    answer = (await ask(world, await world.machine())).json()
    response = await world.userinfo(answer["access_token"])
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


async def test_a_machine_signs_nobody_in(world: World) -> None:
    await world.machine()
    query = "response_type=code&client_id=machine&redirect_uri=https%3A%2F%2Fmachine.example%2F&scope=openid"
    page = await world.browser().get(f"/authorize?{query}")
    assert (page.status, page.left_for) == (400, None)


async def test_people_are_never_asked_for_a_scope_of_machines(world: World) -> None:  # adr/0013
    rp = await world.client(
        "both",
        grant_types=("authorization_code", "client_credentials"),
        scopes=frozenset({"openid", "profile", "data.read"}),
        audiences=(WAREHOUSE,),
    )
    alice = await world.visitor(rp)
    page = await alice.browser.get(rp.authorize_url(scope="openid data.read"))
    assert page.answer["error"] == "invalid_scope"
    assert (await world.tokens(rp, alice))["scope"] == "openid profile"
    assert (await claims_of(world, rp))["scope"] == "data.read"
    assert (await ask(world, rp, scope="profile")).json()["error"] == "invalid_scope"


async def test_a_disabled_machine_gets_nothing(world: World) -> None:  # SECURITY B10
    machine = await world.machine()
    await world.change_client("machine", enabled=False)
    assert (await ask(world, machine)).json()["error"] == "invalid_client"


async def test_a_relying_party_that_became_a_machine_is_still_signed_out_from(world: World) -> None:
    rp = await world.client("rp-c", post_logout_redirect_uris=("https://rp-c.example/out",))
    alice = await world.visitor(rp)
    tokens = await world.tokens(rp, alice)
    await world.change_client(
        "rp-c",
        grant_types=("client_credentials",),
        response_types=(),
        redirect_uris=(),
        scopes=frozenset({"data.read"}),
        audiences=(WAREHOUSE,),
    )
    back = "post_logout_redirect_uri=https%3A%2F%2Frp-c.example%2Fout"
    for browser in (alice.browser, world.browser()):
        page = await browser.get(f"/end_session?id_token_hint={tokens['id_token']}&{back}")
        assert page.left_for is not None or page.status == 200


async def test_an_api_takes_the_token_and_refuses_it_where_a_person_must_have_signed_in(world: World) -> None:
    answer = (await ask(world, await world.machine())).json()
    sent = f"Bearer {answer['access_token']}"

    async def fetch(url: str) -> dict[str, Any]:
        return dict((await world.http.get(url)).json())

    verifier = AccessTokenVerifier(world.issuer, WAREHOUSE, fetch=fetch, now=world.time)
    token = await verifier.verify(sent, scopes="data.read")
    assert (token.sub, token.client_id, token.gid, token.acr) == ("machine", "machine", None, None)
    for wanted in ({"scopes": "docs.read"}, {"acr": "urn:haiphong:acr:low"}):
        with pytest.raises(TokenRefused):
            await verifier.verify(sent, **wanted)  # type: ignore[arg-type]
    other = AccessTokenVerifier(world.issuer, METRICS, fetch=fetch, now=world.time)
    with pytest.raises(TokenRefused):
        await other.verify(sent)
