"""`/account/methods/passkeys/rename` and `…/remove`: one passkey, after a sign-in of the last ten minutes (SECURITY E05).

A removed one signs nobody in from that moment, and sessions that began with a passkey end in every other browser: which
of several opened a session is not kept, and the lost one may be any.
"""

from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.citizen.account import Holder, account_page, holder_of, query
from idp.citizen.interaction import posted
from idp.citizen.passkeys.listing import passkeys_of
from idp.citizen.passkeys.naming import read_name
from idp.credentials.model import Passkey
from idp.database import Done
from idp.edge import Answer, Call
from idp.edge.account import PASSKEYS
from idp.messages.model.notices import Factor, Notice
from idp.protocol.assurance import is_passkey
from idp.sessions.service import end_session
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary


async def show_rename(call: Call) -> Answer:
    """Ask for another name."""
    found = await _found(call, "rename")
    return found if isinstance(found, Answer) else _page(call, "passkey_rename.html", *found)


async def rename(call: Call) -> Answer:
    """Give it."""
    found = await _found(call, "rename")
    if isinstance(found, Answer):
        return found
    holder, passkey = found
    name, wrong = read_name(posted(call))
    if wrong is not None:
        return _page(call, "passkey_rename.html", holder, passkey, name=name, errors=wrong)
    write = partial(_rename, holder=holder, passkey=passkey, name=name, occasion=call.occasion())
    (await holder.transact(write)).unwrap()
    return Answer.redirect(f"{PASSKEYS}?d=renamed")


async def show_remove(call: Call) -> Answer:
    """Say what removing it does."""
    found = await _found(call, "remove")
    return found if isinstance(found, Answer) else _page(call, "passkey_remove.html", *found)


async def remove(call: Call) -> Answer:
    """Remove it."""
    found = await _found(call, "remove")
    if isinstance(found, Answer):
        return found
    holder, passkey = found
    posted(call)
    write = partial(_remove, holder=holder, passkey=passkey, occasion=call.occasion())
    (await holder.transact(write)).unwrap()
    return Answer.redirect(f"{PASSKEYS}?d=removed")


async def _found(call: Call, act: str) -> tuple[Holder, Passkey] | Answer:
    """Return the passkey of the address if it is this person's; else where to go instead."""
    passkey_id = query(call, "i")
    holder = await holder_of(call, fresh=True, back=f"{PASSKEYS}/{act}?i={passkey_id}")
    if isinstance(holder, Answer):
        return holder
    own = await call.provider.database.read(partial(passkeys_of, person_id=holder.person_id))
    passkey = next((one for one in own if one.passkey_id == passkey_id), None)
    return Answer.redirect(PASSKEYS) if passkey is None else (holder, passkey)


def _rename(tx: Tx, *, holder: Holder, passkey: Passkey, name: str, occasion: Occasion) -> Done[None]:
    if tx.passkeys.rename(passkey, name):
        _record(tx, EventType.CREDENTIAL_RENAMED, holder, occasion)
    return Done(None)


def _remove(tx: Tx, *, holder: Holder, passkey: Passkey, occasion: Occasion) -> Done[None]:
    if not tx.passkeys.end(passkey, occasion.now):
        return Done(None)
    ended = 0
    for session in tx.sessions.of_person(holder.person_id):
        is_of_one = session.idp == "haiphong" and is_passkey(session.amr)
        if is_of_one and session.session_id != holder.session.session_id:
            end_session(tx, session, reason="a passkey was removed", occasion=occasion)
            ended += 1
    _record(tx, EventType.CREDENTIAL_REMOVED, holder, occasion, sessions=ended)
    tx.outbox.notify(holder.person_id, Notice.FACTOR_REMOVED, occasion=occasion, factor=Factor.PASSKEY.value)
    return Done(None)


def _record(tx: Tx, event: EventType, holder: Holder, occasion: Occasion, **payload: object) -> None:
    person_id = holder.person_id
    tx.audit.add(
        occasion.event(event, actor=person_ref(person_id), person_id=person_id, kind="passkey", **payload)
    )


def _page(
    call: Call,
    template: str,
    holder: Holder,
    passkey: Passkey,
    *,
    name: str | None = None,
    errors: ErrorSummary | None = None,
) -> Answer:
    return account_page(
        call,
        holder,
        template,
        row=passkey,
        name=passkey.name if name is None else name,
        errors=errors,
    )
