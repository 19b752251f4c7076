"""An authenticator in software – WebAuthn Level 3 §6: makes credentials and signs, honestly or with any part bent.

What it returns is the JSON that a browser's `toJSON()` gives. Every flag, every member of the client data and every
byte can be set, so that attacks are one argument away from what is right.
"""

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any, Protocol

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
ES256, EDDSA, RS256, ES384 = -7, -8, -257, -35


class Key(Protocol):
    """A key pair of one algorithm."""

    def cose(self) -> dict[int, Any]: ...

    def sign(self, data: bytes) -> bytes: ...


class Es256:
    """ECDSA on P-256 with SHA-256; or another curve and name, for what was not asked."""

    def __init__(self, alg: int = ES256) -> None:
        self._alg = alg
        self._curve: ec.EllipticCurve = ec.SECP384R1() if alg == ES384 else ec.SECP256R1()
        self._key = ec.generate_private_key(self._curve)

    def cose(self) -> dict[int, Any]:
        numbers, size = self._key.public_key().public_numbers(), self._curve.key_size // 8
        curve = 2 if self._alg == ES384 else 1
        return {1: 2, 3: self._alg, -1: curve, -2: numbers.x.to_bytes(size), -3: numbers.y.to_bytes(size)}

    def sign(self, data: bytes) -> bytes:
        digest = hashes.SHA384() if self._alg == ES384 else hashes.SHA256()
        return self._key.sign(data, ec.ECDSA(digest))


class EdDsa:
    """Ed25519."""

    def __init__(self) -> None:
        self._key = ed25519.Ed25519PrivateKey.generate()

    def cose(self) -> dict[int, Any]:
        return {1: 1, 3: EDDSA, -1: 6, -2: self._key.public_key().public_bytes_raw()}

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


class Rs256:
    """RSASSA-PKCS1-v1_5 with SHA-256."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def cose(self) -> dict[int, Any]:
        numbers = self._key.public_key().public_numbers()
        return {1: 3, 3: RS256, -1: numbers.n.to_bytes(256), -2: numbers.e.to_bytes(3)}

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


@dataclass
class Authenticator:
    """One credential on one device; `origin` is the page it believes to be on."""

    origin: str
    key: Key = field(default_factory=Es256)
    flags: int = UP | UV
    counts: bool = True
    """Whether it counts its signatures; synced ones do not."""
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    user_handle: bytes = b""
    sign_count: int = 0

    def create(self, options: str, **bent: Any) -> dict[str, Any]:
        """Answer creation options with a new credential; `bent` changes parts, see `_client_data` and `_data`."""
        asked = json.loads(options)
        self.user_handle = from_base64url(asked["user"]["id"])
        attested = (
            b"\0" * 16
            + len(self.credential_id).to_bytes(2)
            + self.credential_id
            + cbor2.dumps(bent.pop("cose", self.key.cose()))
        )
        client_data = self._client_data("webauthn.create", asked["challenge"], bent)
        data = self._data(asked["rp"]["id"], bent, AT) + attested
        statement = bent.pop("att_stmt", {})
        if callable(statement):  # it signs what it vouches for (§8.2)
            statement = statement(data + hashlib.sha256(client_data).digest())
        attestation = {"fmt": bent.pop("fmt", "none"), "attStmt": statement, "authData": data}
        encoded = cbor2.dumps(attestation)[: bent.pop("cut", None)]
        response = {
            "clientDataJSON": base64url(client_data),
            "attestationObject": base64url(encoded),
            "transports": ["internal", "hybrid", "nonsense"],
        }
        return self._answer(response, bent)

    def get(self, options: str, **bent: Any) -> dict[str, Any]:
        """Answer request options with a signature."""
        asked = json.loads(options)
        if self.counts:
            self.sign_count += 1
        client_data = self._client_data("webauthn.get", asked["challenge"], bent)
        data = (self._data(asked["rpId"], bent, 0) + bent.pop("extra", b""))[: bent.pop("cut", None)]
        signature = self.key.sign(data + hashlib.sha256(client_data).digest())
        response = {
            "clientDataJSON": base64url(client_data),
            "authenticatorData": base64url(data),
            "signature": base64url(bent.pop("signature", signature)),
            "userHandle": bent.pop("user_handle", base64url(self.user_handle)),
        }
        return self._answer(response, bent)

    def _client_data(self, type_: str, challenge: str, bent: dict[str, Any]) -> bytes:
        values = {
            "type": bent.pop("type", type_),
            "challenge": bent.pop("challenge", challenge),
            "origin": bent.pop("origin", self.origin),
            "crossOrigin": bent.pop("cross_origin", False),
            **bent.pop("client_data", {}),
        }
        return json.dumps(values).encode()

    def _data(self, rp_id: str, bent: dict[str, Any], more: int) -> bytes:
        hashed = hashlib.sha256(bent.pop("rp_id", rp_id).encode()).digest()
        count = bent.pop("sign_count", self.sign_count)
        return hashed + bytes([bent.pop("flags", self.flags) | more]) + int(count).to_bytes(4)

    def _answer(self, response: dict[str, Any], bent: dict[str, Any]) -> dict[str, Any]:
        text = base64url(self.credential_id)
        answer = {
            "id": text,
            "rawId": text,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {**response, **bent.pop("response", {})},
        }
        answer |= bent.pop("answer", {})
        assert not bent, f"nothing bends {sorted(bent)}"
        return answer


def base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "==")
