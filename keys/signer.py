"""What signs: a key in this process or in a device, seen the same way – RFC 7515 §5.1, RFC 7518 §3.

The keyring knows nothing else of a key. A signer that can't sign says SigningUnavailable: the caller answers
503 and has spent nothing, and no other key ever steps in for it.
"""

from collections.abc import Mapping
from typing import Protocol


class SigningUnavailable(Exception):
    """No key can sign now; nothing was issued. The text is for our log."""


class Signer(Protocol):
    """One private key and its one algorithm."""

    @property
    def kid(self) -> str:
        """Return the name of the key: its thumbprint (RFC 7638)."""
        ...

    @property
    def alg(self) -> str:
        """Return the JWS algorithm."""
        ...

    @property
    def public_jwk(self) -> Mapping[str, str]:
        """Return the public key as published: kty and numbers, kid, alg, use."""
        ...

    @property
    def place(self) -> str:
        """Return where the private key lies, in a word for operators."""
        ...

    async def sign(self, message: bytes) -> bytes:
        """Return the JWS signature bytes, or raise SigningUnavailable."""
        ...

    async def check(self) -> None:
        """Raise SigningUnavailable unless the key can sign now."""
        ...

    async def erase(self) -> None:
        """Destroy the private key where it lies outside of the database, or raise SigningUnavailable."""
        ...
