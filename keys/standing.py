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
    signing = {alg: signing_key(known, alg, now) for alg in sorted(algorithms)}
    current = published(known, now)
    return Standing(
        since=max((moment for moment in turns if moment <= now), default=_EVER),
        until=min((moment for moment in turns if moment > now), default=_NEVER),
        signing={alg: record for alg, record in signing.items() if record is not None},
        published=current,
        kids=frozenset(record.kid for record in current),
    )
