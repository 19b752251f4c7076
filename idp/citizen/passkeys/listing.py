"""`/account/methods/passkeys`: a person's own passkeys, those of merged records too (PAGES 3.1.14)."""

from functools import partial

from idp.citizen.account import account_page, holder_of, query
from idp.credentials.model import Passkey
from idp.edge import Answer, Call
from idp.ids import PersonId
from idp.transaction import Tx

_DONE = frozenset({"added", "renamed", "removed"})


async def show(call: Call) -> Answer:
    """Show them, the oldest first."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    found = await call.provider.database.read(partial(passkeys_of, person_id=holder.person_id))
    done = query(call, "d")
    return account_page(
        call,
        holder,
        "passkeys.html",
        notice=f"passkey_{done}" if done in _DONE else None,
        passkeys=found,
    )


def passkeys_of(tx: Tx, *, person_id: PersonId) -> tuple[Passkey, ...]:
    """Return the passkeys that sign this person in."""
    return tuple(
        one
        for record in tx.people.records_of(person_id)
        for one in tx.passkeys.of_person(record)
        if one.ended_at is None
    )
