"""`/account/history/not-me`: saying that a sign-in or a change was not one's own, which locks the account at once.

Two pages (PAGES §3.1.18): GET shows what will happen, only POST locks. No fresh sign-in is asked for, since locking must
be easy.
"""

from functools import partial

from idp.audit.occasion import Occasion
from idp.citizen.account import Holder, holder_of, query
from idp.citizen.history import HOME, row
from idp.citizen.interaction import posted
from idp.database import Done
from idp.edge import Answer, Call
from idp.edge.answer import Cookie
from idp.edge.browser_state import changed_state
from idp.edge.cookie_names import session_cookie_name
from idp.edge.page import page
from idp.life_events.service import Said, disown
from idp.protocol.facts import Realm
from idp.reports.history import find_event
from idp.transaction import Tx
from idp.ui.account_rows import Happened


async def show(call: Call) -> Answer:
    """Show the event again, and what happens on confirming."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    event = await _disputed(call, holder, query(call, "e"))
    if event is None:
        return Answer.redirect(HOME)
    return page(
        call,
        "account_not_me.html",
        signed_in_name=holder.person.profile.full_name,
        event=event,
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
    said = next((one for one in Said if one.value == form.get("what")), None)
    work = partial(_lock, holder=holder, event_id=event.event_id, said=said, occasion=call.occasion())
    case = (await call.provider.database.transact(work)).unwrap()
    name = session_cookie_name(call.provider.settings, Realm.CITIZEN)
    answer = page(call, "account_locked.html", case=case, path="/")
    return answer.with_cookies(Cookie(name=name, value="", max_age=0), *changed_state(call))


async def _disputed(call: Call, holder: Holder, unverified_event_id: str) -> Happened | None:
    """Return the event if it is the holder's own and one that may be disputed."""
    found = await call.provider.database.read(
        partial(find_event, person_id=holder.person_id, unverified_event_id=unverified_event_id)
    )
    shown = None if found is None else await row(call, found, holder)
    return shown if shown is not None and shown.disputable else None


def _lock(tx: Tx, *, holder: Holder, event_id: str, said: Said | None, occasion: Occasion) -> Done[str]:
    return Done(disown(tx, holder.person_id, event_id, said, occasion=occasion))
