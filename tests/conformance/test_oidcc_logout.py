"""The modules of the RP-initiated, back-channel and front-channel logout plans (PROTOCOL rules 26 to 29)."""

import asyncio
import base64
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.conformance.certified import Outside
from tests.conformance.suite import NEEDS_A_PAGE, Flow, Suite, header_of
from tests.driver import Page

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def suite(op: Outside) -> Suite:
    return Suite(op, op.relying_party("hpid-rp-initiated-logout"))


def _back(suite: Suite) -> str:
    return suite.rp.redirect_uri.removesuffix("/callback") + "/post_logout_redirect"


async def _sign_out(suite: Suite, flow: Flow, **changes: str | None) -> Page:
    parameters: dict[str, str | None] = {
        "id_token_hint": flow.tokens["id_token"],
        "post_logout_redirect_uri": _back(suite),
        "state": secrets.token_urlsafe(96),
        **changes,
    }
    sent = {name: value for name, value in parameters.items() if value is not None}
    return await suite.browser.get(f"/end_session?{urlencode(sent)}" if sent else "/end_session")


async def _is_signed_out(suite: Suite) -> bool:
    return (await suite.silently(prompt="none")).get("error") in NEEDS_A_PAGE


async def test_oidcc_rp_initiated_logout(suite: Suite) -> None:
    """Rule 26."""
    flow = await suite.flow()
    state = secrets.token_urlsafe(96)

    page = await _sign_out(suite, flow, state=state)

    assert page.left_for is not None
    assert page.left_for.partition("?")[0] == _back(suite)
    assert page.answer == {"state": state}
    assert await _is_signed_out(suite)


async def test_oidcc_rp_initiated_logout_no_state(suite: Suite) -> None:
    """Rule 26."""
    page = await _sign_out(suite, await suite.flow(), state=None)

    assert page.left_for == _back(suite)
    assert await _is_signed_out(suite)


async def test_an_expired_id_token_is_a_hint_still(suite: Suite) -> None:
    """Rule 27; HPID_LIFE_ID_TOKEN is six seconds here."""
    flow = await suite.flow()
    await asyncio.sleep(max(0.0, flow.id_token["exp"] - time.time()) + 0.5)

    page = await _sign_out(suite, flow)

    assert page.left_for is not None
    assert await _is_signed_out(suite)


def _unsigned(token: str) -> str:
    """Return the token as oidcc-rp-initiated-logout-modified-id-token-hint makes it: alg none, no signature."""
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    return f"{head}.{token.split('.')[1]}."


def _foreign(token: str) -> str:
    """Return the same claims signed by somebody else."""
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    key = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "kid": header_of(token)["kid"]}, claims, key, algorithms=["RS256"])


@pytest.mark.parametrize(
    "case",
    [
        "bad-post-logout-redirect-uri",
        "query-added-to-post-logout-redirect-uri",
        "modified-id-token-hint",
        "bad-id-token-hint",
        "no-id-token-hint",
    ],
)
async def test_oidcc_rp_initiated_logout_that_must_not_lead_back(suite: Suite, case: str) -> None:
    """Rule 27."""
    flow = await suite.flow()
    hint = flow.tokens["id_token"]
    changes: dict[str, str | None] = {
        "bad-post-logout-redirect-uri": {"post_logout_redirect_uri": f"{_back(suite)}/bad"},
        "query-added-to-post-logout-redirect-uri": {"post_logout_redirect_uri": f"{_back(suite)}?foo=bar"},
        "modified-id-token-hint": {"id_token_hint": _unsigned(hint)},
        "bad-id-token-hint": {"id_token_hint": _foreign(hint)},
        "no-id-token-hint": {"id_token_hint": None},
    }[case]  # type: ignore[assignment]

    page = await _sign_out(suite, flow, **changes)

    assert page.left_for is None
    assert page.ids & {"error", "sign-out-here"}
    assert not await _is_signed_out(suite)


@pytest.mark.parametrize("case", ["no-params", "only-state", "no-post-logout-redirect-uri"])
async def test_oidcc_rp_initiated_logout_that_ends_here(suite: Suite, case: str) -> None:
    """Rule 27."""
    flow = await suite.flow()
    left_out = {
        "no-params": ("id_token_hint", "post_logout_redirect_uri", "state"),
        "only-state": ("id_token_hint", "post_logout_redirect_uri"),
        "no-post-logout-redirect-uri": ("post_logout_redirect_uri",),
    }[case]

    page = await _sign_out(suite, flow, **dict.fromkeys(left_out))
    if "sign-out-here" in page.ids:
        page = await suite.browser.press(page, "sign-out-here")

    assert page.left_for is None
    assert "page-signed-out" in page.ids
    assert await _is_signed_out(suite)


async def test_oidcc_backchannel_rp_initiated_logout(op: Outside) -> None:
    """Rule 28."""
    suite = Suite(op, op.relying_party("hpid-backchannel-logout"))
    flow = await suite.flow()

    path = urlsplit(suite.rp.redirect_uri).path.removesuffix("callback") + "backchannel_logout"
    before = sum(
        one.path.partition("?")[0] == path for one in op.suite.heard
    )  # other modules sign out of it too
    page = await _sign_out(suite, flow)

    assert page.left_for is not None
    told = op.suite.wait_for("POST", path, count=before + 1)[-1]
    assert told.form.keys() == {"logout_token"}
    assert told.headers["content-type"].partition(";")[0] == "application/x-www-form-urlencoded"
    assert told.tls == "TLSv1.3"
    claims: dict[str, Any] = await suite.rp.verify(op.http, told.form["logout_token"], algorithms=("RS256",))
    assert (claims["iss"], claims["aud"]) == (op.issuer, suite.rp.client_id)
    assert claims["events"] == {EVENT: {}}
    assert claims["sid"] == flow.id_token["sid"]
    assert claims["sub"] == flow.id_token["sub"]
    assert claims["jti"]
    assert abs(claims["iat"] - time.time()) < 300
    assert "nonce" not in claims
    kids = {header_of(token)["kid"] for token in (told.form["logout_token"], flow.tokens["id_token"])}
    assert len(kids) == 1
    assert await _is_signed_out(suite)
    assert dict(parse_qsl(urlsplit(page.left_for).query)).keys() == {"state"}


async def test_oidcc_frontchannel_rp_initiated_logout(op: Outside) -> None:
    """Rule 29; tests/journeys/test_front_channel.py sees in a browser that the frame loads before the page goes on."""
    suite = Suite(op, op.relying_party("hpid-frontchannel-logout"))
    flow = await suite.flow()
    state = secrets.token_urlsafe(96)

    page = await _sign_out(suite, flow, state=state)

    assert page.left_for is None
    (frame,) = page.frames
    address, _, query = frame.partition("?")
    assert address == suite.rp.redirect_uri.removesuffix("/callback") + "/frontchannel_logout"
    assert parse_qsl(query) == [("iss", op.issuer), ("sid", flow.id_token["sid"])]
    assert page.links["back"] == f"{_back(suite)}?{urlencode({'state': state})}"
    policy = page.response.headers["content-security-policy"]
    parts = urlsplit(address)
    assert f"frame-src {parts.scheme}://{parts.netloc};" in policy
    assert await _is_signed_out(suite)
