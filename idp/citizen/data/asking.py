"""`/account/data/request`: one form for each right, taking a request back, and lifting a restriction (PAGES §3.1.20).

A service is named by its client_id and counts only if it is among those this person uses, as their own page lists them.
"""

import unicodedata
from functools import partial

from idp.citizen.account import Holder, account_page, holder_of, query
from idp.citizen.data.overview import HERE
from idp.citizen.data.used import services_of
from idp.citizen.interaction import posted
from idp.data_rights.deadlines import TO_ANSWER, days_for
from idp.data_rights.model import NotTaken, RequestNotTaken, Right
from idp.data_rights.service import Wanted, lift_own, make_request, withdraw_request
from idp.edge import Answer, Call
from idp.edge.page import language_of
from idp.ids import ClientId
from idp.ui.data_rows import ServiceOption
from idp.ui.errors import ErrorSummary, FieldError, one_error

FORM = f"{HERE}/request"
LONGEST = 1000
"""Letters of each text."""
_ABOUT_SERVICES = frozenset({Right.OBJECT, Right.DELETE})
"""Where nothing can be asked for without naming a service."""
OURSELVES = "-"
"""What a form names where an objection is to what Hải Phòng ID itself does; no client is called so."""
_WITHOUT_WORDS = frozenset({Right.RESTRICT})


async def show(call: Call) -> Answer:
    """Show the form of one right; a service may be chosen in it already."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    right = _right(query(call, "r"))
    if right is None:
        return Answer.redirect(HERE)
    return await _form(call, holder, right, {"service": query(call, "c")})


async def send(call: Call) -> Answer:
    """Take the request in, or say what is missing."""
    form = posted(call)
    right = _right(form.get("right", ""))
    back = HERE if right is None else f"{FORM}?r={right.value}"
    holder = await holder_of(call, back=back, written=("what", "why"))
    if isinstance(holder, Answer):
        return holder
    if right is None:
        return Answer.redirect(HERE)
    fields = {name: form.get(name, "") for name in ("service", "what", "why")}
    options = await _options(call, holder, right)
    problems = _problems(right, fields, {one.client_id for one in options})
    if problems:
        return await _form(call, holder, right, fields, ErrorSummary(tuple(problems)))
    wanted = Wanted(
        right=right,
        client_id=ClientId(fields["service"]) if fields["service"] not in {"", OURSELVES} else None,
        what=_written(fields["what"]),
        why=_written(fields["why"]),
    )
    broken = await ask(call, holder, wanted)
    if broken is not None:
        return await _form(call, holder, right, fields, one_error(f"data_{broken.value}"))
    return Answer.redirect(f"{HERE}?d=sent")


async def ask(call: Call, holder: Holder, wanted: Wanted) -> NotTaken | None:
    """Hand a request in; return why it was not taken."""
    settings = call.provider.settings
    work = partial(
        make_request,
        person_id=holder.person_id,
        wanted=wanted,
        holidays=settings.holidays,
        closing=settings.life.account_closing,
        occasion=call.occasion(),
    )
    try:
        (await holder.transact(work)).unwrap()
    except RequestNotTaken as error:
        return error.reason
    return None


async def take_back(call: Call) -> Answer:
    """Take one of one's own requests back; another's is as if there were none."""
    holder = await holder_of(call, back=HERE)
    if isinstance(holder, Answer):
        return holder
    request_id = posted(call).get("request", "")
    work = partial(
        withdraw_request, person_id=holder.person_id, request_id=request_id, occasion=call.occasion()
    )
    done = (await holder.transact(work)).unwrap()
    if done is None:
        return Answer.redirect(HERE)
    is_kept = done.right is Right.DELETE and done.client_id is None
    return Answer.redirect(f"{HERE}?d={'kept' if is_kept else 'withdrawn'}")


async def lift(call: Call) -> Answer:
    """Let consent count again."""
    holder = await holder_of(call, back=HERE)
    if isinstance(holder, Answer):
        return holder
    posted(call)
    work = partial(lift_own, person_id=holder.person_id, occasion=call.occasion())
    done = (await holder.transact(work)).unwrap()
    return Answer.redirect(f"{HERE}?d=lifted" if done else HERE)


async def _options(call: Call, holder: Holder, right: Right) -> tuple[ServiceOption, ...]:
    """Return whom a request may be about: services, and for an objection Hải Phòng ID too."""
    services = await services_of(call, holder)
    if right is not Right.OBJECT:
        return services
    ours = ServiceOption(client_id=OURSELVES, name="Hải Phòng ID", language=language_of(call))
    return (*services, ours)


def _problems(right: Right, fields: dict[str, str], known: set[str]) -> list[FieldError]:
    problems = []
    is_missing = right in _ABOUT_SERVICES and not fields["service"]
    if is_missing or (fields["service"] and fields["service"] not in known):
        problems.append(FieldError(key="data_no_service", field="service"))
    if right not in _WITHOUT_WORDS and not _written(fields["what"]):
        problems.append(FieldError(key="data_what_empty", field="what"))
    problems += [
        FieldError(key="data_too_long", field=name, params={"n": LONGEST})
        for name in ("what", "why")
        if len(_written(fields[name])) > LONGEST
    ]
    return problems


def _written(text: str) -> str:
    """Return what somebody wrote: lines of printing characters, in one spelling."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = (
        "".join(one for one in line if one == " " or unicodedata.category(one)[0] not in "CZ")
        for line in lines
    )
    return "\n".join(line.strip() for line in kept).strip()


def _right(name: str) -> Right | None:
    return Right(name) if name in {*Right} else None


async def _form(
    call: Call,
    holder: Holder,
    right: Right,
    fields: dict[str, str],
    errors: ErrorSummary | None = None,
) -> Answer:
    options = await _options(call, holder, right)
    chosen = fields.get("service", "")
    return account_page(
        call,
        holder,
        "account_data_request.html",
        right=right.value,
        services=() if right in _WITHOUT_WORDS else options,
        service=chosen if chosen in {one.client_id for one in options} else "",
        needs_service=right in _ABOUT_SERVICES,
        asks_what=right not in _WITHOUT_WORDS,
        fields={"what": fields.get("what", ""), "why": fields.get("why", "")},
        answer_days=TO_ANSWER,
        days=days_for(right, elsewhere=right in _ABOUT_SERVICES),
        path=f"{FORM}?r={right.value}",
        errors=errors,
    )
