"""ID tokens of an upstream that must never open a session – Core §3.1.3.7, RFC 8725; SECURITY C01–C07, E03."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from federation.upstream import UpstreamDenied
from tests import make
from tests.federation.upstream_double import (
    ISSUED,
    ISSUER,
    JWKS,
    METADATA,
    NONCE,
    TOKEN,
    USERINFO,
    UpstreamDouble,
    redeem,
    refused,
)
from tests.keys.forge import ABSENT, b64, hmac_token, keys, unsigned

WRONG_CLAIMS: list[tuple[str, dict[str, Any]]] = [
    ("other nonce", {"nonce": "of-another-journey"}),
    ("empty nonce", {"nonce": ""}),
    ("null nonce", {"nonce": None}),
    ("number as nonce", {"nonce": 1}),
    ("list as nonce", {"nonce": [NONCE]}),
    ("strange nonce", {"nonce": "ễ"}),
    ("aud of another", {"aud": "another-client"}),
    ("aud in other letters", {"aud": "HAIPHONG-ID"}),
    ("aud list of two", {"aud": ["haiphong-id", "another-client"]}),
    ("aud list of two and azp", {"aud": ["haiphong-id", "another-client"], "azp": "haiphong-id"}),
    ("aud list with a twin", {"aud": ["haiphong-id", "haiphong-id"]}),
    ("aud list of another", {"aud": ["another-client"]}),
    ("empty aud list", {"aud": []}),
    ("nested aud", {"aud": [["haiphong-id"]]}),
    ("object as aud", {"aud": {"haiphong-id": 1}}),
    ("null aud", {"aud": None}),
    ("azp of another", {"azp": "another-client"}),
    ("null azp", {"azp": None}),
    ("iss of another", {"iss": "https://another.example"}),
    ("iss with a slash", {"iss": ISSUER + "/"}),
    ("iss on http", {"iss": ISSUER.replace("https", "http")}),
    ("list as iss", {"iss": [ISSUER]}),
    ("exp past", {"exp": ISSUED - 61}),
    ("exp as text", {"exp": str(ISSUED + 300)}),
    ("exp true", {"exp": True}),
    ("exp null", {"exp": None}),
    ("exp zero", {"exp": 0}),
    ("exp beyond time", {"exp": 10**30}),
    ("iat future", {"iat": ISSUED + 61}),
    ("iat long ago", {"iat": ISSUED - 661}),
    ("iat as text", {"iat": str(ISSUED)}),
    ("nbf future", {"nbf": ISSUED + 61}),
    ("sub empty", {"sub": ""}),
    ("sub null", {"sub": None}),
    ("sub number", {"sub": 31}),
    ("sub list", {"sub": ["subject-1"]}),
    ("sub of 4 kB", {"sub": "n" * 4096}),
    ("sub of 256", {"sub": "n" * 256}),
    ("sub not ASCII", {"sub": "ngườidân"}),
    ("auth_time as text", {"auth_time": str(ISSUED)}),
    ("auth_time true", {"auth_time": True}),
    ("auth_time null", {"auth_time": None}),
    ("auth_time future", {"auth_time": ISSUED + 61}),
    ("auth_time zero", {"auth_time": 0}),
    ("auth_time negative", {"auth_time": -1}),
    ("auth_time beyond time", {"auth_time": 10**30}),
    ("crit", {"crit": ["exp"]}),
]


@pytest.mark.parametrize("changes", [c for _, c in WRONG_CLAIMS], ids=[name for name, _ in WRONG_CLAIMS])
async def test_a_claim_that_is_not_right_is_a_refusal(changes: dict[str, Any]) -> None:  # Core §3.1.3.7; E03
    upstream = UpstreamDouble()
    upstream.claims |= changes
    upstream.userinfo["sub"] = upstream.claims["sub"]
    error = await refused(upstream)
    assert error.reason.startswith("id_token: ")
    assert not error.unavailable, "they answered; what they said is not to be believed"
    assert not isinstance(error, UpstreamDenied)
    assert USERINFO not in upstream.calls


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "exp", "iat", "nonce"])
async def test_a_claim_that_is_missing_is_a_refusal(claim: str) -> None:  # Core §3.1.3.7; E03
    upstream = UpstreamDouble()
    upstream.without(claim)
    assert (await refused(upstream)).reason.startswith("id_token: ")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["haiphong-id"]},
        {"azp": "haiphong-id"},
        {"exp": ISSUED - 59},
        {"iat": ISSUED + 59},
        {"iat": ISSUED - 600},
        {"sub": "n" * 255},
        {"auth_time": ISSUED + 59},
        {"auth_time": ISSUED - 5.5},
    ],
    ids=str,
)
async def test_a_clock_a_minute_off_and_one_audience_in_a_list_are_fine(changes: dict[str, Any]) -> None:
    upstream = UpstreamDouble()
    upstream.claims |= changes
    upstream.userinfo["sub"] = upstream.claims["sub"]
    assert (await redeem(upstream)).auth_time <= make.NOW


async def test_the_moment_of_sign_in_is_theirs_and_never_in_our_future() -> None:  # Core §2
    upstream = UpstreamDouble()
    upstream.claims["auth_time"] = ISSUED - 7200
    assert (await redeem(upstream)).auth_time == make.NOW - 2 * make.HOUR
    upstream.claims["auth_time"] = ISSUED + 30
    assert (await redeem(upstream)).auth_time == make.NOW
    upstream.without("auth_time")
    assert (await redeem(upstream)).auth_time == make.NOW


@pytest.mark.parametrize(
    ("acr", "amr", "understood"),
    [
        (None, None, (None, ())),
        (3, "pwd", (None, ())),
        (["LoA3"], {"pwd": 1}, (None, ())),
        ("LoA3", ["pwd", 1, None, "", "x" * 65], ("LoA3", ("pwd",))),
        ("LoA3", ["a"] * 1000, ("LoA3", ("a",) * 16)),
    ],
    ids=["null", "wrong types", "containers", "mixed", "many"],
)
async def test_what_is_said_of_the_level_is_text_or_nothing(acr: Any, amr: Any, understood: Any) -> None:
    upstream = UpstreamDouble()
    upstream.claims |= {"acr": acr, "amr": amr}
    signed_in = await redeem(upstream)
    assert (signed_in.acr, signed_in.amr) == understood


def _blank(claims: dict[str, Any]) -> str:
    return f"{unsigned({'alg': 'ES256', 'kid': 'p256', 'typ': 'JWT'}, claims)}."


def _public_pem(claims: dict[str, Any]) -> str:
    pem = keys()["rsa"].public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _, payload, _ = keys()["rsa"].token(claims).split(".")
    head, _, mac = hmac_token("HS256", pem).split(".")
    return f"{head}.{payload}.{mac}"


WRONG_SIGNATURES: list[tuple[str, Callable[[dict[str, Any]], str]]] = [
    ("alg none", lambda claims: f"{unsigned({'alg': 'none', 'typ': 'JWT'}, claims)}."),
    ("alg None", lambda claims: f"{unsigned({'alg': 'None'}, claims)}.{b64(b'x')}"),
    ("no alg", lambda claims: keys()["p256"].token(claims, alg=ABSENT)),
    ("blank signature", _blank),
    ("HS256 of the public key", _public_pem),
    ("HS256 of nothing", lambda _: hmac_token("HS256", b"")),
    ("alg of another key type", lambda claims: keys()["p256"].token(claims, alg="RS256")),
    ("another key under this kid", lambda claims: keys()["rsa"].token(claims, kid="p256")),
    ("a key of its own", lambda claims: keys()["p384"].token(claims, kid="p256", jwk=keys()["p384"].jwk)),
    ("a key from a URL", lambda claims: keys()["p256"].token(claims, jku="https://evil.test/jwks")),
    ("crit", lambda claims: keys()["p256"].token(claims, crit=["b64"], b64=False)),
    ("typ of an access token", lambda claims: keys()["p256"].token(claims, typ="at+jwt")),
    ("typ of a logout token", lambda claims: keys()["p256"].token(claims, typ="logout+jwt")),
    ("four parts", lambda claims: keys()["p256"].token(claims) + ".x"),
    ("encrypted", lambda _: "a.b.c.d.e"),
    ("not a token", lambda _: "token"),
    ("empty", lambda _: ""),
    ("too large", lambda claims: keys()["p256"].token({**claims, "x": "y" * 16384})),
    ("repeated name", lambda _: keys()["p256"].raw_token(b'{"alg":"ES256","alg":"none","kid":"p256"}')),
    ("deep header", lambda _: keys()["p256"].raw_token(b'{"a":' * 3000)),
]


@pytest.mark.parametrize("sign", [s for _, s in WRONG_SIGNATURES], ids=[name for name, _ in WRONG_SIGNATURES])
async def test_a_token_that_their_key_did_not_sign_is_a_refusal(
    sign: Callable[[dict[str, Any]], str],
) -> None:
    upstream = UpstreamDouble()  # RFC 8725; SECURITY C01, C02, C03, C05, C07
    upstream.kids = ["p256", "rsa"]
    upstream.sign = sign
    error = await refused(upstream)
    assert error.reason.startswith("id_token: ")
    assert not error.unavailable
    assert {*upstream.calls} == {METADATA, TOKEN, JWKS}
