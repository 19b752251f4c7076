"""`/account/data/close`: closing the account, after a sign-in of the last ten minutes, with days to take it back."""

from datetime import timedelta

from idp.citizen.account import Holder, account_page, holder_of
from idp.citizen.data.asking import ask
from idp.citizen.data.overview import HERE
from idp.citizen.interaction import posted
from idp.data_rights.model import Right
from idp.data_rights.service import Wanted, why_not_closed
from idp.edge import Answer, Call
from idp.ui.errors import ErrorSummary, FieldError, one_error

CLOSE = f"{HERE}/close"


async def show(call: Call) -> Answer:
    """Say what ends, what is erased, what stays by law; or what stands against it."""
    holder = await holder_of(call, fresh=True)
    if isinstance(holder, Answer):
        return holder
    occasion = call.occasion()
    broken = await call.provider.database.read(
        lambda tx: why_not_closed(tx, holder.person, occasion=occasion)
    )
    return _page(call, holder, one_error(f"data_{broken.value}") if broken is not None else None)


async def begin(call: Call) -> Answer:
    """Take the request in; the account goes on until its days are over."""
    holder = await holder_of(call, fresh=True, back=CLOSE)
    if isinstance(holder, Answer):
        return holder
    form = posted(call)
    if form.get("sure") != "yes":
        return _page(call, holder, ErrorSummary((FieldError(key="data_not_sure", field="sure"),)))
    broken = await ask(call, holder, Wanted(right=Right.DELETE))
    if broken is not None:
        return _page(call, holder, one_error(f"data_{broken.value}"))
    return Answer.redirect(f"{HERE}?d=closing")


def _page(call: Call, holder: Holder, errors: ErrorSummary | None) -> Answer:
    closing = call.provider.settings.life.account_closing
    return account_page(
        call,
        holder,
        "account_data_close.html",
        days=max(1, round(closing / timedelta(days=1))),
        path=CLOSE,
        errors=errors,
    )
