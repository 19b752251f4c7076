"""Public keys of others that we may encrypt to – RFC 7516 §4.1.1, RFC 7517 §4.2, RFC 7518 §4, RFC 8037 §3.2. Pure.

The same bounds as for keys that verify (keys/jwk.py): no private member, no weak key. A key that says what it is for
(`use`, `key_ops`, `alg`) is taken at its word; one that says nothing may serve.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from keys import base64url
from keys.jwk import PRIVATE_MEMBERS, public_key, usable_keys

RSA_ALGS = frozenset({"RSA-OAEP", "RSA-OAEP-256"})
AGREEMENT_ALGS = frozenset({"ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"})
_OPERATIONS = frozenset({"encrypt", "wrapKey", "deriveKey", "deriveBits"})

EncryptionPublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | X25519PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionJwk:
    """A public key, its name, and the key management algorithms (`alg` of a JWE) it may be used with."""

    kid: str | None
    algs: frozenset[str]
    key: EncryptionPublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionKeySet:
    """The keys of a JWK Set one may encrypt to, in its own order."""

    keys: tuple[EncryptionJwk, ...]

    @classmethod
    def parse(cls, source: Mapping[str, object] | bytes | str) -> Self:
        """Return the usable keys, possibly none, or raise InvalidJwkSet (RFC 7517 §5)."""
        return cls(keys=usable_keys(source, _parse_key))

    def find(self, alg: str) -> EncryptionJwk | None:
        """Return the first key for this `alg`: the owner lists what it wants used first; None if there is none."""
        return next((key for key in self.keys if alg in key.algs), None)


def _parse_key(entry: object) -> EncryptionJwk | None:
    if not isinstance(entry, Mapping) or PRIVATE_MEMBERS & entry.keys() or not _is_meant_for_it(entry):
        return None
    kid = entry.get("kid")
    if kid is not None and not isinstance(kid, str):
        return None
    try:
        key, algs = _encryption_key(entry)
    except (ValueError, KeyError):
        return None
    if "alg" in entry:
        algs = frozenset(alg for alg in algs if alg == entry["alg"])
    return EncryptionJwk(kid=kid, algs=algs, key=key) if algs else None


def _is_meant_for_it(entry: Mapping[object, object]) -> bool:
    """Tell whether `use` and `key_ops` leave room for encryption; a public key agreement key may list no operation."""
    operations = entry.get("key_ops", [])
    if entry.get("use", "enc") != "enc" or not isinstance(operations, list):
        return False
    return not operations or any(name in _OPERATIONS for name in operations if isinstance(name, str))


def _encryption_key(entry: Mapping[str, object]) -> tuple[EncryptionPublicKey, frozenset[str]]:
    if entry.get("kty") == "OKP":
        x = entry["x"]
        if entry.get("crv") != "X25519" or not isinstance(x, str):
            raise ValueError("not a curve for key agreement")
        return X25519PublicKey.from_public_bytes(base64url.decode(x)), AGREEMENT_ALGS
    key, _ = public_key(entry)
    if isinstance(key, rsa.RSAPublicKey):
        return key, RSA_ALGS
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key, AGREEMENT_ALGS
    raise ValueError("not a key to encrypt to")
