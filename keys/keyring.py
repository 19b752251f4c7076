"""Signs what we issue and publishes the keys for it – RFC 7515 §7.1 (compact form), RFC 7517 §5.

One unchanging snapshot of the stored keys, replaced as a whole; which of them signs is decided by the time,
so no node has to be told when an announced key takes over. What is sealed is the authority, a private key or the
name of one in a device: a public key in the database that does not belong to it is never published and verifies
nothing. A key in a device that is away can't sign, and no other signs for it.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from keys import base64url
from keys.compact_json import compact_encoder
from keys.envelope import Unsealable, Vault
from keys.jose import InvalidJwt, JwkSet, Purpose, VerifiedJwt, verify
from keys.local import LOCAL_ALGS, LocalSigner, generate
from keys.pkcs11.device import Device
from keys.pkcs11.held_key import HeldKey
from keys.pkcs11.signer import DeviceSigner
from keys.proved import Proved
from keys.rotation import KeyRecord
from keys.signer import Signer, SigningUnavailable
from keys.standing import Standing, standing

_encode = compact_encoder()
SIGNING_KEY_PURPOSE = "signing-key"
"""What private keys are sealed for; resealing needs to know."""


class UnusableKeyRecord(Exception):
    """A stored signing key does not open, or is not the key its record says; the text names its kid."""

    def __init__(self, kid: str, reason: str) -> None:
        super().__init__(f"signing key {kid}: {reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snapshot:
    records: tuple[KeyRecord, ...]
    signers: Mapping[str, Signer]
    jwks: JwkSet
    proved: Proved


class Keyring:
    """The provider's signing keys and its vault, as one node holds them."""

    __slots__ = ("_device", "_now", "_snapshot", "_standing", "vault")

    def __init__(
        self,
        vault: Vault,
        records: Iterable[KeyRecord],
        *,
        now: Callable[[], datetime],
        device: Device | None = None,
    ) -> None:
        """Open the stored keys; UnusableKeyRecord if one of them is not what it says."""
        self.vault = vault
        self._now = now
        self._device = device
        self._snapshot = self._load(records, known={})
        self._standing = standing(self._snapshot.records, now())

    def replace(self, records: Iterable[KeyRecord]) -> None:
        """Take the keys as they are stored now; UnusableKeyRecord if one is unusable, and nothing changes."""
        self._snapshot = self._load(records, known=self._snapshot.signers)
        self._standing = standing(self._snapshot.records, self._now())

    def narrow(self, records: Iterable[KeyRecord]) -> None:
        """Take what is stored of the keys we have, and no other: for when one of all does not open.

        A key that was retired or taken out meanwhile must not go on for that; one whose own record is spoilt does.
        """
        stored = {record.kid: record for record in records}
        held = self._snapshot
        there = [(record, stored[record.kid]) for record in held.records if record.kid in stored]
        usable = [new if new.erased_at or _is_of(new, held.signers[new.kid]) else old for old, new in there]
        self.replace(usable)

    def lacks_the_version_of(self, records: Iterable[KeyRecord]) -> bool:
        """Tell whether all of these lie under versions that our master key file has not: they were sealed anew.

        One alone is a spoilt record.
        """
        marks = {record.sealed_private[:1] for record in records if record.erased_at is None}
        return bool(marks) and all(mark and mark[0] not in self.vault.versions for mark in marks)

    def stand(self) -> Standing:
        """Return where the keys stand now: the same object as long as nothing changes."""
        now = self._now()
        if not self._standing.holds(now):
            self._standing = standing(self._snapshot.records, now)
        return self._standing

    async def sign(
        self, claims: Mapping[str, object], *, typ: str, alg: str, comes_back: bool = False
    ) -> str:
        """Return the signed JWT, or raise SigningUnavailable. `comes_back`: it will be shown to us in a moment."""
        snapshot = self._snapshot
        record = self.stand().signing.get(alg)
        if record is None:
            raise SigningUnavailable(f"no {alg} key is active")
        message = f"{_header(alg, record.kid, typ)}.{base64url.encode(_encode(claims).encode())}"
        signature = await snapshot.signers[record.kid].sign(message.encode("ascii"))
        token = f"{message}.{base64url.encode(signature)}"
        if comes_back:
            snapshot.proved.add(token)
        return token

    def verify(self, token: str, *, purpose: Purpose) -> VerifiedJwt:
        """Return the claims of a token we signed, or raise InvalidJwt."""
        snapshot = self._snapshot
        verified = verify(token, purpose=purpose, keys=snapshot.jwks, proved=snapshot.proved)
        if verified.header.kid not in self.stand().kids:
            raise InvalidJwt("the key is not published any more")
        return verified

    def public_jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return the JWK Set to publish, keys that sign first."""
        snapshot = self._snapshot
        return {"keys": [dict(snapshot.signers[record.kid].public_jwk) for record in self.stand().published]}

    def algorithms(self) -> frozenset[str]:
        """Return the algorithms we can sign with now."""
        return self.stand().algorithms

    async def check(self) -> None:
        """Raise SigningUnavailable unless a key is active and every one that signs now can."""
        snapshot, active = self._snapshot, self.stand().signing
        if not active:
            raise SigningUnavailable("no signing key is active")
        for record in active.values():
            await snapshot.signers[record.kid].check()

    def places(self) -> Mapping[str, str]:
        """Return where the private key of each kid lies."""
        return {kid: signer.place for kid, signer in self._snapshot.signers.items()}

    async def new_algorithms(self) -> frozenset[str]:
        """Return what new keys can be made for; raises SigningUnavailable when the device does not say."""
        if self._device is None:
            return frozenset(LOCAL_ALGS)
        return await self._device.run(lambda token: token.algorithms())

    async def make_records(self, algorithms: Iterable[str], now: datetime) -> tuple[KeyRecord, ...]:
        """Make a key for each algorithm, or none: a device would keep what no record names."""
        outcomes = await asyncio.gather(  # side by side: RSA takes up to a second each
            *(self.make_record(alg, now) for alg in algorithms), return_exceptions=True
        )
        made = tuple(outcome for outcome in outcomes if isinstance(outcome, KeyRecord))
        failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        if failures:
            await self.discard(made)
            raise failures[0]
        return made

    async def make_record(self, alg: str, now: datetime) -> KeyRecord:
        """Make a key, in the device if there is one; `next_rotation` says from when it signs."""
        if self._device is None:
            return await asyncio.to_thread(new_record, self.vault, alg, now)  # RSA may take a second
        signer = await DeviceSigner.make(self._device, alg)
        return _record(self.vault, signer, signer.kept, now)

    async def erase(self, record: KeyRecord) -> None:
        """Destroy a private key that lies in a device, or raise SigningUnavailable; the caller wipes its record."""
        known = self._snapshot.signers.get(record.kid)
        await (known or _open_signer(self.vault, record, self._device)).erase()

    async def discard(self, made: Iterable[KeyRecord]) -> None:
        """Destroy keys that no record will name; a device that is away keeps them, for nobody."""
        for record in made:
            with suppress(SigningUnavailable):
                await self.erase(record)

    async def aclose(self) -> None:
        """Log out of the device."""
        if self._device is not None:
            await self._device.aclose()

    def _load(self, records: Iterable[KeyRecord], *, known: Mapping[str, Signer]) -> _Snapshot:
        kept = tuple(record for record in records if record.erased_at is None)
        signers = {
            record.kid: known.get(record.kid) or _open_signer(self.vault, record, self._device)
            for record in kept
        }
        for record in kept:
            _check_record(record, signers[record.kid])
        return _Snapshot(
            records=kept,
            signers=signers,
            jwks=JwkSet.parse({"keys": [dict(signer.public_jwk) for signer in signers.values()]}),
            proved=Proved(),
        )


def new_record(vault: Vault, alg: str, now: datetime) -> KeyRecord:
    """Generate a key in this process and seal it. RSA may take a second."""
    private_der = generate(alg)
    return _record(vault, LocalSigner(private_der, alg), private_der, now)


def _record(vault: Vault, signer: Signer, kept: bytes, now: datetime) -> KeyRecord:
    return KeyRecord(
        kid=signer.kid,
        alg=signer.alg,
        sealed_private=vault.seal(kept, purpose=SIGNING_KEY_PURPOSE),
        public_jwk=json.dumps(dict(signer.public_jwk), separators=(",", ":"), sort_keys=True),
        created_at=now,
        active_from=now,
    )


def _open_signer(vault: Vault, record: KeyRecord, device: Device | None) -> Signer:
    try:
        opened = vault.open(record.sealed_private, purpose=SIGNING_KEY_PURPOSE)
        if HeldKey.is_one(opened):
            return DeviceSigner(device, HeldKey.parse(opened))
        return LocalSigner(opened, record.alg)
    except Unsealable:
        raise UnusableKeyRecord(
            record.kid, "it does not open under this master key; name the file it was sealed under"
        ) from None
    except (KeyError, ValueError):
        raise UnusableKeyRecord(record.kid, "it is not a private key of its algorithm") from None


def _check_record(record: KeyRecord, signer: Signer) -> None:
    try:
        public_jwk = json.loads(record.public_jwk)
    except ValueError:
        raise UnusableKeyRecord(record.kid, "its public key is not JSON") from None
    if (record.kid, record.alg, public_jwk) != (signer.kid, signer.alg, signer.public_jwk):
        raise UnusableKeyRecord(record.kid, "its record is not that of its private key")


def _is_of(record: KeyRecord, signer: Signer) -> bool:
    try:
        _check_record(record, signer)
    except UnusableKeyRecord:
        return False
    return True


@lru_cache(maxsize=64)
def _header(alg: str, kid: str, typ: str) -> str:
    """Return the encoded header; there are only a few (keys × types)."""
    header = json.dumps({"alg": alg, "typ": typ, "kid": kid}, separators=(",", ":"))
    return base64url.encode(header.encode())
