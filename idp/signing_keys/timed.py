"""The keyring as the provider wires it: every signature is timed, every failure counted.

`keys/` itself knows nothing of metrics.
"""

from collections.abc import Iterable, Mapping

from idp import metrics
from idp.clock import Clock
from keys.envelope import Vault
from keys.keyring import Keyring
from keys.pkcs11.device import Device
from keys.rotation import KeyRecord
from keys.signer import SigningUnavailable


class TimedKeyring(Keyring):
    """Signs as any keyring does."""

    __slots__ = ("_clock",)

    def __init__(
        self, vault: Vault, records: Iterable[KeyRecord], *, clock: Clock, device: Device | None = None
    ) -> None:
        super().__init__(vault, records, now=clock.now, device=device)
        self._clock = clock

    async def sign(
        self, claims: Mapping[str, object], *, typ: str, alg: str, comes_back: bool = False
    ) -> str:
        """Return the signed JWT, or raise SigningUnavailable."""
        began = self._clock.stopwatch()
        try:
            token = await super().sign(claims, typ=typ, alg=alg, comes_back=comes_back)
        except SigningUnavailable:
            metrics.SIGNING_FAILURES.add(alg)
            raise
        metrics.SIGNING_SECONDS.add(self._clock.stopwatch() - began, alg)
        return token
