"""`/not-me`: the link of a notice by which its reader locks their account, without signing in (PAGES §3.1.18, adr/0051).

The key stands in the query, which no log of ours keeps. GET and HEAD use nothing, as mail scanners follow links too;
POST spends it, and all it can ever do is lock.
"""

from datetime import datetime
from functools import partial

from idp.audit.occasion import Occasion
from idp.cases.model import Disputed
from idp.citizen.account import query
from idp.citizen.history import service_name
from idp.citizen.interaction import posted
from idp.citizen.lock import locked
from idp.database import Done
from idp.edge import Answer, Call
from idp.edge.page import language_of, page
from idp.ids import ClientId
from idp.life_events.disputed import Said, given_by_notice, said_by
from idp.life_events.service import Locked, disown_by_link
from idp.messages.texts import what_of
from idp.transaction import Tx

HERE = "/not-me"
_FIELD = "link"


async def show(call: Call) -> Answer:
    """Show what the notice told, and what happens on confirming."""
    link = query(call, "t")
    found = await call.provider.database.read(partial(_peek, link=link, now=call.provider.clock.now()))
    if found is None:
        return _over(call)
    client_id = found.facts.get("client_id", "")
    return page(
        call,
        "dispute.html",
        link=link,
        what=what_of(found.facts, language_of(call).value),
        at=datetime.fromisoformat(found.facts["at"]),
        service=await service_name(call, ClientId(client_id)) if client_id else "",
        device=found.facts.get("browser", ""),
        ends_power=given_by_notice(found.facts) is not None,
        choices=tuple(Said),
    )


async def lock(call: Call) -> Answer:
    """Spend the link and lock, once."""
    form = posted(call)
    work = partial(_lock, link=form.get(_FIELD, ""), said=said_by(form.get("what")), occasion=call.occasion())
    done = (await call.provider.database.transact(work)).unwrap()
    return _over(call) if done is None else locked(call, done)


def _over(call: Call) -> Answer:
    return page(call, "dispute_over.html", status=410, path=HERE)


def _peek(tx: Tx, *, link: str, now: datetime) -> Disputed | None:
    return tx.dispute_links.peek(link, now)


def _lock(tx: Tx, *, link: str, said: Said | None, occasion: Occasion) -> Done[Locked | None]:
    return Done(disown_by_link(tx, link, said, occasion=occasion))
