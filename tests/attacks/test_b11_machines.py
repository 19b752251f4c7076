"""B11, B14: a machine that wants more than it is registered for, or takes its token where a person's belongs.

RFC 6749 §4.4, RFC 9068 §5, RFC 9700 §4.15.
"""

from urllib.parse import urlencode

import pytest

from idp.audit.events import EventType
from idp.protocol.machine_scopes import MACHINE_SCOPES
from idp.protocol.scopes import SCOPES
from tests.assertions import carrying
from tests.attacks.cast import Cast
from tests.attacks.oracle import Oracle
from tests.attacks.token_inputs import FORM
from tests.driver import RelyingParty
from tests.world import World

REGISTERED = frozenset({"data.read", "metrics.write"})
WRONG_SCOPES = (
    *SCOPES,
    *(MACHINE_SCOPES.keys() - REGISTERED),
    "data.read openid",
    "data.read offline_access",
    "data.read data.write",
    "DATA.READ",
    "data.read,metrics.write",
    "data.*",
    "*",
    "data.read\tmetrics.write",
    "x" * 1000,
    "😀",
)
WRONG_TARGETS = (
    "http://localhost:8000",
    "https://warehouse.example",
    "https://warehouse.example/%2e",
    "https://WAREHOUSE.example/",
    "https://warehouse.example/ https://metrics.example/",
    "client-c",
    "*",
)


@pytest.fixture
async def machine(world: World, oracle: Oracle) -> RelyingParty:
    machine = await world.machine(scopes=REGISTERED)
    oracle.planted.add(str(machine.client_secret))
    return machine


async def test_b11_a_machine_gets_no_scope_and_no_audience_it_is_not_registered_for(
    world: World, oracle: Oracle, machine: RelyingParty
) -> None:
    wrong = [({"scope": scope}, "invalid_scope") for scope in WRONG_SCOPES]
    wrong += [({"resource": target}, "invalid_target") for target in WRONG_TARGETS]
    for form, error in wrong:
        async with oracle.refusing(form, counted=True, status={400}) as watch:
            await machine.token(world.http, grant_type="client_credentials", **form)
        assert watch.last.json()["error"] == error
    assert (await machine.token(world.http, grant_type="client_credentials")).status_code == 200


async def test_b11_nobody_else_uses_the_grant_and_a_machine_no_other(
    world: World, oracle: Oracle, cast: Cast, machine: RelyingParty
) -> None:
    for rp in cast.clients:
        async with oracle.refusing(rp.client_id, counted=True, status={400}) as watch:
            await rp.token(world.http, grant_type="client_credentials", scope="data.read")
        assert watch.last.json()["error"] == "unauthorized_client"
    tokens = await cast.held_by(cast.c, cast.alice)
    code = await cast.alice.code(cast.c)
    for grant_type, error in (
        ("authorization_code", "unauthorized_client"),
        ("refresh_token", "unauthorized_client"),
        ("password", "unsupported_grant_type"),
        ("implicit", "unsupported_grant_type"),
        ("CLIENT_CREDENTIALS", "unsupported_grant_type"),
        ("urn:ietf:params:oauth:grant-type:jwt-bearer", "unsupported_grant_type"),
        ("urn:ietf:params:oauth:grant-type:token-exchange", "unsupported_grant_type"),
    ):
        async with oracle.refusing(grant_type, counted=True, status={400}) as watch:
            await machine.token(
                world.http,
                grant_type=grant_type,
                code=code,
                redirect_uri=cast.c.redirect_uri,
                code_verifier=cast.c.verifier,
                refresh_token=tokens["refresh_token"],
                username="alice",
                password="x",
                assertion=tokens["id_token"],
                subject_token=tokens["access_token"],
            )
        assert watch.last.json()["error"] == error
    assert (await cast.c.redeem(world.http, code)).status_code == 200, "nothing of all this touched the code"


async def test_b14_a_machine_s_token_opens_nothing_of_a_person(
    world: World, oracle: Oracle, cast: Cast, machine: RelyingParty
) -> None:
    token = (await machine.token(world.http, grant_type="client_credentials")).json()["access_token"]
    async with oracle.refusing("userinfo", counted=True, status={401}):
        await world.userinfo(token)
    async with oracle.refusing("userinfo by POST", counted=True, status={401}):
        await world.http.post("/userinfo", content=urlencode({"access_token": token}), headers=FORM)
    async with oracle.refusing("hint", counted=True, to_client="invalid_request"):
        await cast.alice.browser.client.get(cast.c.authorize_url(prompt="none", id_token_hint=token))
    async with oracle.refusing("hint at sign-out", counted=True, status={400}):
        body = urlencode({"id_token_hint": token})
        await cast.alice.browser.client.post("/end_session", content=body, headers=FORM)
    async with oracle.refusing("assertion", counted=True, status={401}):
        await world.http.post("/token", data={"grant_type": "client_credentials", **carrying(token)})
    async with oracle.refusing("refresh token", counted=True, status={400}):
        await cast.c.refresh(world.http, token)
    assert await world.events(EventType.CLIENT_TOKEN_ISSUED) == [EventType.CLIENT_TOKEN_ISSUED]
