"""Walking everything sealed to the current version of the master key, in short transactions that may stop anywhere.

Nothing is kept about how far it came: what is done already is passed over, so that a walk that was killed is begun anew
(DESIGN 5.7, 5.10).
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.database import Database, Done
from idp.organisations.identifiers import IdentifierTaken as OrganisationIdentifierTaken
from idp.people.identifiers import IdentifierTaken
from idp.resealing.store import Key, Row, key_of, walked_tables
from idp.transaction import Tx
from keys.envelope import Unsealable

_READ = 500
_WRITE = 100
_LOOKED_AT_BY_NODES = "signing_keys"
_KNOWN_SECONDS = 1.0
"""Within this time every node and worker has seen it (DESIGN 5.8)."""
WITH_LOOKUP: Mapping[str, Callable[[Tx, Row], bool]] = {
    "person_identifiers": lambda tx, row: tx.people.reseal_identifier(row),
    "organisations": lambda tx, row: tx.organisations.reseal(row),
}
"""Table → what moves a row of it together with its keyed look-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """What a walk did to one table."""

    table: str
    rows: int
    """How many were looked at; one that moved with its look-up may be met again."""
    renewed: int
    unreadable: int
    """Rows that open under no version."""
    taken: int
    """Identifiers that another person or organisation has under the current version: somebody must look."""


async def reseal(database: Database[Tx], *, asked_before: datetime) -> list[Walked]:
    """Walk every table once. `asked_before`: what could be asked for until then is wiped where it can't be renewed.

    Signing keys move first, and nodes and workers look at them at once: one that was not started again with the new
    file stops before it would find nobody, and give up what it can't open.
    """
    walked = [await _walk(database, _LOOKED_AT_BY_NODES, asked_before)]
    if walked[0].renewed:
        (await database.transact(_tell_nodes)).unwrap()
        await asyncio.sleep(_KNOWN_SECONDS)
    return walked + [
        await _walk(database, table, asked_before)
        for table in walked_tables()
        if table != _LOOKED_AT_BY_NODES
    ]


def record_resealing(
    tx: Tx, walked: Sequence[Walked], *, version: int, actor: str, occasion: Occasion
) -> None:
    """Make nodes take clients and keys as they are sealed now, and record what was done."""
    tx.configuration.raise_version()
    renewed = {one.table: one.renewed for one in walked if one.renewed}
    tx.audit.add(occasion.event(EventType.MASTER_KEY_RESEALED, actor=actor, version=version, renewed=renewed))


def _tell_nodes(tx: Tx) -> Done[None]:
    tx.configuration.raise_version()
    return Done(None)


async def _walk(database: Database[Tx], table: str, asked_before: datetime) -> Walked:
    counts: Counter[str] = Counter()
    after: Key | None = None
    while True:
        rows, due = await database.read(partial(_page, table=table, after=after))
        if not rows:
            break
        after = key_of(table, rows[-1])
        counts["rows"] += len(rows)
        for at in range(0, len(due), _WRITE):
            batch = partial(_renew, table=table, rows=due[at : at + _WRITE], asked_before=asked_before)
            counts += (await database.transact(batch)).unwrap()
    return Walked(
        table=table,
        rows=counts["rows"],
        renewed=counts["renewed"],
        unreadable=counts["unreadable"],
        taken=counts["taken"],
    )


def _page(tx: Tx, *, table: str, after: Key | None) -> tuple[Sequence[Row], Sequence[Row]]:
    rows = tx.resealing.page(table, after, _READ)
    return rows, tx.resealing.due(table, rows)


def _renew(tx: Tx, *, table: str, rows: Sequence[Row], asked_before: datetime) -> Done[Counter[str]]:
    counts: Counter[str] = Counter()
    with_lookup = walked_tables()[table]
    for row in rows:
        try:
            if with_lookup:
                done = WITH_LOOKUP[table](tx, row)
            else:
                done = tx.resealing.renew(table, row, asked_before=asked_before)
            counts["renewed"] += done
        except Unsealable:
            counts["unreadable"] += 1
        except (IdentifierTaken, OrganisationIdentifierTaken):
            counts["taken"] += 1
    return Done(counts)
