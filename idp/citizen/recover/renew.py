"""`/recover/renew`: the linked person, just signed in at the national system, says what is lost (PAGES 3.1.19).

What is lost opens nothing from then on, all other sessions and all tokens end, everybody is told, and new factors may be
set at once. Level 02 and the last ten minutes: `holder_of` (SECURITY E06).
"""

from collections.abc import Mapping
from functools import partial

from idp.citizen.account import Holder, holder_of, query
from idp.citizen.interaction import posted
from idp.citizen.recover.ladder import RENEW, hold_hours
from idp.credentials.service import has_second
from idp.edge import Answer, Call
from idp.edge.page import page
from idp.ids import PersonId
from idp.people.service import all_contacts
from idp.recovery.model import Lost, Recovery, Way
from idp.recovery.service import held_until, recover
from idp.transaction import Tx

_FIELDS: Mapping[str, Lost] = {f"lost-{one.value}": one for one in Lost}


async def show(call: Call) -> Answer:
    """Show what there is, or what has been done."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    if query(call, "d") == "recovered":
        return await _done(call, holder)
    return await _form(call, holder)


async def do(call: Call) -> Answer:
    """Recover the account."""
    holder = await holder_of(call, fresh=True, back=RENEW)
    if isinstance(holder, Answer):
        return holder
    form = posted(call)
    recovery = Recovery(
        way=Way.NATIONAL,
        lost=frozenset(kind for name, kind in _FIELDS.items() if form.get(name) == "yes"),
        keep=holder.session_id,
        hold=call.provider.settings.life.recovery_hold,
    )
    write = partial(recover, person_id=holder.person_id, recovery=recovery, occasion=call.occasion())
    (await holder.transact(write)).unwrap()
    return Answer.redirect(f"{RENEW}?d=recovered")


async def _form(call: Call, holder: Holder) -> Answer:
    kinds = await call.provider.database.read(partial(_held, person_id=holder.person_id))
    return page(
        call,
        "recover_renew.html",
        signed_in_name=holder.person.profile.full_name,
        shown_to=holder.person_id,
        kinds=kinds,
        hours=hold_hours(call),
    )


async def _done(call: Call, holder: Holder) -> Answer:
    now = call.provider.clock.now()
    find = partial(held_until, person_id=holder.person_id, now=now)
    until = await call.provider.database.read(find)
    if until is None:
        return Answer.redirect(RENEW)
    name = holder.person.profile.full_name
    return page(call, "recover_done.html", signed_in_name=name, until=until)


def _held(tx: Tx, *, person_id: PersonId) -> tuple[Lost, ...]:
    """Return which kinds of factors a person has."""
    records = tx.people.records_of(person_id)
    found = {
        Lost.PASSWORD: any(tx.passwords.get(one) is not None for one in records),
        Lost.TOTP: has_second(tx, person_id),
        Lost.RECOVERY_CODES: any(tx.recovery_codes.state(one).made for one in records),
        Lost.PASSKEYS: any(key.ended_at is None for one in records for key in tx.passkeys.of_person(one)),
        Lost.SENT_CODES: any(one.signs_in_since for one in all_contacts(tx, person_id)),
    }
    return tuple(kind for kind in Lost if found[kind])
