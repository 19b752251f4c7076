"""`/account/methods/recovery-codes`: make ten new codes, shown once, after a sign-in of the last ten minutes."""

from functools import partial

from idp.citizen.account import holder_of
from idp.citizen.interaction import posted
from idp.citizen.methods.overview import METHODS
from idp.credentials.recovery_code import CODE_BYTES, SET_SIZE, read_code, write_code
from idp.credentials.service import set_recovery_codes
from idp.edge import Answer, Call
from idp.edge.page import page

CODES = f"{METHODS}/recovery-codes"


async def show(call: Call) -> Answer:
    """Say what making new codes does."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    state = await call.provider.database.read(lambda tx: tx.recovery_codes.state(holder.person_id))
    name = holder.person.profile.full_name
    return page(call, "method_codes.html", signed_in_name=name, codes=state, n=SET_SIZE)


async def make(call: Call) -> Answer:
    """Make them and show them: the only page that ever does."""
    holder = await holder_of(call, fresh=True, back=CODES)
    if isinstance(holder, Answer):
        return holder
    posted(call)
    occasion = call.occasion()
    codes = tuple(write_code(call.provider.clock.random_bytes(CODE_BYTES)) for _ in range(SET_SIZE))
    kept = [code for code in map(read_code, codes) if code is not None]
    here = holder.session.session_id
    write = partial(set_recovery_codes, person_id=holder.person_id, codes=kept, keep=here, occasion=occasion)
    (await holder.transact(write)).unwrap()
    return page(
        call,
        "method_codes_shown.html",
        signed_in_name=holder.person.profile.full_name,
        name=holder.person.profile.full_name,
        codes=codes,
        at=occasion.now,
    )
