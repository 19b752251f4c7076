"""Public keys of others that verify, and key thumbprints – RFC 7517, RFC 7518 §6, RFC 8037, RFC 7638. Pure.

Stricter than the RFCs: what can't be a public signing key we trust (private, symmetric, unknown, encryption,
weak) is left out; two keys of one `kid` refuse the set. A key verifies only the algorithms of its own type
(RFC 8725 §3.1).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from keys import base64url
from keys.strict_json import parse_json_object

MAX_SET_BYTES = 64 * 1024
_RSA_BITS = range(2048, 8192 + 1)  # RFC 7518 §3.3; more only costs us time
_MIN_RSA_EXPONENT = 65537
_RSA_ALGS = frozenset({"RS256", "PS256", "PS384", "PS512"})
_ED25519_ALGS = frozenset({"EdDSA", "Ed25519"})  # RFC 8037 §3.1, RFC 9864 §2.2
_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
_CURVES: Mapping[str, tuple[ec.EllipticCurve, int, str]] = {
    "P-256": (ec.SECP256R1(), 32, "ES256"),
    "P-384": (ec.SECP384R1(), 48, "ES384"),
    "P-521": (ec.SECP521R1(), 66, "ES512"),
}
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""RFC 7518 §6.2.2, §6.3.2, §6.4.1: what nobody but the owner may know."""
_THUMBPRINT_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | Ed25519PublicKey


class Named(Protocol):
    """A key of a set, as far as the set must know it."""

    @property
    def kid(self) -> str | None:
        """Its name."""


NamedT = TypeVar("NamedT", bound=Named)


class InvalidJwkSet(ValueError):
    """Not a JWK Set, too large, or ambiguous; the text is for logs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicJwk:
    """A public key, its name, and what it may verify."""

    kid: str | None
    algs: frozenset[str]
    key: PublicKey

    def verifies(self, signature: bytes, message: bytes, *, alg: str) -> bool:
        """Tell whether the signature is this key's over the message (RFC 7518 §3.3–3.5, RFC 8037 §3.1)."""
        if alg not in self.algs:
            return False
        try:
            _verify(self.key, signature, message, alg)
        except InvalidSignature:
            return False
        return True


DECOY = PublicJwk(
    kid=None, algs=frozenset({"ES256"}), key=ec.derive_private_key(2, ec.SECP256R1()).public_key()
)
"""Nobody's key: verifying with it only takes the time it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JwkSet:
    """The usable keys of a JWK Set."""

    keys: tuple[PublicJwk, ...]

    @classmethod
    def parse(cls, source: Mapping[str, object] | bytes | str) -> Self:
        """Return the usable keys, possibly none, or raise InvalidJwkSet (RFC 7517 §5)."""
        return cls(keys=usable_keys(source, _parse_key))

    def find(self, *, kid: str | None, alg: str) -> PublicJwk | None:
        """Return the key of that name, or for a token that names none the only one that fits; else None."""
        fitting = [key for key in self.keys if alg in key.algs and (kid is None or key.kid == kid)]
        return fitting[0] if len(fitting) == 1 else None


def thumbprint(jwk: Mapping[str, object]) -> str:
    """Return the SHA-256 thumbprint of a public key (RFC 7638 §3), or raise ValueError."""
    names = _THUMBPRINT_MEMBERS.get(str(jwk.get("kty")))
    if names is None or not all(isinstance(jwk.get(name), str) for name in names):
        raise ValueError("no thumbprint is defined for this key")
    canonical = json.dumps({name: jwk[name] for name in names}, sort_keys=True, separators=(",", ":"))
    return base64url.encode(hashlib.sha256(canonical.encode()).digest())


def usable_keys(
    source: Mapping[str, object] | bytes | str, parse: Callable[[object], NamedT | None]
) -> tuple[NamedT, ...]:
    """Return what `parse` can use of a JWK Set, in its order, or raise InvalidJwkSet (RFC 7517 §5)."""
    keys = tuple(key for key in map(parse, parse_entries(source)) if key is not None)
    names = [key.kid for key in keys if key.kid is not None]
    if len(set(names)) != len(names):
        raise InvalidJwkSet("two usable keys have the same kid")
    return keys


def parse_entries(source: Mapping[str, object] | bytes | str) -> list[object]:
    """Return what a JWK Set lists, still unread, or raise InvalidJwkSet (RFC 7517 §5.1)."""
    members = source if isinstance(source, Mapping) else _parse_text(source)
    entries = members.get("keys")
    if not isinstance(entries, list):
        raise InvalidJwkSet("a JWK Set needs an array named keys")
    return entries


def _parse_text(source: bytes | str) -> dict[str, object]:
    if len(source) > MAX_SET_BYTES:
        raise InvalidJwkSet("the JWK Set is too large")
    try:
        return parse_json_object(source.encode() if isinstance(source, str) else source)
    except ValueError as error:
        raise InvalidJwkSet(f"the JWK Set is not one JSON object: {error.args[0]}") from None


def _parse_key(entry: object) -> PublicJwk | None:
    """Return the key, or None for what we do not use (RFC 7517 §5: unknown keys are ignored)."""
    if not isinstance(entry, Mapping) or PRIVATE_MEMBERS & entry.keys():
        return None
    operations = entry.get("key_ops", ["verify"])
    if entry.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return None
    kid = entry.get("kid")
    if kid is not None and not isinstance(kid, str):
        return None
    try:
        key, algs = public_key(entry)
    except (ValueError, KeyError):
        return None
    if "alg" in entry:
        algs = frozenset(alg for alg in algs if alg == entry["alg"])
    return PublicJwk(kid=kid, algs=algs, key=key) if algs else None


def public_key(jwk: Mapping[str, object]) -> tuple[PublicKey, frozenset[str]]:
    """Return a key with the signatures it could verify; ValueError or KeyError if it is not one we would trust."""
    match jwk["kty"]:
        case "EC":
            curve, size, alg = _CURVES[_text(jwk, "crv")]
            x, y = (_coordinate(jwk, name, size) for name in ("x", "y"))
            return ec.EllipticCurvePublicNumbers(x, y, curve).public_key(), frozenset({alg})
        case "RSA":
            n, e = (int.from_bytes(base64url.decode(_text(jwk, name)), "big") for name in ("n", "e"))
            if n.bit_length() not in _RSA_BITS or e.bit_length() > 32 or e < _MIN_RSA_EXPONENT:
                raise ValueError("RSA key outside our bounds")
            return rsa.RSAPublicNumbers(e, n).public_key(), _RSA_ALGS
        case "OKP" if jwk.get("crv") == "Ed25519":
            return Ed25519PublicKey.from_public_bytes(base64url.decode(_text(jwk, "x"))), _ED25519_ALGS
        case _:
            raise ValueError("not a key type we use")


def _coordinate(jwk: Mapping[str, object], name: str, size: int) -> int:
    raw = base64url.decode(_text(jwk, name))
    if len(raw) != size:  # RFC 7518 §6.2.1.2: full size, leading zeros and all
        raise ValueError("coordinate of the wrong size")
    return int.from_bytes(raw, "big")


def _text(jwk: Mapping[str, object], name: str) -> str:
    value = jwk[name]
    if not isinstance(value, str):
        raise ValueError("a key member is not a string")  # noqa: TRY004 - callers catch one kind
    return value


def _verify(key: PublicKey, signature: bytes, message: bytes, alg: str) -> None:
    if isinstance(key, Ed25519PublicKey):
        key.verify(signature, message)
        return
    digest = _HASHES[alg[2:]]
    if isinstance(key, rsa.RSAPublicKey):
        scheme = (
            padding.PKCS1v15()
            if alg.startswith("RS")
            else padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
        )
        key.verify(signature, message, scheme, digest)
        return
    half = (key.key_size + 7) // 8
    if len(signature) != 2 * half:  # RFC 7518 §3.4: r and s at full size
        raise InvalidSignature
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    key.verify(encode_dss_signature(r, s), message, ec.ECDSA(digest))
