"""The one token a shared secret verifies: a client's assertion – OpenID Connect Core §9, RFC 7518 §3.2; SECURITY C02."""

import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import OctKey

from keys.jose import (
    MIN_SECRET_BYTES,
    InvalidJwt,
    JwkSet,
    Purpose,
    peek,
    supported_algs,
    verify,
    verify_with_secret,
)
from tests.keys.forge import ABSENT, CLAIMS, hmac_token, key_set, keys

SECRET = b"s" * MIN_SECRET_BYTES


def test_any_of_a_client_s_secrets_verifies_its_assertion() -> None:
    token = hmac_token("HS256", SECRET)
    for secrets in ([SECRET], [b"o" * 40, SECRET], [SECRET, b"o" * 40]):
        assert verify_with_secret(token, secrets=secrets).claims == CLAIMS
    theirs = jwt.encode({"alg": "HS256"}, dict(CLAIMS), OctKey.import_key(SECRET))
    assert verify_with_secret(theirs, secrets=[SECRET]).claims == CLAIMS


def test_another_secret_or_none_verifies_nothing() -> None:
    token = hmac_token("HS256", SECRET)
    for secrets in ([], [b"o" * 40], [SECRET + b"s"], [SECRET[1:] + b"t"]):
        with pytest.raises(InvalidJwt):
            verify_with_secret(token, secrets=secrets)


@pytest.mark.parametrize("secret", [b"", b"\0", b"null", b"secret", b"s" * 31])
def test_a_short_secret_proves_nothing_though_it_is_the_right_one(secret: bytes) -> None:  # RFC 7518 §3.2
    with pytest.raises(InvalidJwt):
        verify_with_secret(hmac_token("HS256", secret), secrets=[secret])


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "HS384"},
        {"alg": "HS512"},
        {"alg": "none"},
        {"alg": "hs256"},
        {"alg": "ES256"},
        {"alg": None},
        {"typ": "at+jwt"},
        {"typ": "oauth-authz-req+jwt"},
        {"crit": ["exp"]},
        {"b64": False},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"jku": "https://canary.example/keys"},
    ],
    ids=str,
)
def test_what_is_wrong_in_the_header_no_secret_saves(header: dict[str, object]) -> None:
    with pytest.raises(InvalidJwt):
        verify_with_secret(hmac_token("HS256", SECRET, header), secrets=[SECRET])


@pytest.mark.parametrize("alg", ["HS384", "HS512"])
def test_other_symmetric_algorithms_are_not_taken(alg: str) -> None:
    with pytest.raises(InvalidJwt, match="alg"):
        verify_with_secret(hmac_token(alg, b"s" * 64), secrets=[b"s" * 64])


def test_a_client_that_signs_with_its_key_is_not_read_with_a_secret() -> None:
    for key in keys().values():
        with pytest.raises(InvalidJwt, match="alg"):
            verify_with_secret(key.token(), secrets=[SECRET])


def test_no_other_purpose_knows_a_symmetric_algorithm() -> None:
    symmetric = {purpose for purpose in Purpose for alg in supported_algs(purpose) if alg.startswith("HS")}
    assert symmetric == {Purpose.CLIENT_SECRET_ASSERTION}
    assert supported_algs(Purpose.CLIENT_SECRET_ASSERTION) == ("HS256",)


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_no_key_set_verifies_a_symmetric_token_whatever_it_is_read_as(purpose: Purpose, alg: str) -> None:
    """RFC 8725 §3.1: neither a public key used as a secret, nor a secret shown in a set."""
    rsa = keys()["rsa"]
    shown = {"kty": "oct", "k": "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M", "kid": "rsa", "alg": alg}
    key_ring = JwkSet.parse({"keys": [*key_set()["keys"], {**shown, "kid": "oct"}]})  # type: ignore[misc]
    for secret in (
        SECRET,
        json.dumps(rsa.jwk).encode(),
        rsa.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        rsa.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    ):
        for kid in ("rsa", "oct", ABSENT):
            header = {} if kid is ABSENT else {"kid": kid}
            with pytest.raises(InvalidJwt):
                verify(hmac_token(alg, secret, header), purpose=purpose, keys=key_ring)


def test_peek_reads_it_as_what_it_is_alone() -> None:
    token = hmac_token("HS256", SECRET)
    assert peek(token, purpose=Purpose.CLIENT_SECRET_ASSERTION).unverified_claims == CLAIMS
    with pytest.raises(InvalidJwt):
        peek(token, purpose=Purpose.CLIENT_ASSERTION)
