"""A signing key in this process – RFC 7518 §3.3 (RS256), §3.4 (ES256), §3.5 (PS256), §6; RFC 8037 (EdDSA); RFC 5958.

A key signs one algorithm: RS256 and PS256 never share one. Elliptic curves take some 40 µs and are done in place; RSA
takes milliseconds and goes to a thread, where it lets go of the interpreter. RSA keys are 3072 bits (SP 800-57:
128-bit strength, like P-256 and Ed25519).
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from keys import base64url
from keys.jwk import thumbprint

LOCAL_ALGS = ("ES256", "EdDSA", "PS256", "RS256")
_P256_BYTES = 32
_RSA_BITS = 3072
_RSA_EXPONENT = 65537

_PADDINGS: Mapping[str, padding.AsymmetricPadding] = {
    "RS256": padding.PKCS1v15(),
    "PS256": padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=SHA256.digest_size),  # RFC 7518 §3.5
}
_ES256 = ec.ECDSA(SHA256())
_PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


class LocalSigner:
    """Signs with a private key given as PKCS #8 DER."""

    __slots__ = ("_is_slow", "_sign", "alg", "kid", "public_jwk")
    place = "database"

    def __init__(self, private_der: bytes, alg: str) -> None:
        """Load the key; ValueError unless it is one of ours for this algorithm."""
        key = _load(private_der, alg)
        numbers = _public_numbers(key)
        self._sign = _signing(key, alg)
        self._is_slow = isinstance(key, rsa.RSAPrivateKey)
        self.alg = alg
        self.kid = thumbprint(numbers)
        self.public_jwk = {**numbers, "use": "sig", "alg": alg, "kid": self.kid}

    async def sign(self, message: bytes) -> bytes:
        """Return the JWS signature of the message."""
        return await asyncio.to_thread(self._sign, message) if self._is_slow else self._sign(message)

    async def check(self) -> None:
        """It is here: it can sign."""

    async def erase(self) -> None:
        """It is nowhere but in its record, which is wiped by whoever erases it."""


def generate(alg: str) -> bytes:
    """Return a new private key as PKCS #8 DER. RSA may take a second."""
    key: _PrivateKey
    match alg:
        case "ES256":
            key = ec.generate_private_key(ec.SECP256R1())
        case "EdDSA":
            key = ed25519.Ed25519PrivateKey.generate()
        case "RS256" | "PS256":
            key = rsa.generate_private_key(public_exponent=_RSA_EXPONENT, key_size=_RSA_BITS)
        case _:
            raise ValueError(f"no local key for this algorithm; there are {', '.join(LOCAL_ALGS)}")
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _signing(key: _PrivateKey, alg: str) -> Callable[[bytes], bytes]:
    """Return what signs by this key, chosen once."""
    if isinstance(key, rsa.RSAPrivateKey):
        return partial(key.sign, padding=_PADDINGS[alg], algorithm=SHA256())
    return key.sign if isinstance(key, ed25519.Ed25519PrivateKey) else partial(_sign_by_curve, key.sign)


def _sign_by_curve(sign: Callable[[bytes, ec.ECDSA], bytes], message: bytes) -> bytes:
    r, s = decode_dss_signature(sign(message, _ES256))
    return r.to_bytes(_P256_BYTES, "big") + s.to_bytes(_P256_BYTES, "big")


def _load(private_der: bytes, alg: str) -> _PrivateKey:
    # checking RSA primes takes 150 ms of the event loop; that this is the key we made is proved by its seal
    key = load_der_private_key(private_der, password=None, unsafe_skip_rsa_key_validation=True)
    if alg == "ES256" and isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    if alg == "EdDSA" and isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if alg in _PADDINGS and isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _RSA_BITS:
        return key
    raise ValueError("the private key does not fit its algorithm")


def _public_numbers(key: _PrivateKey) -> dict[str, str]:
    if isinstance(key, rsa.RSAPrivateKey):
        rsa_numbers = key.public_key().public_numbers()
        return {"kty": "RSA", "n": _minimal(rsa_numbers.n), "e": _minimal(rsa_numbers.e)}
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(key.public_key().public_bytes_raw())}
    numbers = key.public_key().public_numbers()
    x, y = (base64url.encode(number.to_bytes(_P256_BYTES, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _minimal(number: int) -> str:
    return base64url.encode(
        number.to_bytes((number.bit_length() + 7) // 8, "big")
    )  # RFC 7518 §2, Base64urlUInt
