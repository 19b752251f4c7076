"""What each sector knows two records as, before, while and after they are one: for telling the services (adr/0036).

A `sub` and a sector are a service's own names; nothing of the person is here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from idp.ids import PersonId
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorSubjects:
    """One sector's names for a person's records."""

    sector: str
    of_records: tuple[tuple[PersonId, str], ...] = field(repr=False)
    """Record and its `sub`, of each that the sector has met, the one that stands first."""
    in_use: str | None = field(repr=False)
    """The `sub` the sector is told now."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """The others: reserved for ever, told to nobody while the records are one."""
        return tuple(sub for _, sub in self.of_records if sub != self.in_use)


def subjects_of(tx: Tx, winner_id: PersonId, losers: Iterable[PersonId]) -> tuple[SectorSubjects, ...]:
    """Return what every sector that met one of these records knows it as, in the order of sectors."""
    records = (winner_id, *losers)
    known = {record: tx.subjects.of_record(record) for record in records}
    sectors = sorted({sector for subs in known.values() for sector in subs})
    return tuple(
        SectorSubjects(
            sector=sector,
            of_records=tuple(
                (record, known[record][sector]) for record in records if sector in known[record]
            ),
            in_use=tx.subjects.find(winner_id, sector),
        )
        for sector in sectors
    )
