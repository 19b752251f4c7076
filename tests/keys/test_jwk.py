"""Other people's public keys – RFC 7517, RFC 7518 §6, RFC 8037; thumbprints – RFC 7638."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from keys.jwk import MAX_SET_BYTES, InvalidJwkSet, JwkSet, thumbprint
from tests.keys.forge import ForgedKey, b64, key_set, keys

VECTORS = Path(__file__).parent.parent / "vectors"


@pytest.mark.parametrize("vector", json.loads((VECTORS / "rfc7638.json").read_text())["thumbprints"])
def test_the_thumbprints_of_the_rfcs_come_out(
    vector: dict[str, object],
) -> None:  # RFC 7638 §3.1, RFC 8037 §A.3
    jwk = vector["jwk"]
    assert isinstance(jwk, dict)
    assert thumbprint(jwk) == vector["thumbprint"]


@pytest.mark.parametrize(
    "jwk", [{}, {"kty": "oct", "k": "AA"}, {"kty": "EC", "crv": "P-256", "x": "A"}, {"kty": 1}]
)
def test_what_is_no_public_key_has_no_thumbprint(jwk: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="thumbprint"):
        thumbprint(jwk)


def test_a_set_reads_the_same_from_a_mapping_text_or_bytes() -> None:
    text = json.dumps(key_set())
    from_mapping = JwkSet.parse(key_set())
    assert JwkSet.parse(text) == JwkSet.parse(text.encode()) == from_mapping
    assert [key.kid for key in from_mapping.keys] == ["p256", "p384", "p521", "rsa", "ed"]


def changed(key: str, /, **members: object) -> dict[str, object]:
    return {**keys()[key].jwk, **members}


def weak_rsa(bits: int) -> dict[str, object]:
    return ForgedKey(rsa.generate_private_key(public_exponent=65537, key_size=bits), "RS256", "w").jwk


IGNORED = {
    "symmetric": {"kty": "oct", "k": "c2VjcmV0", "kid": "x"},
    "private EC": changed("p256", d="AAAA"),
    "private RSA": changed("rsa", d="AAAA"),
    "private Ed25519": changed("ed", d="AAAA"),
    "for encryption": changed("rsa", use="enc"),
    "use of another type": changed("rsa", use=["sig"]),
    "not for verifying": changed("rsa", key_ops=["wrapKey"]),
    "for signing only": changed("rsa", key_ops="verify"),
    "alg of another type": changed("p256", alg="RS256"),
    "symmetric alg": changed("rsa", alg="HS256"),
    "RSA alg we do not take": changed("rsa", alg="RS1"),
    "kid is a number": changed("p256", kid=7),
    "unknown kty": changed("p256", kty="AKP"),
    "kty absent": {"crv": "P-256"},
    "kty is a list": changed("p256", kty=["EC"]),
    "unknown curve": changed("p256", crv="secp256k1"),
    "X25519": changed("ed", crv="X25519"),
    "Ed448": changed("ed", crv="Ed448"),
    "point off the curve": changed("p256", x=b64(bytes(31) + b"\1")),
    "point at infinity": changed("p256", x=b64(bytes(32)), y=b64(bytes(32))),
    "coordinate too short": changed("p256", x=b64(bytes(31))),
    "coordinate too long": changed("p256", x=f"AAAA{keys()['p256'].jwk['x']}"),
    "P-384 numbers under P-256": changed("p384", crv="P-256"),
    "coordinate absent": {"kty": "EC", "crv": "P-256", "x": b64(bytes(32))},
    "coordinate a number": changed("p256", x=1),
    "coordinate with padding": changed("p256", x=f"{keys()['p256'].jwk['x']}="),
    "Ed25519 key too short": changed("ed", x=b64(bytes(31))),
    "RSA of 1024 bits": weak_rsa(1024),
    "RSA with exponent 3": changed("rsa", e="Aw"),
    "RSA with exponent 1": changed("rsa", e="AQ"),
    "RSA with an even exponent": changed("rsa", e=b64((65538).to_bytes(3, "big"))),
    "RSA with a huge exponent": changed("rsa", e=b64(b"\1" + bytes(7) + b"\1")),
    "RSA of 16384 bits": changed("rsa", n=b64(b"\xff" * 2048)),
    "RSA with modulus zero": changed("rsa", n="AA"),
    "a string": "key",
    "null": None,
}


@pytest.mark.parametrize("name", IGNORED)
def test_a_key_we_do_not_use_is_left_out_and_the_others_stay(name: str) -> None:  # RFC 7517 §5
    parsed = JwkSet.parse({"keys": [IGNORED[name], {**keys()["p521"].jwk, "kid": "good"}]})
    assert [key.kid for key in parsed.keys] == ["good"]


def test_a_key_verifies_only_the_alg_it_names() -> None:  # RFC 7517 §4.4
    (key,) = JwkSet.parse({"keys": [changed("rsa", alg="PS256")]}).keys
    assert key.algs == {"PS256"}
    message = b"message"
    assert key.verifies(keys()["rsa"].signature(message, "PS256"), message, alg="PS256")
    assert not key.verifies(keys()["rsa"].signature(message, "RS256"), message, alg="RS256")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"keys":null}',
        '{"keys":{}}',
        '{"keys":[],"keys":[]}',
        b"\xff",
        b'{"keys":[]}' + b" " * MAX_SET_BYTES,
        '{"keys":' + "[" * 60_000,
        {"keys": "none"},
        {},
    ],
)
def test_what_is_not_a_set_is_refused(source: str | bytes | dict[str, object]) -> None:
    with pytest.raises(InvalidJwkSet):
        JwkSet.parse(source)


def test_two_keys_of_one_name_refuse_the_set() -> None:
    with pytest.raises(InvalidJwkSet, match="same kid"):
        JwkSet.parse({"keys": [keys()["p256"].jwk, changed("rsa", kid="p256")]})
    JwkSet.parse(
        {"keys": [keys()["p256"].jwk, changed("rsa", kid="p256", use="enc")]}
    )  # the other is not used


def test_an_empty_set_is_a_set_in_which_nothing_is_found() -> None:
    assert JwkSet.parse({"keys": []}).find(kid=None, alg="ES256") is None
