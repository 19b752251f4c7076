"""What tests of a failing device ask of it."""

import asyncio
import time
from collections.abc import Awaitable
from pathlib import Path

import pytest

from keys.keyring import Keyring
from keys.pkcs11.device import Device
from keys.rotation import KeyRecord
from keys.signer import SigningUnavailable
from tests.keys.pkcs11.test_device_keys import START, ring_of, sign
from tests.softhsm import Token


async def refused(attempt: Awaitable[object]) -> str:
    """Return why nothing was signed."""
    with pytest.raises(SigningUnavailable) as refusal:
        await attempt
    return str(refusal.value)


async def healed(ring: Keyring, *, seconds: float = 5.0) -> None:
    """Return once it signs."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            await sign(ring)
        except SigningUnavailable:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)
        else:
            return


def objects(token: Token) -> list[Path]:
    """Return what SoftHSM keeps in the token."""
    return [path for path in token.tokens.glob("*/*.object") if path.name != "token.object"]


async def with_key(device: Device) -> tuple[Keyring, KeyRecord]:
    record = await ring_of(device).make_record("ES256", START)
    return ring_of(device, record), record
