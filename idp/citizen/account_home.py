"""`/account`: whose account it is, and how surely (PAGES §3.1.13)."""

from idp.citizen.account import holder_of
from idp.edge import Answer, Call
from idp.edge.page import page
from idp.people.model import Attribute
from idp.ui.formatting import mask_id_number


async def show(call: Call) -> Answer:
    """Show the account at a glance."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    person, profile = holder.person, holder.person.profile
    number = profile.personal_id or profile.foreigner_id
    stated = profile.origins.get(Attribute.ID_NUMBER)
    return page(
        call,
        "account_home.html",
        signed_in_name=profile.full_name,
        name=profile.full_name,
        number=mask_id_number(number) if number else None,
        level=person.account_level,
        level_on=stated.at if stated is not None else None,
    )
