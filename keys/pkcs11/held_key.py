"""What the database keeps of a key in a device: where it lies (RFC 7512) and its public half, sealed together.

Sealed, because whoever could write a public key of his own into a record would have it published as ours.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote_from_bytes, unquote_to_bytes

from keys.jwk import thumbprint
from keys.strict_json import parse_json_object

_FIRST = b"{"
"""PKCS #8 begins with 0x30: what is sealed tells by its first byte which of the two it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKey:
    """A key pair in a token."""

    token: str
    object_id: bytes
    public_jwk: Mapping[str, str]

    @classmethod
    def of_new(cls, *, token: str, object_id: bytes, numbers: Mapping[str, str], alg: str) -> Self:
        """Return a key just made, under the name that all our keys have (RFC 7638)."""
        jwk = {**numbers, "use": "sig", "alg": alg, "kid": thumbprint(numbers)}
        return cls(token=token, object_id=object_id, public_jwk=jwk)

    @staticmethod
    def is_one(opened: bytes) -> bool:
        """Tell this from a private key."""
        return opened.startswith(_FIRST)

    @classmethod
    def parse(cls, opened: bytes) -> Self:
        """Return what was sealed, or raise ValueError."""
        members = parse_json_object(opened)
        uri, jwk = members.get("uri"), members.get("jwk")
        if not isinstance(uri, str) or not uri.startswith("pkcs11:") or not isinstance(jwk, dict):
            raise ValueError("not a key in a device")
        parts = dict(part.partition("=")[::2] for part in uri.removeprefix("pkcs11:").split(";"))
        if set(parts) != {"token", "id"} or jwk.get("kid") != thumbprint(jwk):
            raise ValueError("not a key in a device")
        return cls(
            token=unquote_to_bytes(parts["token"]).decode(),
            object_id=unquote_to_bytes(parts["id"]),
            public_jwk={str(name): str(value) for name, value in jwk.items()},
        )

    @property
    def uri(self) -> str:
        """Return where the key lies (RFC 7512 §2.3)."""
        escaped = "".join(f"%{byte:02X}" for byte in self.object_id)
        return f"pkcs11:token={quote_from_bytes(self.token.encode(), safe='')};id={escaped}"

    def to_bytes(self) -> bytes:
        """Return what is to be sealed."""
        return json.dumps({"uri": self.uri, "jwk": dict(self.public_jwk)}, sort_keys=True).encode()
