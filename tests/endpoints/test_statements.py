"""The statements of the hot paths, one by one (PERFORMANCE, statements): more of them is a decision, not an accident."""

import json
import re
from collections.abc import Iterator

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import Engine, event

from tests.driver import RelyingParty
from tests.endpoints.test_devices import come
from tests.world import Visitor, World

_TABLE = re.compile(r"(?:SELECT (?=\w+\.)|INSERT INTO |UPDATE |DELETE FROM )(\w+)")
KEY = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": "m"}, private=True)


@pytest.fixture
def seen() -> Iterator[list[str]]:
    """Every statement from now on: what it does, and to which table."""
    found: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        table = _TABLE.search(statement)
        assert table is not None, statement
        found.append(f"{statement.partition(' ')[0].lower()} {table[1]}")

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


async def test_a_machine_s_token(world: World, seen: list[str]) -> None:
    machine = await world.machine()
    world.provider.configuration._read_at = float("inf")  # a node that runs reads it beside its requests
    seen.clear()
    response = await machine.token(
        world.http, grant_type="client_credentials", resource="https://metrics.example/"
    )
    assert response.status_code == 200
    assert seen == ["insert audit_events"]


async def test_a_machine_s_token_by_an_assertion(world: World, seen: list[str]) -> None:
    by_key = {"token_endpoint_auth_method": "private_key_jwt", "secret": False}
    await world.machine("keyed", jwks=json.dumps({"keys": [KEY.as_dict(private=False)]}), **by_key)
    now = int(world.time().timestamp())
    claims = {"iss": "keyed", "sub": "keyed", "aud": world.issuer, "jti": "one", "iat": now, "exp": now + 60}
    header = {"alg": "ES256", "kid": "m", "typ": "client-authentication+jwt"}
    form = {
        "grant_type": "client_credentials",
        "resource": "https://metrics.example/",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode(header, claims, KEY),
    }
    world.provider.configuration._read_at = float("inf")
    seen.clear()
    response = await world.http.post("/token", data=form)
    assert response.status_code == 200, response.text
    assert seen == ["insert client_assertions", "insert audit_events"]


async def test_a_silent_sign_in(world: World, rp: RelyingParty, alice: Visitor, seen: list[str]) -> None:
    await world.tokens(rp, alice)
    world.provider.configuration._read_at = float("inf")
    seen.clear()
    code = await alice.code(rp, prompt="none")
    assert seen == [
        "select sessions",
        "select consents",
        "insert grants",
        "insert codes",
        "insert audit_events",
    ]
    seen.clear()
    tokens = (await rp.redeem(world.http, code)).json()
    assert seen == ["select codes", "update codes", "insert refresh_tokens", "insert audit_events"]
    seen.clear()
    assert (await world.userinfo(tokens["access_token"])).status_code == 200
    assert seen == ["select grants", "insert audit_events"]  # the record of the day's first read
    seen.clear()
    assert (await world.userinfo(tokens["access_token"])).status_code == 200
    assert seen == ["select grants"]


async def test_a_silent_sign_in_where_nothing_is_asked(world: World, alice: Visitor, seen: list[str]) -> None:
    bare = await world.client("bare", scopes=frozenset({"openid"}))
    await alice.code(bare, scope="openid")
    world.provider.configuration._read_at = float("inf")
    seen.clear()
    await alice.code(bare, scope="openid", prompt="none")
    assert seen == [
        "select sessions",
        "select consents",
        "insert grants",
        "insert codes",
        "insert audit_events",
    ]


async def test_a_refresh(world: World, rp: RelyingParty, alice: Visitor, seen: list[str]) -> None:
    refresh_token = (await world.tokens(rp, alice))["refresh_token"]
    world.provider.configuration._read_at = float("inf")
    seen.clear()
    assert (await rp.refresh(world.http, refresh_token)).status_code == 200
    assert seen == [
        "select refresh_tokens",
        "update refresh_tokens",
        "insert refresh_tokens",
        "insert audit_events",
    ]


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_browser_costs_a_sign_in_one_statement(
    world: World, rp: RelyingParty, seen: list[str], is_known: bool
) -> None:
    """Remembered, weighed and counted by one; who is new is told by one more, as ever."""
    _, citizen = await world.citizen()
    browser = world.browser()
    if is_known:
        await come(world, rp, citizen, browser)
    seen.clear()
    await come(world, rp, citizen, browser)
    assert [one for one in seen if one.endswith(" devices")] == ["insert devices"]
    assert seen.count("insert outbox") == (0 if is_known else 1)
