"""`/account/data/copy…`: asking for the copy, and taking it (PAGES §3.1.20; ASVS 7.5.1).

Every step is a POST of the account's own page after a sign-in of the last ten minutes. The copy has no address: nothing
can be sent on, left in a history or opened in another browser, and whose it is says the session alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from idp.citizen.account import Holder, account_page, holder_of
from idp.citizen.data.overview import HERE
from idp.citizen.interaction import posted
from idp.data_rights.service import ask_for_copy, opened, take_copy
from idp.edge import Answer, Call
from idp.edge.answer import NO_STORE

MOST_SHOWN = 300
"""Events of the history on the page to read; the file holds more."""
_NAME = "haiphong-id-copy.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    holder: Holder
    document: bytes


async def ask(call: Call) -> Answer:
    """Have a copy made, if none is there."""
    holder = await holder_of(call, fresh=True, back=HERE)
    if isinstance(holder, Answer):
        return holder
    posted(call)
    lasts = call.provider.settings.life.data_copy
    work = partial(ask_for_copy, person_id=holder.person_id, lasts=lasts, occasion=call.occasion())
    asked = (await holder.transact(work)).unwrap()
    return Answer.redirect(f"{HERE}?d={'waits' if asked is None else 'asked'}")


async def download(call: Call) -> Answer:
    """Give the file for machines."""
    taken = await _take(call, "json")
    if isinstance(taken, Answer):
        return taken
    headers = (
        ("content-type", "application/json"),
        ("content-disposition", f'attachment; filename="{_NAME}"'),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        *NO_STORE,
    )
    return Answer(headers=headers, body=taken.document)


async def read(call: Call) -> Answer:
    """Show the copy as a page to read and to print."""
    taken = await _take(call, "html")
    if isinstance(taken, Answer):
        return taken
    content: Mapping[str, Any] = json.loads(taken.document)
    return account_page(
        call,
        taken.holder,
        "account_data_copy.html",
        holder_name=taken.holder.person.profile.full_name,
        copy=content,
        names=_names(content),
        events=content["history"]["events"][:MOST_SHOWN],
        more=len(content["history"]["events"]) > MOST_SHOWN or not content["history"]["complete"],
        path=HERE,
    )


def _names(content: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what the services of the history are called, as far as the copy says it."""
    named = (*content["services"], *content["consents"], *content["browsers"])
    return {one["client_id"]: one["service"] for one in named if one["client_id"] and one["service"]}


async def _take(call: Call, form: str) -> _Taken | Answer:
    holder = await holder_of(call, fresh=True, back=HERE)
    if isinstance(holder, Answer):
        return holder
    posted(call)
    work = partial(take_copy, person_id=holder.person_id, form=form, occasion=call.occasion())
    found = (await holder.transact(work)).unwrap()
    if found is None:
        return Answer.redirect(f"{HERE}?d=none")
    return _Taken(holder=holder, document=opened(found))
