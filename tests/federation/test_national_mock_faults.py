"""The simulated national system: every fault that can be ordered is really there (E03)."""

import hmac
import json
import re
import time
from base64 import urlsafe_b64decode
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.errors import BadSignatureError, InvalidKeyIdError
from joserfc.jwk import RSAKey
from joserfc.jws import extract_compact

from federation.national_mock import broken_tokens, fault_list
from tests.federation.national_driver import (
    CLIENT_ID,
    HUONG,
    ISSUER,
    PASSWORDS,
    National,
    RelyingParty,
    answer,
    make_national,
)


@pytest.fixture
def national(tmp_path: Path) -> National:
    return make_national(tmp_path)


async def _order(national: National, mode: str, seconds: float = 0) -> None:
    response = await national.browser().http.post("/__faults", json={"mode": mode, "seconds": seconds})
    assert response.json()["mode"] == mode


def _unverified(id_token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(extract_compact(id_token.encode()).payload)
    return claims


def _header(id_token: str) -> dict[str, Any]:
    return extract_compact(id_token.encode()).headers()


async def _claims(national: National, mode: str, acr_values: str = "LoA2") -> dict[str, Any]:
    """The claims of an ID token with a fault that leaves the signature right."""
    await _order(national, mode)
    rp = RelyingParty(national)
    return await rp.verified((await rp.tokens(acr_values=acr_values))["id_token"])


@pytest.mark.parametrize(
    ("mode", "claim", "value"),
    [
        ("wrong_nonce", "nonce", "a nonce of somebody else's request"),
        ("no_nonce", "nonce", None),
        ("wrong_aud", "aud", "another-client"),
        ("aud_list", "aud", [CLIENT_ID, "another-client"]),
        ("other_issuer", "iss", "https://another-issuer.example"),
        ("no_exp", "exp", None),
        ("expired", "exp", 1_700_000_000 + 300 - 7200),
        ("future_iat", "iat", 1_700_000_000 + 7200),
        ("old_auth_time", "auth_time", 1_700_000_000 - 7200),
        ("sub_missing", "sub", None),
        ("sub_empty", "sub", ""),
        ("sub_number", "sub", 31),
        ("sub_huge", "sub", "n" * 4096),
        ("lower_acr", "acr", "LoA1"),
    ],
)
async def test_a_claim_is_wrong_and_the_others_are_right(
    national: National, mode: str, claim: str, value: object
) -> None:
    rp = RelyingParty(national)
    right = await rp.verified((await rp.tokens())["id_token"])
    wrong = await _claims(national, mode)
    assert wrong.get(claim) == value
    assert wrong.get(claim) != right[claim]
    related = {claim, "at_hash", "sid"} | (
        {"iat", "exp"} if claim in {"iat", "exp"} and mode != "no_exp" else set()
    )
    assert {k: v for k, v in wrong.items() if k not in related} == {
        k: v for k, v in right.items() if k not in related
    }


async def test_the_lowest_level_is_lowered_too(national: National) -> None:
    assert (await _claims(national, "lower_acr", acr_values="LoA1"))["acr"] == "LoA0"


async def test_a_wrong_key_signs_under_the_published_key_id(national: National) -> None:
    await _order(national, "wrong_key")
    rp = RelyingParty(national)
    id_token = (await rp.tokens())["id_token"]
    assert _header(id_token)["kid"] == (await rp.keys()).keys[0].kid
    with pytest.raises(BadSignatureError):
        await rp.verified(id_token)


async def test_an_unknown_key_id_is_not_published(national: National) -> None:
    await _order(national, "unknown_kid")
    rp = RelyingParty(national)
    with pytest.raises(InvalidKeyIdError):
        await rp.verified((await rp.tokens())["id_token"])


async def test_alg_none_has_no_signature(national: National) -> None:
    await _order(national, "alg_none")
    id_token = (await RelyingParty(national).tokens())["id_token"]
    assert _header(id_token)["alg"] == "none"
    assert id_token.endswith(".")
    assert _unverified(id_token)["aud"] == CLIENT_ID


async def test_hs256_uses_the_public_key_as_secret(national: National) -> None:
    await _order(national, "hs256")
    rp = RelyingParty(national)
    id_token = (await rp.tokens())["id_token"]
    (key,) = (await rp.keys()).keys
    assert isinstance(key, RSAKey)
    signed, _, signature = id_token.rpartition(".")
    expected = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
    assert urlsafe_b64decode(signature + "=") == expected
    assert _unverified(id_token)["sub"] == "sub-huong"


async def test_a_changed_key_is_published_beside_the_old_one(national: National) -> None:
    rp = RelyingParty(national)
    (before,) = (await rp.keys()).keys
    await _order(national, "key_rotated")
    id_token = (await rp.tokens())["id_token"]
    published = [key.kid for key in (await rp.keys()).keys]
    assert _header(id_token)["kid"] != before.kid
    assert published == [before.kid, _header(id_token)["kid"]]
    assert (await rp.verified(id_token))["sub"] == "sub-huong"
    await _order(national, "none")
    assert [key.kid for key in (await rp.keys()).keys] == [before.kid]


async def test_an_empty_key_set_publishes_nothing(national: National) -> None:
    await _order(national, "jwks_empty")
    assert (await national.browser().http.get("/oauth2/jwks")).json() == {"keys": []}


async def test_an_issuer_that_changed_its_name_says_so_everywhere(national: National) -> None:
    await _order(national, "issuer_changed")
    document = (await national.browser().http.get("/.well-known/openid-configuration")).json()
    given = answer(await national.browser().sign_in())
    claims = _unverified((await RelyingParty(national).redeem(given["code"])).json()["id_token"])
    assert {document["issuer"], given["iss"], claims["iss"]} == {broken_tokens.OTHER_ISSUER}


@pytest.mark.parametrize("seconds", [-7200, 45, 3600])
async def test_a_clock_that_is_off_is_off_in_every_moment(national: National, seconds: int) -> None:
    order = {"mode": "clock_off", "amount": seconds}
    assert (await national.browser().http.post("/__faults", json=order)).status_code == 200
    rp = RelyingParty(national)
    claims = await rp.verified((await rp.tokens())["id_token"])
    now = 1_700_000_000 + seconds
    assert (claims["iat"], claims["exp"], claims["auth_time"]) == (now, now + 300, now)


async def test_sent_back_twice_is_two_ways_back_with_one_answer(national: National) -> None:
    await _order(national, "double_callback")
    browser = national.browser()
    page = await browser.sign_in()
    ways = [unescape(way) for way in re.findall(r'id="back-\w+" href="([^"]+)"', page.text)]
    assert len(ways) == 2
    assert ways[0] == ways[1]
    assert (await RelyingParty(national).redeem(httpx.URL(ways[0]).params["code"])).status_code == 200


async def test_drops_come_whole_in_the_end(national: National) -> None:
    whole = (await national.browser().http.get("/oauth2/jwks")).content
    await national.browser().http.post("/__faults", json={"mode": "drip", "amount": 0.0001})
    started = time.monotonic()
    assert (await national.browser().http.get("/oauth2/jwks")).content == whole
    assert time.monotonic() - started >= 0.0001 * (len(whole) - 1)


async def test_slow_may_be_limited_in_time_too(national: National) -> None:
    order = {"mode": "slow", "amount": 0.2, "seconds": 20}
    await national.browser().http.post("/__faults", json=order)
    started = time.monotonic()
    await national.browser().http.get("/oauth2/jwks")
    assert time.monotonic() - started >= 0.2
    national.clock.now += 20
    assert (await national.browser().http.get("/__faults")).json()["mode"] == "none"


async def test_userinfo_is_about_somebody_else(national: National) -> None:
    rp = RelyingParty(national)
    tokens = await rp.tokens()
    await _order(national, "userinfo_sub_mismatch")
    assert (await rp.userinfo(tokens["access_token"])).json()["sub"] == "somebody-else"
    assert (await rp.verified(tokens["id_token"]))["sub"] == "sub-huong"


async def test_the_authorization_response_names_another_issuer(national: National) -> None:
    await _order(national, "wrong_iss_parameter")
    assert answer(await national.browser().sign_in())["iss"] == "https://another-issuer.example"


@pytest.mark.parametrize(("mode", "status"), [("http500", 500), ("maintenance", 503)])
async def test_every_address_fails_but_health_and_the_control(
    national: National, mode: str, status: int
) -> None:
    await _order(national, mode)
    http = national.browser().http
    for path in ("/oauth2/authorize", "/oauth2/jwks", "/.well-known/openid-configuration", "/nothing-here"):
        assert (await http.get(path)).status_code == status
    assert (await http.post("/oauth2/token")).status_code == status
    assert (await http.get("/health")).status_code == 200
    await _order(national, "none")
    assert (await http.get("/oauth2/jwks")).status_code == 200


async def test_maintenance_says_so_in_the_words_people_know(national: National) -> None:
    await _order(national, "maintenance")
    page = await national.browser().open("/oauth2/authorize")
    assert "Hệ thống đang bảo trì" in page.text
    assert int(page.headers["retry-after"]) > 0


async def test_slow_holds_every_answer_back(national: National) -> None:
    await _order(national, "slow", seconds=0.3)
    started = time.monotonic()
    assert (await national.browser().http.get("/oauth2/jwks")).status_code == 200
    assert time.monotonic() - started >= 0.3


async def test_a_fault_ends_by_itself_when_told_how_long(national: National) -> None:
    await _order(national, "http500", seconds=20)
    http = national.browser().http
    assert (await http.get("/oauth2/jwks")).status_code == 500
    national.clock.now += 20
    assert (await http.get("/oauth2/jwks")).status_code == 200
    assert (await http.get("/__faults")).json()["mode"] == "none"


async def test_a_fault_ordered_in_the_middle_of_a_sign_in_works(national: National) -> None:
    browser = national.browser()
    await browser.start()
    await browser.press(number=HUONG, password=PASSWORDS[HUONG])
    await _order(national, "maintenance")
    assert (await browser.post(otp=browser.otp())).status_code == 503
    await _order(national, "none")
    assert answer(await browser.press(otp=browser.otp()))["iss"] == ISSUER


async def test_the_control_lists_its_modes_and_refuses_others(national: National) -> None:
    http = national.browser().http
    listed = (await http.get("/__faults")).json()
    assert listed["mode"] == "none"
    assert set(broken_tokens.MODES) < set(listed["modes"]) == set(fault_list.MODES)
    for body in (
        {"mode": "earthquake"},
        {},
        {"mode": "down", "seconds": -1},
        {"mode": "none", "x": 1},
        [1],
        {"mode": "down", "amount": 1},
        {"mode": "slow", "amount": 0},
        {"mode": "drip", "amount": -1},
    ):
        assert (await http.post("/__faults", json=body)).status_code == 400
    assert (await http.get("/__faults")).json()["mode"] == "none"


async def test_the_control_obeys_programs_on_this_machine_only(national: National) -> None:
    order = {"mode": "http500"}
    assert (await national.browser("192.0.2.7").http.post("/__faults", json=order)).status_code == 403
    http = national.browser().http
    page = await http.post("/__faults", json=order, headers={"Origin": "https://attacker.example"})
    form = await http.post("/__faults", content=json.dumps(order), headers={"Content-Type": "text/plain"})
    assert (page.status_code, form.status_code) == (403, 403)
    assert (await http.get("/oauth2/jwks")).status_code == 200


async def test_without_the_setting_there_is_no_control(tmp_path: Path) -> None:
    http = make_national(tmp_path, faults=False).browser().http
    assert (await http.get("/__faults")).status_code == 404
    assert (await http.post("/__faults", json={"mode": "down"})).status_code == 404
