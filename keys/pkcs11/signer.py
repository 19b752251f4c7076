"""A signing key in a device. What the device returns is verified before it leaves – RFC 7515 §5.2.

A fault in a signature may give away the private key or be anybody's doing; either way nothing of it goes out.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress

from keys.jwk import PublicJwk, public_key
from keys.pkcs11.cryptoki import CryptokiError
from keys.pkcs11.device import MAKING_SECONDS, Device
from keys.pkcs11.held_key import HeldKey
from keys.pkcs11.token import Token
from keys.signer import SigningUnavailable

_FRESH_SECONDS = 1.0
_PROBE = b"hpid: can this key sign?"
"""No JWS signing input: that has a dot and no space."""
_log = logging.getLogger("hpid.keys.device")


class DeviceSigner:
    """Signs with a key that never leaves its device."""

    __slots__ = ("_device", "_held", "_probe", "_signed_at", "_verifier", "alg", "kid", "public_jwk")

    def __init__(self, device: Device | None, held: HeldKey) -> None:
        """Take the key as recorded; ValueError if its public half is none we would trust. The device is not asked."""
        key, algs = public_key(held.public_jwk)
        self.alg = held.public_jwk["alg"]
        if self.alg not in algs:
            raise ValueError("the key does not fit its algorithm")
        self.kid = held.public_jwk["kid"]
        self.public_jwk: Mapping[str, str] = held.public_jwk
        self._device = device
        self._held = held
        self._verifier = PublicJwk(kid=self.kid, algs=algs, key=key)
        self._signed_at = float("-inf")
        self._probe: asyncio.Task[bytes] | None = None

    @classmethod
    async def make(cls, device: Device, alg: str) -> "DeviceSigner":
        """Make a key in the device, and see it sign."""

        def generate(token: Token) -> "DeviceSigner":
            object_id, numbers = token.generate(alg, label=f"Hải Phòng ID {alg}")
            held = HeldKey.of_new(token=device.token, object_id=object_id, numbers=numbers, alg=alg)
            signer = cls(device, held)
            try:
                signer._sign(token, _PROBE)
            except (CryptokiError, SigningUnavailable):
                with suppress(CryptokiError):
                    token.destroy(object_id)
                raise
            return signer

        return await device.run(generate, limit=MAKING_SECONDS)

    @property
    def place(self) -> str:
        """Return where the private key lies."""
        return self._held.uri

    @property
    def kept(self) -> bytes:
        """Return what the record keeps, to be sealed."""
        return self._held.to_bytes()

    async def sign(self, message: bytes) -> bytes:
        """Return the JWS signature bytes, verified, or raise SigningUnavailable."""
        return await self._its_device().run(lambda token: self._sign(token, message))

    async def check(self) -> None:
        """Raise SigningUnavailable unless the key signed within the last second or does so now.

        Whoever asks meanwhile waits for the same signature: anybody may ask whether a node is ready.
        """
        if time.monotonic() - self._signed_at <= _FRESH_SECONDS:
            return
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self.sign(_PROBE))
            self._probe.add_done_callback(_look_at)
        await asyncio.shield(self._probe)

    async def erase(self) -> None:
        """Destroy the key in its device, or raise SigningUnavailable; gone already is gone."""
        await self._its_device().run(lambda token: token.destroy(self._held.object_id))

    def _sign(self, token: Token, message: bytes) -> bytes:
        signature = token.sign(self._held.object_id, self.alg, message)
        if not self._verifier.verifies(signature, message, alg=self.alg):
            self._signed_at = float("-inf")
            _log.error("the device returned a signature that does not verify; key %s", self.kid)
            raise SigningUnavailable("the device returned a signature that does not verify")
        self._signed_at = time.monotonic()
        return signature

    def _its_device(self) -> Device:
        if self._device is None:
            raise SigningUnavailable(f"its key lies in {self.place}, and no device is configured")
        if self._device.token != self._held.token:
            raise SigningUnavailable(f"its key lies in {self.place}, and another token is configured")
        return self._device


def _look_at(probe: "asyncio.Task[bytes]") -> None:
    """Take note of how it ended, even if whoever waited has gone."""
    if not probe.cancelled():
        probe.exception()
