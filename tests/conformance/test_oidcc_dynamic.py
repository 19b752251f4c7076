"""The modules of oidcc-dynamic and oidcc-3rdparty-init-login, by name (PROTOCOL rules 13, 19 to 21, 23 to 25)."""

import asyncio
import json

import pytest

from tests.clients.test_logo import image
from tests.conformance.certified import Outside, through
from tests.conformance.registered import document, fresh_key, key_set, post, register
from tests.conformance.suite import token_answer
from tests.driver import Page

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "private_key_jwt"])
async def test_oidcc_server(op: Outside, method: str) -> None:
    """Rule 19."""
    client = await register(op, token_endpoint_auth_method=method)

    assert ("client_secret" in client.registration) == (method != "private_key_jwt")
    if method == "client_secret_post":
        code = (await client.authorize())["code"]
        form = {"client_id": client.rp.client_id, "client_secret": client.rp.client_secret or ""}
        redeemed = await op.http.post(
            "/token",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": client.rp.redirect_uri,
                **form,
            },
        )
        token_answer(redeemed)
    else:
        await client.flow()
    removed = await client.configuration("DELETE")
    assert (removed.status_code, removed.content) == (204, b"")
    assert (await client.configuration()).status_code == 401


async def test_oidcc_idtoken_rs256(op: Outside) -> None:
    client = await register(op, id_token_signed_response_alg="RS256")

    await client.flow()


async def test_oidcc_redirect_uri_query_ok(op: Outside) -> None:
    """Rule 13: the registered query stays, ours is appended."""
    registered = f"{op.suite.url}/test/a/hpid-dynamic/callback?foo=bar"
    client = await register(op, redirect_uris=[registered])

    page = await through(client.browser, client.url())

    assert page.left_for is not None
    assert page.left_for.startswith(f"{registered}&")
    assert page.answer["foo"] == "bar"
    assert "code" in page.answer


@pytest.mark.parametrize("changed", ["?foo=bar2", "?bar=foo", "", "?foo=bar&foo=bar"])
async def test_oidcc_redirect_uri_query_mismatch(op: Outside, changed: str) -> None:
    """Rule 13."""
    address = f"{op.suite.url}/test/a/hpid-dynamic/callback"
    client = await register(op, redirect_uris=[f"{address}?foo=bar"])

    page = await client.browser.get(client.url(redirect_uri=address + changed))

    assert page.left_for is None
    assert "error" in page.ids


async def test_oidcc_redirect_uri_query_added(op: Outside) -> None:
    """Rule 13."""
    client = await register(op)

    page = await client.browser.get(client.url(redirect_uri=f"{client.rp.redirect_uri}?foo=bar"))

    assert page.left_for is None
    assert "error" in page.ids


async def _refused(op: Outside, **changes: object) -> str:
    response = await post(op, document(op, "hpid-dynamic", fresh_key(), **changes))
    assert response.status_code == 400
    assert response.headers["content-type"].partition(";")[0] == "application/json"
    return str(response.json()["error"])


async def test_oidcc_redirect_uri_regfrag(op: Outside) -> None:
    """Rule 20."""
    address = f"{op.suite.url}/test/a/hpid-dynamic/callback#foobar"

    assert await _refused(op, redirect_uris=[address]) == "invalid_redirect_uri"


async def test_oidcc_registration_sector_uri(op: Outside) -> None:
    """Rule 20: the file is fetched over TLS from a name that leads to this machine."""
    redirect_uri = f"{op.suite.url}/test/a/hpid-dynamic/callback"
    file = op.suite.serve("/test/a/hpid-dynamic/redirect_uris.json", json.dumps([redirect_uri]))

    client = await register(op, subject_type="pairwise", sector_identifier_uri=file)

    assert client.registration["sector_identifier_uri"] == file
    await client.flow()


@pytest.mark.parametrize("listed", ['["https://elsewhere.test/callback"]', "[]", "{}", "no JSON"])
async def test_oidcc_registration_sector_bad(op: Outside, listed: str) -> None:
    """Rule 20."""
    file = op.suite.serve("/test/a/hpid-dynamic/sector-bad.json", listed)

    assert (
        await _refused(op, subject_type="pairwise", sector_identifier_uri=file) == "invalid_client_metadata"
    )


async def _sign_in_page(op: Outside, **changes: str) -> Page:
    client = await register(op, **changes)
    page = await client.browser.get(client.url())
    assert {"username", "password", "submit"} <= page.ids
    return page


@pytest.mark.parametrize(("member", "element"), [("policy_uri", "rp-policy"), ("tos_uri", "rp-tos")])
async def test_oidcc_registration_policy_and_tos_uri(op: Outside, member: str, element: str) -> None:
    """Rule 21; oidcc-registration-policy-uri and -tos-uri."""
    address = f"{op.suite.url}/{element}.html"

    page = await _sign_in_page(op, **{member: address})

    assert page.links[element] == address


async def test_oidcc_registration_logo_uri(op: Outside) -> None:
    """Rule 21: fetched over TLS once, shown from the provider's own origin."""
    address = op.suite.serve("/test/a/hpid-dynamic/logo.png", image(), "image/png")

    page = await _sign_in_page(op, logo_uri=address)

    assert '<img id="rp-logo" src="/logo/' in page.response.text
    assert address not in page.response.text
    assert len(op.suite.wait_for("GET", "/test/a/hpid-dynamic/logo.png")) == 1


async def test_oidcc_registration_jwks_uri(op: Outside) -> None:
    key = fresh_key()
    address = op.suite.serve("/test/a/hpid-dynamic/jwks", json.dumps(key_set(key)))
    client = await register(op, jwks=None, jwks_uri=address)
    client.key = key

    await client.flow()

    assert op.suite.wait_for("GET", "/test/a/hpid-dynamic/jwks")


async def test_oidcc_ensure_client_assertion_with_iss_aud_succeeds(op: Outside) -> None:
    """Rule 24; other modules send the token endpoint."""
    client = await register(op)
    code = (await client.authorize())["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": client.rp.redirect_uri}

    token_answer(await op.http.post("/token", data={**form, **client.assertion(op.issuer)}))


async def test_oidcc_3rd_party_init_login(op: Outside) -> None:
    """Rule 25."""
    address = f"{op.suite.url}/test/a/hpid-3rdparty-init-login/initiate_login"

    client = await register(op, initiate_login_uri=address)

    assert client.registration["initiate_login_uri"] == address
    read = await client.configuration()
    assert read.status_code == 200
    assert read.headers["content-type"].partition(";")[0] == "application/json"
    assert read.json()["initiate_login_uri"] == address


async def test_oidcc_3rd_party_init_login_nohttps(op: Outside) -> None:
    assert await _refused(op, initiate_login_uri="http://rp.example/initiate_login") == (
        "invalid_client_metadata"
    )


async def test_two_registrations_at_once_are_two_clients(op: Outside) -> None:
    first, second = await asyncio.gather(register(op), register(op))

    assert first.rp.client_id != second.rp.client_id
