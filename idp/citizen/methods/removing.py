"""`/account/methods/remove`: take a way to sign in away, shown before it is done (PAGES 3.1.14; SECURITY E05)."""

from functools import partial

from idp.citizen.account import Holder, account_page, holder_of, query
from idp.citizen.interaction import posted
from idp.citizen.methods.overview import METHODS
from idp.credentials.service import Kind, SecondFactorNeeded, remove
from idp.edge import Answer, Call
from idp.ui.errors import ErrorSummary, one_error

REMOVE = f"{METHODS}/remove"


async def show(call: Call) -> Answer:
    """Show what would be done."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    kind = _kind(call)
    return Answer.redirect(METHODS) if kind is None else _form(call, holder, kind)


async def do(call: Call) -> Answer:
    """Do it."""
    kind = _kind(call)
    holder = await holder_of(call, fresh=True, back=METHODS if kind is None else f"{REMOVE}?m={kind.value}")
    if isinstance(holder, Answer):
        return holder
    posted(call)
    if kind is None:
        return Answer.redirect(METHODS)
    write = partial(
        remove,
        person_id=holder.person_id,
        kind=kind,
        keep=holder.session.session_id,
        occasion=call.occasion(),
    )
    try:
        (await holder.transact(write)).unwrap()
    except SecondFactorNeeded:
        return _form(call, holder, kind, one_error("second_factor_needed"))
    return Answer.redirect(f"{METHODS}?d={kind.value}-removed")


def _kind(call: Call) -> Kind | None:
    named = query(call, "m")
    return Kind(named) if named in set(Kind) else None


def _form(call: Call, holder: Holder, kind: Kind, errors: ErrorSummary | None = None) -> Answer:
    return account_page(
        call,
        holder,
        "method_remove.html",
        kind=kind.value,
        errors=errors,
    )
