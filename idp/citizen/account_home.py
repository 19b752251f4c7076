"""`/account`: whose account it is, how surely, and what happened with it last (PAGES §3.1.13)."""

from functools import partial

from idp.citizen.account import holder_of
from idp.citizen.history import row, types_of
from idp.edge import Answer, Call
from idp.edge.page import page
from idp.ids import PersonId
from idp.people.model import Attribute
from idp.reports.history import HistoryPage, history
from idp.transaction import Tx
from idp.ui.formatting import mask_id_number

_LATEST = 3


async def show(call: Call) -> Answer:
    """Show the account at a glance."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    person, profile = holder.person, holder.person.profile
    number = profile.personal_id or profile.foreigner_id
    stated = profile.origins.get(Attribute.ID_NUMBER)
    found = await call.provider.database.read(partial(_latest, person_id=person.person_id))
    return page(
        call,
        "account_home.html",
        signed_in_name=profile.full_name,
        name=profile.full_name,
        number=mask_id_number(number) if number else None,
        level=person.account_level,
        level_on=stated.at if stated is not None else None,
        latest=[await row(call, event, holder) for event in found.events],
    )


def _latest(tx: Tx, *, person_id: PersonId) -> HistoryPage:
    return history(tx, person_id, types_of(None), most=_LATEST)
