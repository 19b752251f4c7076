"""`/account/contacts/sign-in`: whether codes to an address open the account (SP 800-63B-4 §3.1.3; adr/0052).

What it risks and what is better stands before the button. Allowing it is offered where a setting lets such codes be sent;
taking it back, always.
"""

from functools import partial

from idp.citizen.account import Holder, account_page, holder_of, query
from idp.citizen.codes.closing import ending_what_closes
from idp.citizen.contacts import HERE, Row, row_of
from idp.citizen.interaction import posted
from idp.edge import Answer, Call
from idp.people.service import all_contacts, let_open


async def show(call: Call) -> Answer:
    """Say what it means, and ask."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    row = await _row(call, holder, query(call, "k"))
    if row is None or not _may_change(call, row):
        return Answer.redirect(HERE)
    return account_page(
        call,
        holder,
        "contact_sign_in.html",
        path=HERE,
        row=row,
        opens=row.signs_in_since is None,
    )


async def change(call: Call) -> Answer:
    """Allow it, or take it back."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    form = posted(call)
    row, opens = await _row(call, holder, form.get("contact", "")), form.get("opens") == "yes"
    if row is None or (opens and not _may_change(call, row)):
        return Answer.redirect(HERE)
    occasion = call.occasion()
    let = partial(
        let_open, person_id=holder.person_id, contact_id=row.contact_id, opens=opens, occasion=occasion
    )
    work = partial(ending_what_closes, person_id=holder.person_id, change=let, occasion=occasion)
    done = (await holder.transact(work)).unwrap()
    told = "opens" if opens else "opens-no-more"
    return Answer.redirect(f"{HERE}?d={told}" if done else HERE)


async def _row(call: Call, holder: Holder, contact_id: str) -> Row | None:
    found = await call.provider.database.read(partial(all_contacts, person_id=holder.person_id))
    return next((row_of(one) for one in found if one.contact_id == contact_id), None)


def _may_change(call: Call, row: Row) -> bool:
    """Tell whether there is anything to change: what opens may always be closed."""
    allowed = {one.value for one in call.provider.settings.sign_in_codes}
    return row.signs_in_since is not None or row.channel.value in allowed
