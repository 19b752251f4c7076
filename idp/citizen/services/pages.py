"""The list of services, one service with its record, the receipt, and withdrawing (PAGES §3.1.16, attack row G01).

A service is named by its client_id, which is no secret; whatever is shown or ended is the reader's own alone.
"""

from functools import partial

from idp.audit.occasion import person_ref
from idp.citizen.account import Holder, account_page, holder_of, query
from idp.citizen.data.rows import request_row
from idp.citizen.interaction import posted
from idp.citizen.services.found import Found, load
from idp.citizen.services.rows import HOME, connected
from idp.consents.service import withdraw as withdraw_consent
from idp.data_rights.service import requests_of
from idp.database import Done
from idp.edge import Answer, Call
from idp.ids import ClientId
from idp.transaction import Tx
from idp.ui.account_rows import Connected


async def show(call: Call) -> Answer:
    """Show those that may get something, the latest used first, and those from which consent was taken back.

    A service may be both: what the law has sent goes on.
    """
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    rows = [row for found in await _all(call, holder) if (row := await _row(call, holder, found))]
    rows.sort(key=lambda one: one.last_used, reverse=True)
    return account_page(
        call,
        holder,
        "account_services.html",
        connected=tuple(row for row in rows if row.is_sent),
        withdrawn=tuple(row for row in rows if row.withdrawn_at is not None),
    )


async def show_one(call: Call) -> Answer:
    """Show one: what exactly, on which basis, since when, in which words."""
    return await _one(call, "account_service.html")


async def receipt(call: Call) -> Answer:
    """Show the record of one as a sheet to print."""
    return await _one(call, "account_service_receipt.html")


async def withdraw(call: Call) -> Answer:
    """Take back what one service gets by consent; where it gets none so, or is none of theirs, nothing happens."""
    holder = await holder_of(call, back=HOME)
    if isinstance(holder, Answer):
        return holder
    client_id = ClientId(posted(call).get("service", ""))
    occasion = call.occasion()

    def work(tx: Tx) -> Done[int]:
        actor = person_ref(holder.person_id)
        return withdraw_consent(tx, holder.person_id, client_id, actor=actor, occasion=occasion)

    done = (await holder.transact(work)).unwrap()
    return Answer.redirect(f"{HOME}/receipt?c={client_id}" if done else HOME)


async def _one(call: Call, template: str) -> Answer:
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    wanted = query(call, "c")
    found = next((one for one in await _all(call, holder) if one.client_id == wanted), None)
    row = None if found is None else await _row(call, holder, found)
    if row is None:
        return Answer.redirect(HOME)
    now = call.provider.clock.now()
    requests = await call.provider.database.read(partial(requests_of, person_id=holder.person_id))
    asked = [one for one in requests if one.client_id == wanted and one.closed_at is None]
    return account_page(
        call,
        holder,
        template,
        holder_name=holder.person.profile.full_name,
        service=row,
        asked={one.right.value: await request_row(call, one, now) for one in asked},
        now=now,
    )


async def _all(call: Call, holder: Holder) -> tuple[Found, ...]:
    return await call.provider.database.read(
        partial(load, person_id=holder.person_id, now=call.provider.clock.now())
    )


async def _row(call: Call, holder: Holder, found: Found) -> Connected | None:
    """Return the row; of a service that is no more, or that never got anything, none."""
    client = await call.provider.configuration.client(found.client_id)
    if client is None:
        return None
    row = connected(call, holder, found, client.facts)
    return row if found.is_connected or row.withdrawn_at is not None else None
