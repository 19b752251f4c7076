"""The simulated national system: codes, tokens, clients – RFC 6749, RFC 7636, OpenID Connect Core §3.1.3."""

import asyncio
import base64
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from authlib.oauth2 import rfc8414, rfc9207
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc.jws import extract_compact

from federation.national_mock.codes import CODE_SECONDS, TOKEN_SECONDS
from federation.national_mock.settings import Settings
from tests.federation.national_driver import (
    CHALLENGE,
    CLIENT_ID,
    HUONG,
    ISSUER,
    LOGGED_OUT_URI,
    OTHER_CLIENT,
    OTHER_SECRET,
    PASSWORDS,
    REDIRECT_URI,
    SECRET,
    VERIFIER,
    National,
    RelyingParty,
    answer,
    make_national,
)


@pytest.fixture
def national(tmp_path: Path) -> National:
    return make_national(tmp_path)


@pytest.fixture
def rp(national: National) -> RelyingParty:
    return RelyingParty(national)


def _contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("national.db*"))


async def _code(national: National, **changes: str | None) -> str:
    return answer(await national.browser().sign_in(HUONG, **({"acr_values": "LoA1"} | changes)))["code"]


async def test_the_id_token_says_who_for_whom_when_and_how(national: National, rp: RelyingParty) -> None:
    tokens = await rp.tokens(HUONG)
    claims = await rp.verified(tokens["id_token"])
    now = int(national.clock.now)
    assert claims | {"at_hash": "", "sid": ""} == {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "sub": "sub-huong",
        "iat": now,
        "exp": now + 300,
        "auth_time": now,
        "nonce": "a-nonce",
        "acr": "LoA2",
        "amr": ["pwd", "otp"],
        "at_hash": "",
        "sid": "",
    }
    assert claims["sid"] != (await rp.verified((await rp.tokens(HUONG))["id_token"]))["sid"]
    header = extract_compact(tokens["id_token"].encode()).headers()
    assert header["alg"] == "RS256"
    assert header["kid"] == (await rp.keys()).keys[0].kid
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == TOKEN_SECONDS
    assert "refresh_token" not in tokens


async def test_a_request_without_a_nonce_gets_a_token_without_one(rp: RelyingParty) -> None:
    tokens = await rp.tokens(HUONG, nonce=None)
    assert "nonce" not in await rp.verified(tokens["id_token"])


async def test_the_right_verifier_redeems_the_code(national: National, rp: RelyingParty) -> None:
    code = await _code(national, code_challenge=CHALLENGE, code_challenge_method="S256")
    assert (await rp.redeem(code, code_verifier=VERIFIER)).status_code == 200


@pytest.mark.parametrize(
    ("verifier", "error"),
    [("x" * 43, "invalid_grant"), (None, "invalid_request"), ("short", "invalid_request")],
)
async def test_a_wrong_or_missing_verifier_is_refused(  # RFC 7636 §4.6
    national: National, rp: RelyingParty, verifier: str | None, error: str
) -> None:
    code = await _code(national, code_challenge=CHALLENGE, code_challenge_method="S256")
    refused = await rp.redeem(code, code_verifier=verifier)
    assert (refused.status_code, refused.json()["error"]) == (400, error)


async def test_a_verifier_without_a_challenge_is_refused(national: National, rp: RelyingParty) -> None:
    refused = await rp.redeem(await _code(national), code_verifier=VERIFIER)
    assert refused.json()["error"] == "invalid_request"


@pytest.mark.parametrize("method", ["plain", None, "S512"])
async def test_only_s256_is_taken(national: National, method: str | None) -> None:
    given = answer(await national.browser().start(code_challenge=CHALLENGE, code_challenge_method=method))
    assert given["error"] == "invalid_request"
    assert given["iss"] == ISSUER


async def test_a_code_shown_twice_is_refused_and_takes_its_token_along(
    national: National, rp: RelyingParty
) -> None:
    code = await _code(national)
    access_token = (await rp.redeem(code)).json()["access_token"]
    assert (await rp.userinfo(access_token)).status_code == 200
    again = await rp.redeem(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await rp.userinfo(access_token)).status_code == 401


async def test_eight_redemptions_at_once_have_one_winner(national: National, rp: RelyingParty) -> None:
    code = await _code(national)
    responses = await asyncio.gather(*(rp.redeem(code) for _ in range(8)))
    assert sorted(response.status_code for response in responses) == [200] + [400] * 7


@pytest.mark.parametrize(("seconds", "status"), [(CODE_SECONDS - 1, 200), (CODE_SECONDS, 400)])
async def test_a_code_lives_sixty_seconds(
    national: National, rp: RelyingParty, seconds: int, status: int
) -> None:
    code = await _code(national)
    national.clock.now += seconds
    assert (await rp.redeem(code)).status_code == status


async def test_another_client_cannot_redeem_nor_spend_the_code(national: National, rp: RelyingParty) -> None:
    code = await _code(national)
    stranger = RelyingParty(national, OTHER_CLIENT, OTHER_SECRET)
    assert (await stranger.redeem(code)).json()["error"] == "invalid_grant"
    assert (await rp.redeem(code)).status_code == 200


@pytest.mark.parametrize("redirect_uri", [None, "http://localhost:8443/other", REDIRECT_URI + "/"])
async def test_the_redirect_uri_of_the_token_request_must_be_the_same(
    national: National, rp: RelyingParty, redirect_uri: str | None
) -> None:
    refused = await rp.redeem(await _code(national), redirect_uri=redirect_uri)
    assert refused.json()["error"] == "invalid_grant"


async def test_a_client_may_send_its_secret_in_the_form(national: National) -> None:
    form = {"grant_type": "authorization_code", "code": await _code(national), "redirect_uri": REDIRECT_URI}
    secret = {"client_id": CLIENT_ID, "client_secret": SECRET}
    assert (await national.browser().http.post("/oauth2/token", data=form | secret)).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Basic " + base64.b64encode(f"{CLIENT_ID}:wrong".encode()).decode(),
        "Basic " + base64.b64encode(f"nobody:{SECRET}".encode()).decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic not base64",
        "Basic ",
        "Bearer something",
    ],
)
async def test_a_client_that_does_not_prove_itself_is_refused(
    national: National, rp: RelyingParty, authorization: str | None
) -> None:
    code = await _code(national)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "client_id": CLIENT_ID,
    }
    headers = {"Authorization": authorization} if authorization else {}
    refused = await national.browser().http.post("/oauth2/token", data=form, headers=headers)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert (await rp.redeem(code)).status_code == 200, "a failed authentication spends nothing"


@pytest.mark.parametrize("grant_type", ["password", "refresh_token", 'authorization_code"é'])
async def test_other_grants_are_not_served(rp: RelyingParty, grant_type: str) -> None:
    refused = await rp.redeem("a-code", grant_type=grant_type)
    assert (refused.status_code, refused.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("body", [b"code=a&code=b", b"code=%FF", b"\xff", b"a=b&" * 60, b"x=" + b"y" * 20000])
async def test_a_token_request_that_cannot_be_read_is_refused(national: National, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    refused = await national.browser().http.post("/oauth2/token", content=body, headers=headers)
    assert refused.status_code in {400, 413}
    assert refused.json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"redirect_uri": "https://attacker.example/cb"},
        {"redirect_uri": f"{REDIRECT_URI}?x=1"},
        {"redirect_uri": 'https://attacker.example/"é'},
        {"redirect_uri": None},
        {"response_type": 'code"é'},
    ],
)
async def test_an_untrusted_request_gets_a_page_and_never_a_redirect(
    national: National, changes: dict[str, str | None]
) -> None:
    page = await national.browser().start(**changes)
    assert page.status_code == 400
    assert "có thể là trang giả" in page.text.lower().replace("có thể đây là", "có thể là")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"request_uri": "https://x.example"}, "request_uri_not_supported"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
    ],
)
async def test_a_request_that_is_not_served_is_told_to_the_relying_party(
    national: National, changes: dict[str, str | None], error: str
) -> None:
    given = answer(await national.browser().start(**changes))
    assert (given["error"], given["state"], given["iss"]) == (error, "a-state", ISSUER)


async def test_a_parameter_sent_twice_is_refused(national: National) -> None:  # RFC 6749 §3.1
    first = httpx.QueryParams(
        client_id=CLIENT_ID, response_type="code", scope="openid", redirect_uri=REDIRECT_URI, nonce="a"
    )
    page = await national.browser().http.get(f"/oauth2/authorize?{first}&nonce=b")
    assert page.status_code == 400


async def test_an_authorization_request_may_be_posted(
    national: National,
) -> None:  # OpenID Connect Core §3.1.2.1
    form = {"client_id": CLIENT_ID, "response_type": "code", "scope": "openid", "redirect_uri": REDIRECT_URI}
    response = await national.browser().http.post("/oauth2/authorize", data=form)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/authenticationendpoint/login.do?sessionDataKey=")


async def test_an_account_locked_after_the_code_gets_no_token(
    national: National, rp: RelyingParty, tmp_path: Path
) -> None:
    code = await _code(national)
    with closing(sqlite3.connect(tmp_path / "national.db", isolation_level=None)) as database:
        database.execute("UPDATE accounts SET record = json_set(record, '$.status', 'locked')")
    assert (await rp.redeem(code)).json()["error"] == "invalid_grant"


async def test_both_discovery_addresses_give_one_valid_document(national: National) -> None:
    browser = national.browser()
    documents = [
        (await browser.http.get(f"{prefix}/.well-known/openid-configuration")).json()
        for prefix in ("", "/oauth2/oidcdiscovery")
    ]
    assert documents[0] == documents[1]
    assert documents[0]["issuer"] == ISSUER
    metadata = OpenIDProviderMetadata(documents[0])
    metadata["token_endpoint"] = "https" + metadata["token_endpoint"][4:]
    for name in ("issuer", "authorization_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"):
        metadata[name] = metadata[name].replace("http:", "https:")
    metadata.validate()
    rfc8414.AuthorizationServerMetadata(metadata).validate([rfc9207.AuthorizationServerMetadata])


async def test_everything_that_discovery_names_is_served(national: National) -> None:
    browser = national.browser()
    document = (await browser.http.get("/.well-known/openid-configuration")).json()
    for name, value in document.items():
        if name.endswith(("_endpoint", "_uri")):
            assert (await browser.http.get(value)).status_code != 404, name


async def test_the_published_key_is_public_and_the_stored_one_is_private(
    national: National, rp: RelyingParty
) -> None:
    for key in (await rp.keys()).as_dict()["keys"]:
        assert set(key) == {"kty", "kid", "use", "alg", "n", "e"}
    (file,) = national.settings.keys_dir.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_tokens_outlive_a_restart(national: National, rp: RelyingParty, tmp_path: Path) -> None:
    tokens = await rp.tokens()
    national.service.engine.dispose()
    again = RelyingParty(make_national(tmp_path))
    assert (await again.verified(tokens["id_token"]))["sub"] == "sub-huong"
    assert (await again.userinfo(tokens["access_token"])).status_code == 200


async def test_neither_passwords_nor_codes_nor_tokens_are_stored(
    national: National, rp: RelyingParty, tmp_path: Path
) -> None:
    code = await _code(national)
    tokens = (await rp.redeem(await _code(national))).json()
    national.service.engine.dispose()
    stored = _contents(tmp_path)
    assert b"sub-huong" in stored
    for secret in (code, tokens["access_token"], PASSWORDS[HUONG], SECRET):
        assert secret.encode() not in stored


async def test_signing_out_ends_the_tokens_and_returns(national: National, rp: RelyingParty) -> None:
    tokens = await rp.tokens()
    national.clock.now += 1
    query = httpx.QueryParams(
        id_token_hint=tokens["id_token"], post_logout_redirect_uri=LOGGED_OUT_URI, state="s & t"
    )
    response = await national.browser().http.get(f"/oidc/logout?{query}")
    assert response.status_code == 303
    assert response.headers["location"] == f"{LOGGED_OUT_URI}?state=s+%26+t"
    assert (await rp.userinfo(tokens["access_token"])).status_code == 401


async def test_signing_out_never_redirects_where_it_should_not(national: National, rp: RelyingParty) -> None:
    hint = (await rp.tokens())["id_token"]
    for query in (
        httpx.QueryParams(id_token_hint=hint, post_logout_redirect_uri="https://attacker.example/"),
        httpx.QueryParams(client_id=CLIENT_ID, post_logout_redirect_uri=LOGGED_OUT_URI),
        httpx.QueryParams(),
    ):
        page = await national.browser().http.get(f"/oidc/logout?{query}")
        assert page.status_code == 200
        assert "Đã đăng xuất" in page.text


@pytest.mark.parametrize("hint", ["garbage", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "é.é.é"])
async def test_a_hint_that_is_not_ours_is_refused(national: National, hint: str) -> None:
    query = httpx.QueryParams(id_token_hint=hint, post_logout_redirect_uri=LOGGED_OUT_URI)
    page = await national.browser().http.get(f"/oidc/logout?{query}")
    assert page.status_code == 400


@pytest.mark.parametrize(
    "issuer",
    ["http://national.example", "http://10.0.0.1:8090", "https://national.example/", "localhost:8090"],
)
def test_an_unsafe_or_inexact_issuer_is_refused_at_start(tmp_path: Path, issuer: str) -> None:
    with pytest.raises(ValueError, match="issuer"):
        Settings(accounts_path=tmp_path, issuer=issuer)
