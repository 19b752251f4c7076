"""How many tokens a key signs in a second, and what CPU each takes: `python -m bench.signing`.

Measured through the keyring, as the token endpoint signs: claims of an access token in, a JWT out. A signature of a
device includes its verification. The CPU is that of the whole process: SoftHSM runs inside, so its own is in it.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.vault import throwaway_vault
from idp.app import signing_device
from idp.settings import Settings
from keys.keyring import Keyring
from keys.local import LOCAL_ALGS
from keys.pkcs11.device import Device

_CLAIMS: dict[str, object] = {
    "iss": "https://id.example.vn",
    "sub": "x" * 43,
    "aud": "https://api.example.vn",
    "client_id": "portal",
    "scope": "openid profile",
    "gid": "y" * 43,
    "jti": "z" * 22,
    "iat": 1_780_000_000,
    "exp": 1_780_000_300,
    "acr": "urn:haiphong:acr:substantial",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignRate:
    """What one key did."""

    alg: str
    place: str
    at_once: int
    """So many asked side by side."""
    signatures: int
    per_second: float
    cpu_us: float
    """CPU of the process, in microseconds a signature."""


def sign_rate(
    alg: str = "ES256", *, device: Device | None = None, seconds: float = 3.0, at_once: int = 16
) -> SignRate:
    """Make a key, in the device if there is one, sign for a while, and destroy it; the device is logged out."""
    return asyncio.run(_measure(alg, device, seconds, at_once))


async def _measure(alg: str, device: Device | None, seconds: float, at_once: int) -> SignRate:
    ring = Keyring(throwaway_vault(), (), now=lambda: datetime.now(UTC), device=device)
    record = await ring.make_record(alg, datetime.now(UTC))
    ring.replace([record])
    try:
        began, cpu = time.perf_counter(), time.process_time()
        counts = await asyncio.gather(*(_sign(ring, alg, began + seconds) for _ in range(at_once)))
        took, used = time.perf_counter() - began, time.process_time() - cpu
        done = sum(counts)
        return SignRate(
            alg=alg,
            place=ring.places()[record.kid].partition(";")[0],
            at_once=at_once,
            signatures=done,
            per_second=done / took,
            cpu_us=used / done * 1e6,
        )
    finally:
        await ring.erase(record)
        await ring.aclose()


async def _sign(ring: Keyring, alg: str, until: float) -> int:
    done = 0
    while time.perf_counter() < until:
        await ring.sign(_CLAIMS, typ="at+jwt", alg=alg)
        done += 1
        await asyncio.sleep(0)  # others are served between two signatures, as on a node
    return done


def line(rate: SignRate) -> str:
    """Return a measurement in a line."""
    return (
        f"{rate.alg:6} {rate.place:20} {rate.at_once:3} at once: "
        f"{rate.per_second:8.0f}/s, {rate.cpu_us:6.0f} µs of CPU each ({rate.signatures} signatures)"
    )


def main() -> None:
    """Measure keys in this process, then in the device if HPID_PKCS11_… name one."""
    for alg in LOCAL_ALGS:
        print(line(sign_rate(alg)))
    for alg in LOCAL_ALGS:
        device = signing_device(Settings())
        if device is not None:
            print(line(sign_rate(alg, device=device)))


if __name__ == "__main__":
    main()
