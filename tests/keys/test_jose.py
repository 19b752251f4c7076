"""Reading JWTs – RFC 7515, RFC 7519, RFC 8725: what is accepted, as what, and when."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwk, jwt

from keys import base64url
from keys.jose import (
    InvalidJwt,
    JwkSet,
    Purpose,
    UnknownKey,
    check_times,
    peek,
    supported_algs,
    verify,
)
from tests.keys.forge import ABSENT, CLAIMS, key_set, keys

VECTORS = Path(__file__).parent.parent / "vectors"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LEEWAY = timedelta(seconds=5)


def test_the_es256_token_of_the_rfc_verifies() -> None:  # RFC 7515 §A.3
    vector = json.loads((VECTORS / "rfc7515.json").read_text())
    verified = verify(
        vector["token"], purpose=Purpose.UPSTREAM_ID_TOKEN, keys=JwkSet.parse({"keys": [vector["jwk"]]})
    )
    assert verified.claims == vector["claims"]
    assert (verified.header.alg, verified.header.kid, verified.header.typ) == ("ES256", None, None)


def test_the_ed25519_signature_of_the_rfc_verifies() -> None:  # RFC 8037 §A.4
    vector = json.loads((VECTORS / "rfc8037.json").read_text())
    (key,) = JwkSet.parse({"keys": [vector["jwk"]]}).keys
    message, _, signature = vector["token"].rpartition(".")
    assert base64url.decode(message.split(".")[1]).decode() == vector["payload"]
    assert key.verifies(base64url.decode(signature), message.encode(), alg="EdDSA")
    assert not key.verifies(base64url.decode(signature), message.encode() + b"x", alg="EdDSA")


@pytest.mark.parametrize(
    ("kid", "alg"),
    [
        ("p256", "ES256"),
        ("p384", "ES384"),
        ("p521", "ES512"),
        ("rsa", "RS256"),
        ("rsa", "PS256"),
        ("rsa", "PS384"),
        ("rsa", "PS512"),
        ("ed", "EdDSA"),
        ("ed", "Ed25519"),
    ],
)
def test_each_accepted_algorithm_verifies_and_breaks_with_one_bit(kid: str, alg: str) -> None:
    key = keys()[kid]
    message = key.token(alg=alg).rpartition(".")[0]
    signature = key.signature(message.encode(), alg)
    key_ring = JwkSet.parse(key_set())
    token = f"{message}.{base64url.encode(signature)}"
    assert verify(token, purpose=Purpose.CLIENT_ASSERTION, keys=key_ring).claims == CLAIMS
    assert alg in supported_algs(Purpose.CLIENT_ASSERTION)
    for position in (0, len(signature) // 2, len(signature) - 1):
        broken = bytearray(signature)
        broken[position] ^= 1
        with pytest.raises(InvalidJwt, match="signature"):
            verify(
                f"{message}.{base64url.encode(bytes(broken))}",
                purpose=Purpose.CLIENT_ASSERTION,
                keys=key_ring,
            )


@pytest.mark.parametrize(
    ("theirs", "alg"),
    [(jwk.ECKey.generate_key("P-256"), "ES256"), (jwk.OKPKey.generate_key("Ed25519"), "Ed25519")],
)
def test_tokens_of_another_implementation_verify(theirs: jwk.ECKey | jwk.OKPKey, alg: str) -> None:
    token = jwt.encode({"alg": alg}, dict(CLAIMS), theirs, algorithms=[alg])
    key_ring = JwkSet.parse({"keys": [theirs.as_dict(private=False)]})
    assert verify(token, purpose=Purpose.CLIENT_ASSERTION, keys=key_ring).claims == CLAIMS


TYPES = [
    "JWT",
    None,
    "at+jwt",
    "logout+jwt",
    "oauth-authz-req+jwt",
    "client-authentication+jwt",
    "dpop+jwt",
    "JOSE",
]
# a shared secret's: tests/keys/test_shared_secret.py
ACCEPTED: dict[Purpose, set[str | None]] = {
    Purpose.ID_TOKEN_HINT: {"JWT", None},
    Purpose.ACCESS_TOKEN: {"at+jwt"},
    Purpose.LOGOUT_TOKEN: {"logout+jwt"},
    Purpose.UPSTREAM_ID_TOKEN: {"JWT", None},
    Purpose.CLIENT_ASSERTION: {"JWT", None, "client-authentication+jwt"},
    Purpose.REQUEST_OBJECT: {"JWT", None, "oauth-authz-req+jwt"},
}


def test_every_purpose_has_its_types() -> None:
    assert {*ACCEPTED, Purpose.CLIENT_SECRET_ASSERTION} == {*Purpose}


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose in ACCEPTED])
@pytest.mark.parametrize("typ", TYPES)
def test_a_token_is_only_read_as_what_its_typ_allows(
    purpose: Purpose, typ: str | None
) -> None:  # RFC 8725 §3.11
    key = keys()["p256"]
    token = key.token(typ=ABSENT) if typ is None else key.token(typ=typ)
    key_ring = JwkSet.parse(key_set())
    if typ in ACCEPTED[purpose]:
        assert verify(token, purpose=purpose, keys=key_ring).header.typ == typ
    else:
        with pytest.raises(InvalidJwt, match="typ"):
            verify(token, purpose=purpose, keys=key_ring)


def test_the_long_form_of_an_access_token_typ_is_accepted() -> None:  # RFC 9068 §4
    token = keys()["p256"].token(typ="application/at+jwt")
    verify(token, purpose=Purpose.ACCESS_TOKEN, keys=JwkSet.parse(key_set()))


@pytest.mark.parametrize("typ", ["AT+JWT", "at+JWT", "application/AT+jwt", 1, None, ["at+jwt"], {}, ""])
def test_another_spelling_of_an_access_token_typ_is_refused(typ: object) -> None:
    with pytest.raises(InvalidJwt, match="typ"):
        peek(keys()["p256"].token(typ=typ), purpose=Purpose.ACCESS_TOKEN)


@pytest.mark.parametrize(
    ("purpose", "typ"),
    [
        (Purpose.CLIENT_ASSERTION, "client-authentication+jwt"),
        (Purpose.REQUEST_OBJECT, "oauth-authz-req+jwt"),
        (Purpose.LOGOUT_TOKEN, "logout+jwt"),
        (Purpose.UPSTREAM_ID_TOKEN, "JWT"),
    ],
)
def test_others_may_spell_a_typ_as_media_types_are_spelled(purpose: Purpose, typ: str) -> None:
    key_ring = JwkSet.parse(key_set())  # RFC 7515 §4.1.9: case-insensitive, with application/ or without
    for spelled in (typ, typ.upper(), typ.lower(), f"application/{typ}", f"Application/{typ.title()}"):
        token = keys()["p256"].token(typ=spelled)
        assert verify(token, purpose=purpose, keys=key_ring).header.typ == typ
    for other in (
        f"application/application/{typ}",
        f"text/{typ}",
        f" {typ}",
        f"{typ};v=1",
        "",
        "application/",
        None,
    ):
        with pytest.raises(InvalidJwt, match="typ"):
            peek(keys()["p256"].token(typ=other), purpose=purpose)


def test_our_own_tokens_must_name_their_key() -> None:
    key_ring = JwkSet.parse({"keys": [keys()["p256"].jwk]})
    nameless = keys()["p256"].token(kid=ABSENT)
    verify(nameless, purpose=Purpose.CLIENT_ASSERTION, keys=key_ring)
    with pytest.raises(InvalidJwt, match="kid"):
        verify(nameless, purpose=Purpose.ID_TOKEN_HINT, keys=key_ring)


def test_our_own_tokens_are_not_accepted_under_algorithms_we_never_sign_with() -> None:
    for kid in ("p384", "p521"):
        with pytest.raises(InvalidJwt, match="alg"):
            verify(keys()[kid].token(), purpose=Purpose.ID_TOKEN_HINT, keys=JwkSet.parse(key_set()))


def test_a_key_that_is_not_in_the_set_is_told_apart_from_a_wrong_signature() -> None:
    token = keys()["p256"].token()
    others = JwkSet.parse({"keys": [keys()["p384"].jwk]})
    with pytest.raises(UnknownKey):
        verify(token, purpose=Purpose.UPSTREAM_ID_TOKEN, keys=others)
    with pytest.raises(InvalidJwt) as refusal:
        verify(token[:-8] + "AAAAAAAA", purpose=Purpose.UPSTREAM_ID_TOKEN, keys=JwkSet.parse(key_set()))
    assert not isinstance(refusal.value, UnknownKey)


def test_a_token_without_kid_needs_exactly_one_key_that_fits() -> None:
    token = keys()["rsa"].token(kid=ABSENT)
    second = {**keys()["rsa"].jwk, "kid": "rsa-2"}
    verify(token, purpose=Purpose.CLIENT_ASSERTION, keys=JwkSet.parse(key_set()))
    with pytest.raises(UnknownKey):
        verify(
            token,
            purpose=Purpose.CLIENT_ASSERTION,
            keys=JwkSet.parse({"keys": [keys()["rsa"].jwk, second]}),
        )


def test_peek_tells_what_an_unverified_token_says() -> None:
    token = keys()["p256"].token()
    peeked = peek(token[:-8] + "AAAAAAAA", purpose=Purpose.CLIENT_ASSERTION)
    assert peeked.unverified_claims == CLAIMS
    assert (peeked.header.alg, peeked.header.kid, peeked.header.typ) == ("ES256", "p256", "JWT")


@pytest.mark.parametrize("kid", ["", "k" * 257, 1, True, None, ["p256"], {}])
def test_a_malformed_kid_is_refused_before_a_key_is_sought(kid: object) -> None:
    with pytest.raises(InvalidJwt, match="kid"):
        peek(keys()["p256"].token(kid=kid), purpose=Purpose.CLIENT_ASSERTION)


def at(**seconds: float) -> dict[str, object]:
    return {name: NOW.timestamp() + offset for name, offset in seconds.items()}


@pytest.mark.parametrize(
    "claims",
    [
        at(exp=1),
        at(exp=-4.5),
        at(exp=300, nbf=0, iat=0),
        at(exp=300, nbf=4, iat=4),
        at(exp=300, iat=-64),
        {"exp": int(NOW.timestamp()) + 1},
    ],
)
def test_a_token_within_its_time_passes(claims: dict[str, object]) -> None:  # RFC 7519 §4.1.4-6
    check_times(claims, now=NOW, leeway=LEEWAY)


@pytest.mark.parametrize(
    ("claims", "word"),
    [
        ({}, "exp"),
        (at(exp=-5), "expired"),
        (at(exp=-100_000), "expired"),
        (at(exp=300, nbf=6), "yet"),
        (at(exp=300, iat=6), "iat"),
        ({"exp": None}, "exp"),
        ({"exp": True}, "exp is not a number"),
        ({"exp": "2000000000"}, "exp is not a number"),
        ({"exp": [2000000000]}, "exp"),
        ({"exp": float("inf")}, "exp"),
        ({"exp": float("nan")}, "exp"),
        ({"exp": 10**30}, "exp"),
        ({"exp": 10**400}, "exp"),
        ({"exp": -(10**400)}, "exp"),
        ({"exp": 2_000_000_000_000}, "exp"),
        ({"exp": 0}, "exp"),
        ({"exp": -1}, "exp"),
        ({**at(exp=300), "nbf": "0"}, "nbf"),
        ({**at(exp=300), "nbf": None}, "nbf"),
        ({**at(exp=300), "iat": False}, "iat is not a number"),
        ({**at(exp=300), "iat": {}}, "iat"),
    ],
)
def test_a_token_outside_its_time_or_without_a_proper_one_is_refused(
    claims: dict[str, object], word: str
) -> None:
    with pytest.raises(InvalidJwt, match=word):
        check_times(claims, now=NOW, leeway=LEEWAY)


def test_a_token_may_go_without_exp_only_where_the_caller_says_so() -> None:
    check_times({}, now=NOW, leeway=LEEWAY, require_exp=False)
    with pytest.raises(InvalidJwt, match="expired"):
        check_times(at(exp=-10), now=NOW, leeway=LEEWAY, require_exp=False)


def test_max_age_counts_from_iat_and_needs_it() -> None:
    minute = timedelta(seconds=60)
    check_times(at(exp=300, iat=-65), now=NOW, leeway=LEEWAY, max_age=minute)
    for claims in (at(exp=300, iat=-66), at(exp=300)):
        with pytest.raises(InvalidJwt, match="issued"):
            check_times(claims, now=NOW, leeway=LEEWAY, max_age=minute)
