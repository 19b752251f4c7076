"""Where all keys stand, worked out once and good until the first of them moves on (keys/rotation.py). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from keys.rotation import KeyRecord, KeyState, published, signing_key, state

_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What follows from the records between two moments."""

    since: datetime
    until: datetime
    signing: Mapping[str, KeyRecord]
    """Per algorithm, the key that signs."""
    published: tuple[KeyRecord, ...]
    """The keys that verify, those that sign first."""
    kids: frozenset[str]
    """Their names."""
    kids_in_order: tuple[str, ...]
    """Their names, those that sign first."""
    algorithms: frozenset[str]
    """What can be signed with."""

    def holds(self, now: datetime) -> bool:
        """Tell whether no key has moved on, or back, between then and now."""
        return self.since <= now < self.until


def standing(records: Iterable[KeyRecord], now: datetime) -> Standing:
    """Work it out for a moment and for as long as nothing changes."""
    known = tuple(records)
    turns = [
        moment
        for record in known
        for moment in (record.active_from, record.retired_at, record.erase_after)
        if moment is not None
    ]
    algorithms = {record.alg for record in known if state(record, now) is KeyState.ACTIVE}
    found = {alg: signing_key(known, alg, now) for alg in sorted(algorithms)}
    signers = {alg: record for alg, record in found.items() if record is not None}
    current = published(known, now)
    kids = tuple(record.kid for record in current)
    return Standing(
        since=max((moment for moment in turns if moment <= now), default=_EVER),
        until=min((moment for moment in turns if moment > now), default=_NEVER),
        signing=signers,
        published=current,
        kids=frozenset(kids),
        kids_in_order=kids,
        algorithms=frozenset(signers),
    )
