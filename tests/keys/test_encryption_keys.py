"""Keys we may encrypt to – RFC 7517 §4.2, RFC 7518 §4, RFC 8037 §3.2."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from keys.encryption_keys import AGREEMENT_ALGS, RSA_ALGS, EncryptionKeySet
from keys.jwk import InvalidJwkSet, JwkSet
from tests.keys.forge import ForgedKey, b64, keys


def x25519() -> dict[str, object]:
    public = X25519PrivateKey.generate().public_key().public_bytes_raw()
    return {"kty": "OKP", "crv": "X25519", "x": b64(public), "kid": "x25519", "use": "enc"}


def enc(name: str, /, **members: object) -> dict[str, object]:
    return {**keys()[name].jwk, "use": "enc", **members}


def read(*entries: object) -> EncryptionKeySet:
    return EncryptionKeySet.parse({"keys": list(entries)})


def test_each_kind_of_key_takes_the_algorithms_of_its_kind() -> None:
    found = read(enc("rsa"), enc("p256"), enc("p384"), enc("p521"), x25519())
    assert [key.algs for key in found.keys] == [RSA_ALGS] + [AGREEMENT_ALGS] * 4


def test_the_first_fitting_key_is_taken() -> None:
    found = read(enc("p256"), enc("rsa", kid="a"), enc("rsa", kid="b"))
    key = found.find("RSA-OAEP-256")
    assert key is not None
    assert key.kid == "a"
    assert found.find("RSA1_5") is None
    assert read(enc("rsa")).find("ECDH-ES") is None


def test_alg_narrows_a_key_to_one_algorithm() -> None:
    found = read(enc("rsa", alg="RSA-OAEP-256"))
    assert found.find("RSA-OAEP-256") is not None
    assert found.find("RSA-OAEP") is None


@pytest.mark.parametrize(
    "operations", [[], ["encrypt"], ["wrapKey"], ["deriveKey"], ["deriveBits", "verify"]]
)
def test_operations_that_encrypt_are_taken_at_their_word(operations: list[str]) -> None:
    assert read(enc("p256", key_ops=operations)).keys


@pytest.mark.parametrize(
    "entry",
    [
        {**keys()["rsa"].jwk, "use": "sig"},
        enc("rsa", alg="RSA1_5"),  # RFC 8725 §3.2: no PKCS #1 1.5 padding
        enc("rsa", alg="RS256"),
        enc("rsa", d="AAAA"),
        enc("p256", key_ops=["verify"]),
        enc("p256", key_ops="encrypt"),
        enc("p256", kid=1),
        enc("p256", crv="secp256k1"),
        enc("ed"),
        {**x25519(), "x": "AAAA"},
        {**x25519(), "crv": "X448"},
        {"kty": "oct", "k": "AAAA", "use": "enc"},
        ForgedKey(rsa.generate_private_key(65537, 1024), "RS256", "weak").jwk | {"use": "enc"},  # noqa: S505
        "no key",
    ],
)
def test_what_is_no_key_to_encrypt_to_is_left_out(entry: object) -> None:
    assert read(entry, enc("p384")).keys == read(enc("p384")).keys


def test_a_key_that_says_nothing_may_serve_for_both() -> None:
    entry = {name: value for name, value in keys()["p256"].jwk.items() if name != "use"}
    assert read(entry).keys
    assert JwkSet.parse({"keys": [entry]}).keys


def test_a_signing_and_an_encryption_key_may_share_a_name_but_no_two_of_one_kind() -> None:
    assert read({**keys()["p256"].jwk, "kid": "k"}, enc("rsa", kid="k")).keys
    with pytest.raises(InvalidJwkSet):
        read(enc("p256", kid="k"), enc("rsa", kid="k"))
