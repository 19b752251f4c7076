"""Taking a key out at once because somebody else may have it – SP 800-57 part 1 §8.3.5 (compromised keys). Pure.

Here the order of things is broken on purpose: what the key signed stops verifying, and what follows it signs without
having been published for long. A key that is announced already follows first: relying parties may know it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from keys.rotation import KeyRecord, KeyState, RotationRefused, signing_key, state

_SLOW_CLOCKS = timedelta(minutes=5)
"""What signs at once does so on nodes whose clocks run behind, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationPlan:
    """What to write, all in one transaction: update `revoked` and each of `changed`, insert `added`."""

    revoked: KeyRecord
    was: KeyState
    """Where the key stood before."""
    added: KeyRecord | None = None
    """A new key that signs at once."""
    changed: tuple[KeyRecord, ...] = ()
    """An announced key that signs at once, or one that goes on because its follower was revoked."""

    @property
    def successor(self) -> str | None:
        """Return the kid that signs in its place; None if it did not sign."""
        if self.was is not KeyState.ACTIVE:
            return None
        return next((record.kid for record in (self.added, *self.changed) if record is not None), None)


def next_revocation(
    records: Iterable[KeyRecord], kid: str, *, fresh: KeyRecord, now: datetime
) -> RevocationPlan:
    """Plan the end of a key; `fresh` follows where it signs and no other is announced. RotationRefused if it is gone."""
    known = tuple(records)
    record = next((one for one in known if one.kid == kid and one.erased_at is None), None)
    if record is None:
        raise RotationRefused(f"there is no key {kid} that signs or verifies")
    was = state(record, now)
    revoked = replace(record, sealed_private=b"", retired_at=now, erase_after=now, erased_at=now)
    others = [one for one in known if one.alg == record.alg and one.kid != kid and one.erased_at is None]
    if was is KeyState.ANNOUNCED:
        goes_on = [one for one in others if one.retired_at is not None and one.retired_at > now]
        changed = tuple(replace(one, retired_at=None, erase_after=None) for one in goes_on)
        return RevocationPlan(revoked=revoked, was=was, changed=changed)
    if was is not KeyState.ACTIVE or signing_key(others, record.alg, now) is not None:
        return RevocationPlan(revoked=revoked, was=was)
    at_once = now - _SLOW_CLOCKS
    announced = [one for one in others if state(one, now) is KeyState.ANNOUNCED]
    if announced:
        follows = replace(min(announced, key=lambda one: one.active_from), active_from=at_once)
        return RevocationPlan(revoked=revoked, was=was, changed=(follows,))
    if fresh.alg != record.alg or any(one.kid == fresh.kid for one in known):
        raise RotationRefused(f"the new key is not a fresh {record.alg} key")
    return RevocationPlan(revoked=revoked, was=was, added=replace(fresh, active_from=at_once))
