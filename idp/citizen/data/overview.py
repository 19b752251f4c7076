"""`/account/data`: what is held, with its source; the copy; the requests and their clocks (PAGES §3.1.20)."""

from dataclasses import dataclass
from functools import partial

from idp.citizen.account import account_page, holder_of, query
from idp.citizen.data.rows import copy_row, found_by, held, request_row
from idp.citizen.data.used import services_of
from idp.data_rights.model import Copy, DataRequest, Right
from idp.data_rights.service import requests_of
from idp.edge import Answer, Call
from idp.edge.page import language_of
from idp.ids import PersonId
from idp.transaction import Tx
from idp.ui.data_rows import FoundByRow

HERE = "/account/data"
DONE = frozenset({"asked", "waits", "sent", "withdrawn", "lifted", "closing", "kept", "none"})
"""What the page may say has just been done: a string `notice_data_<word>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    identifiers: tuple[FoundByRow, ...]
    copy: Copy | None
    requests: tuple[DataRequest, ...]


async def show(call: Call) -> Answer:
    """Show it."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    now = call.provider.clock.now()
    found = await call.provider.database.read(partial(_load, person_id=holder.person_id, call=call))
    rows = [await request_row(call, one, now) for one in found.requests]
    done = query(call, "d")
    return account_page(
        call,
        holder,
        "account_data.html",
        notice=f"data_{done}" if done in DONE else None,
        held=held(holder.person, language_of(call)),
        identifiers=found.identifiers,
        level=holder.person.account_level,
        copy=copy_row(found.copy),
        requests=tuple(rows),
        closing=next((row for row in rows if row.is_open and row.right == "close"), None),
        restricted_at=holder.person.restricted_at,
        rights=tuple(one.value for one in Right if one is not Right.DELETE),
        uses_services=bool(await services_of(call, holder)),
    )


def _load(tx: Tx, *, person_id: PersonId, call: Call) -> _Found:
    records = tx.people.records_of(person_id)
    return _Found(
        identifiers=tuple(
            found_by(one.scheme, one.value, since=one.valid_from, until=one.valid_to)
            for record in records
            for one in tx.people.identifiers_of(record)
        ),
        copy=tx.data_copies.get(person_id, call.provider.clock.now()),
        requests=requests_of(tx, person_id),
    )
