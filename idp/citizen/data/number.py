"""`/account/number`: one's own ID number in full, after a sign-in of the last ten minutes (PAGES §3.1.13).

Only the answer to a POST shows it: no address, title or log has it, nothing stores the page, and each look is recorded.
"""

from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.citizen.account import Holder, account_page, holder_of
from idp.citizen.interaction import posted
from idp.database import Done
from idp.edge import Answer, Call
from idp.transaction import Tx
from idp.ui.formatting import id_number_groups

HERE = "/account/number"


async def show(call: Call) -> Answer:
    """Say what a look is, with the button to look."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    return _page(call, holder, groups=())


async def look(call: Call) -> Answer:
    """Record that the number was looked at, and show it."""
    holder = await holder_of(call, fresh=True, back=HERE)
    if isinstance(holder, Answer):
        return holder
    posted(call)
    profile = holder.person.profile
    number = profile.personal_id or profile.foreigner_id
    if not number:
        return Answer.redirect("/account")
    (await holder.transact(partial(_record, holder=holder, occasion=call.occasion()))).unwrap()
    return _page(call, holder, groups=id_number_groups(number))


def _record(tx: Tx, *, holder: Holder, occasion: Occasion) -> Done[None]:
    tx.audit.add(
        occasion.event(
            EventType.NUMBER_SHOWN,
            actor=person_ref(holder.person_id),
            person_id=holder.person_id,
            **occasion.told_device,
        )
    )
    return Done(None)


def _page(call: Call, holder: Holder, *, groups: tuple[str, ...]) -> Answer:
    return account_page(call, holder, "account_number.html", groups=groups, path=HERE)
