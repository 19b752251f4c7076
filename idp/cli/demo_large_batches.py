"""A large city by the thousand records, as rows.

The batches are the same each time, and each is put in by one transaction after those before it: if its last
record is there, it is all there. So a load that was killed is told by nothing but the tables where to go on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from demo.city import Mandate, Official, Organisation, Person, stream
from idp.cli.demo_batches import batches
from idp.cli.demo_rows import Kept, RowMaker
from idp.database.loading import Rows
from keys.envelope import Vault

RECORDS = 1_000
"""In a batch: well within the seconds that a transaction may take on PostgreSQL (idp/database/servers.py)."""


class Anchor(NamedTuple):
    """The last row of a batch; `number` of a person tells this city from another that has the same id."""

    table: str
    id: str
    number: str = ""


class Counts(NamedTuple):
    """How much of a city there is up to here."""

    people: int = 0
    organisations: int = 0
    officials: int = 0
    mandates: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows of one transaction."""

    rows: Rows
    """None at all: they were there."""
    anchor: Anchor
    counts: Counts


def large_batches(
    size: str | int,
    seed: int,
    *,
    vault: Vault,
    moment: datetime,
    is_there: Callable[[Anchor], bool],
    records: int = RECORDS,
) -> Iterator[Batch]:
    """Return the rows of a city, asking what is there until something is not."""
    maker = RowMaker(vault, seed, moment)
    counts = Counts()
    asks = True
    for batch in batches(_kept(size, seed, maker), records):
        counts = _counted(counts, batch)
        anchor = _anchor(batch[-1], maker)
        asks = asks and is_there(anchor)
        if asks:
            for record in batch:
                maker.note(record)
        yield Batch(rows={} if asks else maker.rows(batch), anchor=anchor, counts=counts)


def _kept(size: str | int, seed: int, maker: RowMaker) -> Iterator[Kept]:
    for record in stream(size, seed):
        if isinstance(record, Person | Organisation | Official | Mandate):
            yield record
    yield from maker.firms.missing()


def _anchor(record: Kept, maker: RowMaker) -> Anchor:
    match record:
        case Person():
            return Anchor("people", str(record.uuid), record.personal_id)
        case Organisation():
            return Anchor("organisations", str(record.uuid))
        case Official():
            return Anchor("officials", maker.official_id(record))
        case Mandate():
            return Anchor("mandates", record.key)
        case _:
            return Anchor("mandates", record.mandate_id)


def _counted(counts: Counts, records: Sequence[Kept]) -> Counts:
    kinds = [sum(isinstance(one, kind) for one in records) for kind in (Person, Organisation, Official)]
    return Counts(
        people=counts.people + kinds[0],
        organisations=counts.organisations + kinds[1],
        officials=counts.officials + kinds[2],
        mandates=counts.mandates + len(records) - sum(kinds),
    )
