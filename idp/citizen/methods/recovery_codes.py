"""`/account/methods/recovery-codes`: make ten new codes, shown once, after a sign-in of the last ten minutes.

A form says which codes it takes the place of, so that it counts once: loading the page of new codes again, or pressing
twice, must not end the codes that a person has just printed.
"""

from functools import partial

from idp.citizen.account import Holder, account_page, holder_of
from idp.citizen.interaction import posted
from idp.citizen.methods.overview import METHODS
from idp.credentials.model import RecoveryCodes
from idp.credentials.recovery_code import CODE_BYTES, SET_SIZE, read_code, write_code
from idp.credentials.service import set_recovery_codes
from idp.database import Done, Refused
from idp.edge import Answer, Call
from idp.transaction import Tx
from idp.ui.errors import ErrorSummary, one_error

CODES = f"{METHODS}/recovery-codes"


class _MadeAlready(Exception):
    """There are newer codes than those the form was to replace."""


async def show(call: Call) -> Answer:
    """Say what making new codes does."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    return await _form(call, holder)


async def make(call: Call) -> Answer:
    """Make them and show them: the only page that ever does."""
    holder = await holder_of(call, fresh=True, back=CODES)
    if isinstance(holder, Answer):
        return holder
    replaced = posted(call).get("replaces", "")
    occasion = call.occasion()
    codes = tuple(write_code(call.provider.clock.random_bytes(CODE_BYTES)) for _ in range(SET_SIZE))
    kept = [code for code in map(read_code, codes) if code is not None]
    here = holder.session.session_id
    write = partial(set_recovery_codes, person_id=holder.person_id, codes=kept, keep=here, occasion=occasion)

    def write_once(tx: Tx) -> Done[None] | Refused:
        is_newest = _mark(tx.recovery_codes.state(holder.person_id)) == replaced
        return write(tx) if is_newest else Refused(_MadeAlready())

    try:
        (await holder.transact(write_once)).unwrap()
    except _MadeAlready:
        return await _form(call, holder, one_error("codes_made_already"))
    return account_page(
        call,
        holder,
        "method_codes_shown.html",
        name=holder.person.profile.full_name,
        codes=codes,
        at=occasion.now,
    )


async def _form(call: Call, holder: Holder, errors: ErrorSummary | None = None) -> Answer:
    state = await call.provider.database.read(lambda tx: tx.recovery_codes.state(holder.person_id))
    return account_page(
        call,
        holder,
        "method_codes.html",
        codes=state,
        replaces=_mark(state),
        n=SET_SIZE,
        errors=errors,
    )


def _mark(state: RecoveryCodes) -> str:
    """Return what tells a set of codes from any other of this person; empty for none."""
    return "" if state.made_at is None else state.made_at.isoformat()
