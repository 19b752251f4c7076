"""The life of a signing key: announced → active → retired → erased (DESIGN 5.14; SP 800-57 part 1 §8). Pure.

Where a key stands follows from its record and the time alone, so every node sees the same at the same moment
and a crash between two steps leaves nothing half done. A key is published before it signs, and stays
published until the last token it signed has expired.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

_CLOCKS_APART = timedelta(minutes=5)


class KeyState(StrEnum):
    """Where a key stands in its life."""

    ANNOUNCED = "announced"
    """Published, does not sign yet: relying parties are learning it."""
    ACTIVE = "active"
    """Published and signs."""
    RETIRED = "retired"
    """Signs no more; published until what it signed has expired."""
    ERASED = "erased"
    """The private key is gone; the record stays for the history."""
    REVOKED = "revoked"
    """Erased at once because somebody else may have it (keys/revocation.py): what it signed is refused."""


class RotationRefused(Exception):
    """This rotation would break the order of things; the text says why, for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """One signing key as stored. `public_jwk` is JSON text.

    `sealed_private` is the private key, or where in a device it lies with the public key again; empty once erased.
    """

    kid: str
    alg: str
    sealed_private: bytes
    public_jwk: str
    created_at: datetime
    active_from: datetime
    retired_at: datetime | None = None
    erase_after: datetime | None = None
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationPlan:
    """What to write, all in one transaction: insert `new`, update each of `retiring`."""

    new: KeyRecord
    retiring: tuple[KeyRecord, ...]


def state(record: KeyRecord, now: datetime) -> KeyState:
    """Return where the key stands."""
    if record.erased_at is not None:
        return KeyState.REVOKED if record.erase_after == record.retired_at else KeyState.ERASED
    if record.retired_at is not None and record.retired_at <= now:
        return KeyState.RETIRED
    return KeyState.ACTIVE if record.active_from <= now else KeyState.ANNOUNCED


def signing_key(records: Iterable[KeyRecord], alg: str, now: datetime) -> KeyRecord | None:
    """Return the key that signs now: the newest active one."""
    active = [record for record in records if record.alg == alg and state(record, now) is KeyState.ACTIVE]
    return max(active, key=lambda record: (record.active_from, record.kid), default=None)


def published(records: Iterable[KeyRecord], now: datetime) -> tuple[KeyRecord, ...]:
    """Return the keys that verify now, those that sign first."""
    order = (KeyState.ACTIVE, KeyState.ANNOUNCED, KeyState.RETIRED)
    current = [record for record in records if state(record, now) in order and not _is_over(record, now)]
    return tuple(
        sorted(current, key=lambda record: (order.index(state(record, now)), record.alg, record.kid))
    )


def next_rotation(
    records: Iterable[KeyRecord],
    *,
    alg: str,
    new: KeyRecord,
    now: datetime,
    publish_for: timedelta,
    keep_for: timedelta,
) -> RotationPlan:
    """Plan the next key of an algorithm: published for a while, then it takes over and the old one retires.

    In a new provider, which has no key at all, it is active at once: nobody holds a JWK Set yet. The first key of
    one more algorithm is announced like any other. `keep_for` covers the longest token and its readers' clocks.
    A key announced by a clock that ran ahead is not waited for, which might be a year: it retires with the active one.
    """
    known = tuple(records)
    same = [record for record in known if record.alg == alg]
    if new.alg != alg or any(record.kid == new.kid for record in same):
        raise RotationRefused(f"the new key is not a fresh {alg} key")
    if any(_follows(record, now) for record in same):
        raise RotationRefused(f"a new {alg} key is announced already; wait until it signs")
    takes_over = now + publish_for if known else now
    retiring = tuple(
        replace(record, retired_at=takes_over, erase_after=takes_over + keep_for)
        for record in same
        if state(record, now) in {KeyState.ACTIVE, KeyState.ANNOUNCED}
    )
    return RotationPlan(new=replace(new, active_from=takes_over), retiring=retiring)


def rotates_at(
    records: Iterable[KeyRecord], record: KeyRecord, now: datetime, *, every: timedelta
) -> datetime | None:
    """Return when this key has signed for long enough; None if it does not sign, is followed already, or for ever."""
    same = [other for other in records if other.alg == record.alg]
    is_followed = any(_follows(other, now) for other in same)
    if not every or is_followed or signing_key(same, record.alg, now) != record:
        return None
    return record.active_from + every


def due_for_rotation(records: Iterable[KeyRecord], now: datetime, *, every: timedelta) -> tuple[str, ...]:
    """Return the algorithms whose key has signed for long enough and has no follower yet."""
    known = tuple(records)
    return tuple(
        sorted(
            record.alg
            for record in known
            if (moment := rotates_at(known, record, now, every=every)) is not None and moment <= now
        )
    )


def due_for_erasure(records: Iterable[KeyRecord], now: datetime) -> tuple[KeyRecord, ...]:
    """Return the keys that nothing needs any more, as they are to be written: without the private key."""
    return tuple(
        replace(record, sealed_private=b"", erased_at=now)
        for record in records
        if state(record, now) is KeyState.RETIRED and _is_over(record, now)
    )


def _follows(record: KeyRecord, now: datetime) -> bool:
    """Tell whether the key is announced, by a clock that did not run far ahead of ours when it was made."""
    return state(record, now) is KeyState.ANNOUNCED and record.created_at <= now + _CLOCKS_APART


def _is_over(record: KeyRecord, now: datetime) -> bool:
    """Tell whether all that the key signed has expired, whether or not the job came to erase it."""
    return record.erase_after is not None and record.erase_after <= now
