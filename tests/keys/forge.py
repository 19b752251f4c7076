"""Builds tokens as an outsider would: valid ones to start from, and every wrong one an attacker thinks of."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

CLAIMS: dict[str, object] = {
    "iss": "https://client.example",
    "sub": "client",
    "exp": 2_000_000_000,
    "jti": "1",
}


class _Absent:
    """No value; cases are named after it alike in every process."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()
HASHES: dict[str, hashes.HashAlgorithm] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(header: object, claims: object = CLAIMS) -> str:
    return f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"


@dataclass(frozen=True)
class ForgedKey:
    """A private key of an outsider."""

    private: PrivateKey
    alg: str
    kid: str

    @property
    def jwk(self) -> dict[str, object]:
        named: dict[str, object] = {"kid": self.kid, "use": "sig"}
        public = self.private.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            return {**named, "kty": "OKP", "crv": "Ed25519", "x": b64(public.public_bytes_raw())}
        if isinstance(public, rsa.RSAPublicKey):
            numbers = public.public_numbers()
            return {**named, "kty": "RSA", "n": b64(minimal(numbers.n)), "e": b64(minimal(numbers.e))}
        size = (public.curve.key_size + 7) // 8
        x, y = public.public_numbers().x, public.public_numbers().y
        curve = f"P-{public.curve.key_size}"
        return {
            **named,
            "kty": "EC",
            "crv": curve,
            "x": b64(x.to_bytes(size, "big")),
            "y": b64(y.to_bytes(size, "big")),
        }

    def public_bytes(self, encoding: Encoding, form: PublicFormat) -> bytes:
        return self.private.public_key().public_bytes(encoding, form)

    def signature(self, message: bytes, alg: str | None = None) -> bytes:
        alg = alg or self.alg
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        digest = HASHES[alg[2:]]
        if isinstance(self.private, rsa.RSAPrivateKey):
            scheme: padding.AsymmetricPadding = (
                padding.PKCS1v15()
                if alg.startswith("RS")
                else padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
            )
            return self.private.sign(message, scheme, digest)
        size = (self.private.curve.key_size + 7) // 8
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(digest)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def sign_parts(self, header: str, payload: str) -> str:
        """Sign two parts as they are, however wrong."""
        return f"{header}.{payload}.{b64(self.signature(f'{header}.{payload}'.encode()))}"

    def token(self, claims: object = CLAIMS, /, **header: object) -> str:
        """Return a token that is right but for the header members given; ABSENT leaves one out."""
        members: dict[str, object] = {"alg": self.alg, "kid": self.kid, "typ": "JWT", **header}
        present = {name: value for name, value in members.items() if value is not ABSENT}
        return self.sign_parts(*unsigned(present, claims).split("."))

    def raw_token(self, header: bytes, payload: bytes | None = None) -> str:
        """Sign raw bytes as header and payload."""
        return self.sign_parts(b64(header), b64(json.dumps(CLAIMS).encode() if payload is None else payload))


def minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def hmac_token(
    alg: str, secret: bytes, header: Mapping[str, object] | None = None, claims: object = CLAIMS
) -> str:
    """Return a token under a symmetric algorithm."""
    message = unsigned({"alg": alg, "kid": "rsa", "typ": "JWT", **(header or {})}, claims)
    mac = hmac.HMAC(secret, HASHES[alg[2:]])
    mac.update(message.encode())
    return f"{message}.{b64(mac.finalize())}"


@cache
def keys() -> dict[str, ForgedKey]:
    """One key per algorithm, named by its kid."""
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return {
        "p256": ForgedKey(ec.generate_private_key(ec.SECP256R1()), "ES256", "p256"),
        "p384": ForgedKey(ec.generate_private_key(ec.SECP384R1()), "ES384", "p384"),
        "p521": ForgedKey(ec.generate_private_key(ec.SECP521R1()), "ES512", "p521"),
        "rsa": ForgedKey(rsa_key, "RS256", "rsa"),
        "ed": ForgedKey(ed25519.Ed25519PrivateKey.generate(), "EdDSA", "ed"),
    }


def key_set() -> dict[str, object]:
    """Return the JWK Set of all forged keys."""
    return {"keys": [key.jwk for key in keys().values()]}
