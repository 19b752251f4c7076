"""Signing keys in this process – RFC 7518 §3.3–3.5, RFC 8037, RFC 7638."""

import asyncio
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keys.jwk import JwkSet, thumbprint
from keys.local import LOCAL_ALGS, LocalSigner, generate
from keys.signer import Signer

SIZES = {"ES256": 64, "EdDSA": 64, "PS256": 384, "RS256": 384}


def der(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def as_signer(signer: Signer) -> Signer:
    """Let the type checker see that a LocalSigner is one."""
    return signer


@pytest.mark.parametrize("alg", LOCAL_ALGS)
async def test_a_generated_key_signs_and_its_public_key_verifies(alg: str) -> None:
    signer = as_signer(LocalSigner(generate(alg), alg))
    signature = await signer.sign(b"message")
    (key,) = JwkSet.parse({"keys": [dict(signer.public_jwk)]}).keys
    assert key.verifies(signature, b"message", alg=alg)
    assert not key.verifies(signature, b"massage", alg=alg)
    assert key.kid == signer.kid
    assert key.algs == {alg}
    assert len(signature) == SIZES[alg]


@pytest.mark.parametrize("alg", LOCAL_ALGS)
def test_the_kid_is_the_thumbprint_and_stays_the_same(alg: str) -> None:  # RFC 7638
    private_der = generate(alg)
    one, again = LocalSigner(private_der, alg), LocalSigner(private_der, alg)
    assert one.kid == again.kid == thumbprint(one.public_jwk) == one.public_jwk["kid"]
    assert len(one.kid) == 43


def test_coordinates_keep_their_leading_zeros() -> None:  # RFC 7518 §6.2.1.2
    small = next(
        n
        for n in range(1, 5000)
        if ec.derive_private_key(n, ec.SECP256R1()).public_key().public_numbers().x < 1 << 248
    )
    signer = LocalSigner(der(ec.derive_private_key(small, ec.SECP256R1())), "ES256")
    assert (len(signer.public_jwk["x"]), len(signer.public_jwk["y"])) == (43, 43)
    assert JwkSet.parse({"keys": [signer.public_jwk]}).keys


async def test_many_signatures_at_once_are_all_right() -> None:
    signer = LocalSigner(generate("RS256"), "RS256")
    (key,) = JwkSet.parse({"keys": [signer.public_jwk]}).keys
    messages = [str(number).encode() for number in range(20)]
    signatures = await asyncio.gather(*(signer.sign(message) for message in messages))
    assert all(key.verifies(s, m, alg="RS256") for s, m in zip(signatures, messages, strict=True))


async def test_an_rsa_signature_is_one_of_its_own_scheme_alone() -> None:  # RFC 8725 §3.1
    message = b"message"
    for alg, other in (("RS256", "PS256"), ("PS256", "RS256")):
        signer = LocalSigner(generate(alg), alg)
        (named,) = JwkSet.parse({"keys": [signer.public_jwk]}).keys
        (bare,) = JwkSet.parse({"keys": [{k: v for k, v in signer.public_jwk.items() if k != "alg"}]}).keys
        signature = await signer.sign(message)
        assert bare.verifies(signature, message, alg=alg)
        assert not bare.verifies(signature, message, alg=other)
        assert not named.verifies(signature, message, alg=other)


def ed448_der() -> bytes:
    return ed448.Ed448PrivateKey.generate().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


WRONG_KEYS: dict[str, Callable[[], tuple[bytes, str]]] = {
    "P-384 for ES256": lambda: (der(ec.generate_private_key(ec.SECP384R1())), "ES256"),
    "secp256k1 for ES256": lambda: (der(ec.generate_private_key(ec.SECP256K1())), "ES256"),
    "RSA for ES256": lambda: (generate("RS256"), "ES256"),
    "EC for RS256": lambda: (generate("ES256"), "RS256"),
    "RSA of 2048 bits": lambda: (
        der(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        "RS256",
    ),
    "RSA of 2048 bits for PS256": lambda: (
        der(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        "PS256",
    ),
    "Ed25519": lambda: (der(ed25519.Ed25519PrivateKey.generate()), "ES256"),
    "EC for EdDSA": lambda: (generate("ES256"), "EdDSA"),
    "Ed448 for EdDSA": lambda: (ed448_der(), "EdDSA"),
    "Ed25519 for PS256": lambda: (generate("EdDSA"), "PS256"),
    "unknown algorithm": lambda: (generate("ES256"), "none"),
    "junk": lambda: (b"junk", "ES256"),
    "nothing": lambda: (b"", "ES256"),
}


@pytest.mark.parametrize("name", WRONG_KEYS)
def test_a_key_that_does_not_fit_its_algorithm_is_refused(name: str) -> None:
    private_der, alg = WRONG_KEYS[name]()
    with pytest.raises(ValueError):  # noqa: PT011 - the library's and our own words
        LocalSigner(private_der, alg)


def test_only_known_algorithms_are_generated() -> None:
    for alg in ("none", "HS256", "PS512", "Ed25519", ""):
        with pytest.raises(ValueError, match="ES256, EdDSA, PS256, RS256"):
            generate(alg)
