"""`/account/history/not-me`: saying that a sign-in or a change was not one's own, which locks the account at once.

Two pages (PAGES §3.1.18): GET shows what will happen, only POST locks. No fresh sign-in is asked for, since locking must
be easy.
"""

from dataclasses import dataclass
from functools import partial

from idp.audit.events import AuditEvent
from idp.audit.occasion import Occasion
from idp.citizen.account import Holder, account_page, holder_of, query
from idp.citizen.history import HOME, row
from idp.citizen.interaction import posted
from idp.citizen.lock import locked
from idp.database import Done
from idp.edge import Answer, Call
from idp.ids import PersonId
from idp.life_events.disputed import Said, given_by_event, said_by, taken_by_event
from idp.life_events.service import Locked, disown
from idp.merges.model import Span
from idp.reports.history import find_event
from idp.transaction import Tx
from idp.ui.account_rows import Happened


@dataclass(frozen=True, slots=True, kw_only=True)
class _Disputed:
    """An event as it was recorded, and as its person reads it."""

    event: AuditEvent
    shown: Happened


async def show(call: Call) -> Answer:
    """Show the event again, and what happens on confirming."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    event = await _disputed(call, holder, query(call, "e"))
    if event is None:
        return Answer.redirect(HOME)
    return account_page(
        call,
        holder,
        "account_not_me.html",
        event=event.shown,
        ends_power=given_by_event(event.event) is not None or taken_by_event(event.event) is not None,
        choices=tuple(Said),
    )


async def lock(call: Call) -> Answer:
    """Lock the account, end everything, open a case, and say its number; another's event locks nobody."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    form = posted(call)
    event = await _disputed(call, holder, form.get("event", ""))
    if event is None:
        return Answer.redirect(HOME)
    work = partial(
        _lock, holder=holder, event=event.event, said=said_by(form.get("what")), occasion=call.occasion()
    )
    return locked(call, (await holder.transact(work)).unwrap())


async def _disputed(call: Call, holder: Holder, unverified_event_id: str) -> _Disputed | None:
    """Return the event if it is the holder's own and one that may be disputed."""
    find = partial(_find, person_id=holder.person_id, unverified_event_id=unverified_event_id)
    found, spans = await call.provider.database.read(find)
    shown = None if found is None else await row(call, found, holder, spans)
    if found is None or shown is None or not shown.disputable:
        return None
    return _Disputed(event=found, shown=shown)


def _find(
    tx: Tx, *, person_id: PersonId, unverified_event_id: str
) -> tuple[AuditEvent | None, tuple[Span, ...]]:
    return find_event(tx, person_id, unverified_event_id), tx.merges.spans_of(person_id)


def _lock(
    tx: Tx, *, holder: Holder, event: AuditEvent, said: Said | None, occasion: Occasion
) -> Done[Locked]:
    return Done(disown(tx, holder.person_id, event, said, occasion=occasion))
