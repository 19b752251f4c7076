"""One login to one token: make, use and destroy key pairs that never leave it – PKCS #11 Base Specification 2.40 §4.9.

RFC 7518 §3.3–3.5 and RFC 8037 say what a signature of each algorithm is. Handles are looked up once. What a token
claims of a new key (sensitive, never extractable, made inside) is asked of the key itself.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from keys import base64url
from keys.pkcs11 import constants as c
from keys.pkcs11.cryptoki import Attributes, Cryptoki, CryptokiError, flag, number
from keys.signer import SigningUnavailable

_P256 = bytes.fromhex("06082a8648ce3d030107")
_ED25519 = bytes.fromhex("06032b6570")  # RFC 8410 §3
_P256_BYTES, _ED25519_BYTES = 32, 32
_UNCOMPRESSED = b"\x04"
_OCTET_STRING = b"\x04"
_ID_BYTES = 16
_RSA: Attributes = ((c.CKA_MODULUS_BITS, number(3072)), (c.CKA_PUBLIC_EXPONENT, b"\x01\x00\x01"))
_PSS = number(c.CKM_SHA256) + number(c.CKG_MGF1_SHA256) + number(hashlib.sha256().digest_size)
_MUST_BE = (c.CKA_SENSITIVE, c.CKA_ALWAYS_SENSITIVE, c.CKA_NEVER_EXTRACTABLE, c.CKA_LOCAL)


class KeyMissing(SigningUnavailable):
    """The token answers, and holds no such key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How a token makes and uses the keys of one algorithm."""

    makes: int
    public: Attributes
    signs: int
    parameter: bytes = b""
    of_digest: bool = False
    """Signs a SHA-256 digest: not every module hashes for this kind, every one takes a digest."""


_KINDS: Mapping[str, _Kind] = {
    "ES256": _Kind(
        makes=c.CKM_EC_KEY_PAIR_GEN,
        public=((c.CKA_EC_PARAMS, _P256),),
        signs=c.CKM_ECDSA,
        of_digest=True,
    ),
    "EdDSA": _Kind(
        makes=c.CKM_EC_EDWARDS_KEY_PAIR_GEN, public=((c.CKA_EC_PARAMS, _ED25519),), signs=c.CKM_EDDSA
    ),
    "PS256": _Kind(
        makes=c.CKM_RSA_PKCS_KEY_PAIR_GEN,
        public=_RSA,
        signs=c.CKM_RSA_PKCS_PSS,
        parameter=_PSS,
        of_digest=True,
    ),
    "RS256": _Kind(makes=c.CKM_RSA_PKCS_KEY_PAIR_GEN, public=_RSA, signs=c.CKM_SHA256_RSA_PKCS),
}


class Token:
    """A session that is logged in; every call blocks."""

    __slots__ = ("_handles", "_module", "_session", "_slot")

    def __init__(self, module: Cryptoki, *, slot: int, session: int) -> None:
        self._module = module
        self._slot = slot
        self._session = session
        self._handles: dict[bytes, int] = {}

    def algorithms(self) -> frozenset[str]:
        """Return the JWS algorithms this token makes and uses keys for."""
        able = self._module.mechanisms(self._slot)
        return frozenset(alg for alg, kind in _KINDS.items() if {kind.makes, kind.signs} <= able)

    def sign(self, object_id: bytes, alg: str, message: bytes) -> bytes:
        """Return the JWS signature; KeyMissing when no such key is there."""
        kind = _KINDS[alg]
        handle = self._handles.get(object_id) or self._find(object_id)
        if kind.of_digest:
            message = hashlib.sha256(message).digest()
        try:
            return self._module.sign(self._session, handle, kind.signs, message, parameter=kind.parameter)
        except CryptokiError as error:
            if error.code in {c.CKR_KEY_HANDLE_INVALID, c.CKR_OBJECT_HANDLE_INVALID}:
                del self._handles[object_id]
                self._find(object_id)  # says that it is gone, if it is
            raise

    def generate(self, alg: str, *, label: str) -> tuple[bytes, dict[str, str]]:
        """Make a key pair that can't leave the token; return its id there and the numbers of its public JWK."""
        if alg not in self.algorithms():
            raise SigningUnavailable(f"the device makes no {alg} keys")
        kind = _KINDS[alg]
        object_id = secrets.token_bytes(_ID_BYTES)
        ours = ((c.CKA_TOKEN, flag(value=True)), (c.CKA_ID, object_id), (c.CKA_LABEL, label.encode()))
        session = self._module.open_session(self._slot, writes=True)
        try:
            public, private = self._module.generate_pair(
                session,
                kind.makes,
                public=(*ours, *kind.public, (c.CKA_VERIFY, flag(value=True))),
                private=(
                    *ours,
                    (c.CKA_PRIVATE, flag(value=True)),
                    (c.CKA_SENSITIVE, flag(value=True)),
                    (c.CKA_EXTRACTABLE, flag(value=False)),
                    (c.CKA_SIGN, flag(value=True)),
                ),
            )
            if not all(any(self._module.attribute(session, private, kind)) for kind in _MUST_BE):
                self._module.destroy(session, private)
                raise SigningUnavailable("the device made a key that could be taken out of it")
            return object_id, self._numbers(session, public, alg)
        finally:
            self._module.close_session(session)

    def destroy(self, object_id: bytes) -> None:
        """Destroy both halves of a key pair; what is gone already stays gone.

        Each is asked for its id once more: what a module finds beside is not ours to destroy.
        """
        self._handles.pop(object_id, None)
        session = self._module.open_session(self._slot, writes=True)
        try:
            for found in self._module.find(session, ((c.CKA_ID, object_id),)):
                if self._module.attribute(session, found, c.CKA_ID) == object_id:
                    self._module.destroy(session, found)
        finally:
            self._module.close_session(session)

    def _find(self, object_id: bytes) -> int:
        wanted = ((c.CKA_CLASS, number(c.CKO_PRIVATE_KEY)), (c.CKA_ID, object_id))
        found = self._module.find(self._session, wanted)
        if len(found) != 1:
            raise KeyMissing(f"the device has {len(found)} keys of this id instead of one")
        self._handles[object_id] = found[0]
        return found[0]

    def _numbers(self, session: int, public: int, alg: str) -> dict[str, str]:
        def read(kind: int) -> bytes:
            return self._module.attribute(session, public, kind)

        if alg == "ES256":
            point = _point(read(c.CKA_EC_POINT), len(_UNCOMPRESSED) + 2 * _P256_BYTES)
            x, y = point[1 : 1 + _P256_BYTES], point[1 + _P256_BYTES :]
            return {"kty": "EC", "crv": "P-256", "x": base64url.encode(x), "y": base64url.encode(y)}
        if alg == "EdDSA":
            point = _point(read(c.CKA_EC_POINT), _ED25519_BYTES)
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(point)}
        n, e = (base64url.encode(read(kind).lstrip(b"\0")) for kind in (c.CKA_MODULUS, c.CKA_PUBLIC_EXPONENT))
        return {"kty": "RSA", "n": n, "e": e}


def _point(value: bytes, size: int) -> bytes:
    """Return a point, which some modules wrap in a DER OCTET STRING and some don't (2.40 errata)."""
    if len(value) == size + 2 and value[:2] == _OCTET_STRING + bytes([size]):
        return value[2:]
    if len(value) != size:
        raise SigningUnavailable("the device shows a public key of another size")
    return value
