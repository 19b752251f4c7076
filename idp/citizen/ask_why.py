"""`/account/history/ask-why`: asking why an official looked at one's record, and reading the answer (PAGES §3.1.17).

The question has no words of the person's own: it names the look, and an official of the agency answers it
(`hpid cases answer`).
"""

from functools import partial

from idp.audit.occasion import Occasion, person_ref
from idp.cases.model import Case, CaseKind
from idp.cases.service import open_case
from idp.citizen.account import Holder, account_page, holder_of, query
from idp.citizen.history import HOME, row
from idp.citizen.interaction import posted
from idp.database import Done
from idp.edge import Answer, Call
from idp.reports.history import find_event
from idp.transaction import Tx
from idp.ui.account_rows import Happened

HERE = f"{HOME}/ask-why"
_MOST_CASES = 200


async def show(call: Call) -> Answer:
    """Show the look again, and the question if it was asked, with its answer."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    event = await _askable(call, holder, query(call, "e"))
    if event is None:
        return Answer.redirect(HOME)
    load = partial(_asked, holder=holder, event_id=event.event_id)
    return account_page(
        call,
        holder,
        "account_ask_why.html",
        event=event,
        asked=await call.provider.database.read(load),
    )


async def ask(call: Call) -> Answer:
    """Open the question; asked twice it is one."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    event = await _askable(call, holder, posted(call).get("event", ""))
    if event is None:
        return Answer.redirect(HOME)
    work = partial(_ask, holder=holder, event=event, occasion=call.occasion())
    (await holder.transact(work)).unwrap()
    return Answer.redirect(f"{HERE}?e={event.event_id}")


async def _askable(call: Call, holder: Holder, unverified_event_id: str) -> Happened | None:
    """Return the look if it is at the holder's own record."""
    find = partial(find_event, person_id=holder.person_id, unverified_event_id=unverified_event_id)
    found = await call.provider.database.read(find)
    shown = None if found is None else await row(call, found, holder)
    return shown if shown is not None and shown.askable else None


def _asked(tx: Tx, *, holder: Holder, event_id: str) -> Case | None:
    """Return the latest question about this look."""
    cases = (
        case
        for record in tx.people.records_of(holder.person_id)
        for case in tx.cases.of_person(record, _MOST_CASES)
    )
    return next(
        (one for one in cases if one.kind is CaseKind.QUESTION and one.facts.get("event_id") == event_id),
        None,
    )


def _ask(tx: Tx, *, holder: Holder, event: Happened, occasion: Occasion) -> Done[None]:
    if _asked(tx, holder=holder, event_id=event.event_id) is None:
        open_case(
            tx,
            CaseKind.QUESTION,
            holder.person_id,
            {"event_id": event.event_id, "event": event.what, "at": event.at.isoformat()},
            about=event.event_id,
            actor=person_ref(holder.person_id),
            occasion=occasion,
        )
    return Done(None)
