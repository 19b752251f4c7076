"""The simulated national system tells relying parties of a sign-out – Back-Channel and Front-Channel Logout 1.0."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

import httpx
import pytest
from joserfc import jwt
from joserfc.jws import extract_compact

from tests.federation.national_driver import (
    CLIENT_ID,
    CLIENTS,
    HUONG,
    ISSUER,
    LOGGED_OUT_URI,
    Browser,
    National,
    RelyingParty,
    answer,
    make_national,
)

pytestmark = pytest.mark.network
FRAMED = "http://localhost:8443/upstream/national/frontchannel_logout"


class _Listener:
    """A relying party's back channel: what it was told."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.status = 200
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                listener.tokens += form["logout_token"]
                self.send_response(listener.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def listener() -> Iterator[_Listener]:
    listener = _Listener()
    thread = Thread(target=listener.server.serve_forever)
    thread.start()
    yield listener
    listener.server.shutdown()
    thread.join()
    listener.server.server_close()


@pytest.fixture
def national(tmp_path: Path, listener: _Listener) -> National:
    told = {
        "backchannel_logout_uri": f"http://127.0.0.1:{listener.server.server_port}/told",
        "frontchannel_logout_uri": FRAMED,
    }
    return make_national(tmp_path, clients=[CLIENTS[0] | told, CLIENTS[1]])


async def _signed_in(national: National) -> tuple[Browser, str, dict[str, str]]:
    """A browser, its sid at the relying party, the tokens."""
    browser, rp = national.browser(), RelyingParty(national)
    tokens = (await rp.redeem(answer(await browser.sign_in(HUONG))["code"])).json()
    return browser, (await rp.verified(tokens["id_token"]))["sid"], tokens


async def test_the_account_page_says_where_one_is_signed_in(national: National) -> None:
    browser, _, _ = await _signed_in(national)
    page = await browser.open("/authenticationendpoint/profile.do")
    assert "Hải Phòng ID" in page.text
    stranger = await national.browser().open("/authenticationendpoint/profile.do")
    assert "Hải Phòng ID" not in stranger.text


async def test_signing_out_there_tells_the_relying_party_by_both_channels(
    national: National, listener: _Listener
) -> None:
    browser, sid, tokens = await _signed_in(national)
    await browser.open("/authenticationendpoint/profile.do")
    page = await browser.press("sign_out")
    (token,) = listener.tokens
    claims = jwt.decode(token, await RelyingParty(national).keys(), algorithms=["RS256"]).claims
    now = int(national.clock.now)
    assert claims | {"jti": ""} == {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + 120,
        "jti": "",
        "sub": "sub-huong",
        "sid": sid,
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }
    assert claims["jti"]
    assert extract_compact(token.encode()).headers()["typ"] == "logout+jwt"
    assert f'src="{FRAMED}?iss=http%3A%2F%2Flocalhost%3A8090&amp;sid={sid}"' in page.text
    assert "frame-src http://localhost:8443" in page.headers["content-security-policy"]
    assert 'id="heard"' in page.text
    assert (await RelyingParty(national).userinfo(tokens["access_token"])).status_code == 401


async def test_a_session_ends_once(national: National, listener: _Listener) -> None:
    browser, _, _ = await _signed_in(national)
    form = await browser.open("/authenticationendpoint/profile.do")
    await browser.press("sign_out")
    browser.page = form
    await browser.press("sign_out")
    assert len(listener.tokens) == 1


@pytest.mark.parametrize("status", [400, 500, 303])
async def test_who_did_not_hear_it_is_said_so(national: National, listener: _Listener, status: int) -> None:
    listener.status = status
    browser, _, _ = await _signed_in(national)
    await browser.open("/authenticationendpoint/profile.do")
    page = await browser.press("sign_out")
    assert 'id="silent"' in page.text
    assert 'id="heard"' not in page.text


@pytest.mark.parametrize("origin", ["", "null", "https://attacker.example"])
async def test_another_site_signs_nobody_out(national: National, listener: _Listener, origin: str) -> None:
    browser, _, _ = await _signed_in(national)
    await browser.open("/authenticationendpoint/profile.do")
    assert (await browser.post("sign_out", origin=origin)).status_code == 403
    assert listener.tokens == []


async def test_an_account_is_signed_out_everywhere_by_an_order(
    national: National, listener: _Listener
) -> None:
    sids = {(await _signed_in(national))[1] for _ in range(2)}
    http = national.browser().http
    told = await http.post("/__sign_out", json={"number": HUONG})
    assert told.json() == {"ended": 2, "heard": 2, "silent": 0}
    keys = await RelyingParty(national).keys()
    assert {jwt.decode(token, keys, algorithms=["RS256"]).claims["sid"] for token in listener.tokens} == sids
    assert (await http.post("/__sign_out", json={"number": "031099999999"})).status_code == 404
    assert (await http.post("/__sign_out", json={"who": HUONG})).status_code == 400
    page = await http.post(
        "/__sign_out", json={"number": HUONG}, headers={"Origin": "https://attacker.example"}
    )
    assert page.status_code == 403


async def test_who_asked_for_the_sign_out_itself_is_not_told(national: National, listener: _Listener) -> None:
    browser, _, tokens = await _signed_in(national)
    query = httpx.QueryParams(id_token_hint=tokens["id_token"], post_logout_redirect_uri=LOGGED_OUT_URI)
    assert (await browser.http.get(f"/oidc/logout?{query}")).status_code == 303
    page = await browser.open("/authenticationendpoint/profile.do")
    assert "sign-out-all" not in page.text
    assert listener.tokens == []


async def test_a_session_is_forgotten_after_half_a_day(national: National) -> None:
    browser, _, _ = await _signed_in(national)
    national.clock.now += 12 * 60 * 60
    page = await browser.open("/authenticationendpoint/profile.do")
    assert "sign-out-all" not in page.text
