"""A signing key in this process – RFC 7518 §3.3 (RS256), §3.4 (ES256), §6; RFC 5958 (PKCS #8).

ES256 takes some 40 µs and is done in place; RS256 takes milliseconds and goes to a thread, where it lets go
of the interpreter. RSA keys are 3072 bits (SP 800-57: 128-bit strength, like P-256).
"""

import asyncio

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
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

LOCAL_ALGS = ("ES256", "RS256")
_P256_BYTES = 32
_RSA_BITS = 3072
_RSA_EXPONENT = 65537

_PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class LocalSigner:
    """Signs with a private key given as PKCS #8 DER."""

    __slots__ = ("_key", "alg", "kid", "public_jwk")

    def __init__(self, private_der: bytes, alg: str) -> None:
        """Load the key; ValueError unless it is one of ours for this algorithm."""
        self._key = _load(private_der, alg)
        numbers = _public_numbers(self._key)
        self.alg = alg
        self.kid = thumbprint(numbers)
        self.public_jwk = {**numbers, "use": "sig", "alg": alg, "kid": self.kid}

    async def sign(self, message: bytes) -> bytes:
        """Return the JWS signature of the message."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return await asyncio.to_thread(self._key.sign, message, padding.PKCS1v15(), SHA256())
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(_P256_BYTES, "big") + s.to_bytes(_P256_BYTES, "big")


def generate(alg: str) -> bytes:
    """Return a new private key as PKCS #8 DER. RS256 may take a second."""
    key: _PrivateKey
    match alg:
        case "ES256":
            key = ec.generate_private_key(ec.SECP256R1())
        case "RS256":
            key = rsa.generate_private_key(public_exponent=_RSA_EXPONENT, key_size=_RSA_BITS)
        case _:
            raise ValueError(f"no local key for this algorithm; there are {', '.join(LOCAL_ALGS)}")
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _load(private_der: bytes, alg: str) -> _PrivateKey:
    # checking RSA primes takes 150 ms of the event loop; that this is the key we made is proved by its seal
    key = load_der_private_key(private_der, password=None, unsafe_skip_rsa_key_validation=True)
    if alg == "ES256" and isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    if alg == "RS256" and isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _RSA_BITS:
        return key
    raise ValueError("the private key does not fit its algorithm")


def _public_numbers(key: _PrivateKey) -> dict[str, str]:
    if isinstance(key, rsa.RSAPrivateKey):
        rsa_numbers = key.public_key().public_numbers()
        return {"kty": "RSA", "n": _minimal(rsa_numbers.n), "e": _minimal(rsa_numbers.e)}
    numbers = key.public_key().public_numbers()
    x, y = (base64url.encode(number.to_bytes(_P256_BYTES, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _minimal(number: int) -> str:
    return base64url.encode(
        number.to_bytes((number.bit_length() + 7) // 8, "big")
    )  # RFC 7518 §2, Base64urlUInt
