"""`/account/…`: whose account this is, and the way to sign in to it without any service (adr/0031).

A page that shows needs a session of level substantial by the national system, or for one's own passkeys by one of them
(adr/0045); a page that changes anything needs a sign-in of the last ten minutes too, and what is of high risk waits for
a day after a recovery (adr/0048).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from idp.citizen.high_risk import is_high_risk, when_held
from idp.citizen.interaction import posted
from idp.database import Done, Refused
from idp.edge import Answer, Call
from idp.edge.account import HOME, begin_sign_in, signed_in
from idp.edge.page import page
from idp.ids import PersonId
from idp.people.model import Person
from idp.protocol.errors import AccessDenied, Refusal, ToPage
from idp.protocol.next_step import SignIn
from idp.sessions.model import Session
from idp.transaction import Tx

T = TypeVar("T")
_OWN_PATH = re.compile(
    r"(/recover/renew|/account(/[A-Za-z0-9_-]{1,64}){0,4})"
    r"(\?[a-z]=[A-Za-z0-9._-]{1,100}(&[a-z]=[A-Za-z0-9._-]{1,100}){0,2})?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who is signed in to the account."""

    person: Person = field(repr=False)
    session: Session = field(repr=False)

    @property
    def person_id(self) -> PersonId:
        """Return whose account it is."""
        return self.person.person_id

    @property
    def session_id(self) -> str:
        """Return the session the page is seen in; it never leaves the provider."""
        return self.session.session_id


async def holder_of(call: Call, *, fresh: bool = False, back: str = HOME) -> Holder | Answer:
    """Return who is signed in here, or the page that leads to the sign-in that is missing; from a form back to `back`."""
    decision = await signed_in(call, fresh=fresh)
    if isinstance(decision.step, SignIn) or decision.session is None:
        known = fresh and not isinstance((await signed_in(call)).step, SignIn)
        return _ask(call, again=known, back=back)
    find = partial(_find, person_id=decision.session.person_id)
    person = await call.provider.database.read(find)
    if person is None:
        return _ask(call, again=False, back=back)
    if fresh and is_high_risk(call):
        held = await when_held(call, person)
        if held is not None:
            return held
    return Holder(person=person, session=decision.session)


async def carry_out(call: Call, holder: Holder, work: Callable[[Tx], Done[T] | Refused]) -> Done[T] | Refused:
    """Carry out what a form asks, if the session it was sent from goes on by then: a thief's may just have ended."""
    return await call.provider.database.transact(partial(_in_session, holder=holder, work=work))


async def start(call: Call) -> Answer:
    """Begin a sign-in that leads back to a page of the account."""
    form = posted(call)
    path = form.get("next", "")
    return await begin_sign_in(
        call, path if _OWN_PATH.fullmatch(path) else HOME, fresh=form.get("again") == "yes"
    )


def query(call: Call, name: str) -> str:
    """Return a parameter of the address, empty if it is not there."""
    return dict(call.query()).get(name, "")


def _ask(call: Call, *, again: bool, back: str) -> Answer:
    """Ask for a sign-in, in words that say why; what a form held is not kept."""
    where = call.path if call.method == "POST" or not call.query_string else f"{call.path}?{_text(call)}"
    return page(
        call,
        "account_sign_in.html",
        status=200 if call.method != "POST" else 403,
        again=again,
        place=back if call.method == "POST" else where,
    )


def _text(call: Call) -> str:
    return call.query_string.decode("ascii", "replace")


def _in_session(tx: Tx, *, holder: Holder, work: Callable[[Tx], Done[T] | Refused]) -> Done[T] | Refused:
    """Hold the person's row: whoever ends their sessions comes before this, and nothing is done, or after."""
    tx.people.lock(holder.person_id)
    session = tx.sessions.get(holder.session_id)
    if session is None or session.ended_at is not None:
        error = AccessDenied("this account can't be changed", detail="signed out meanwhile")
        return Refused(Refusal(error, ToPage(case="expired", status=403)))
    return work(tx)


def _find(tx: Tx, *, person_id: PersonId) -> Person | None:
    return tx.people.canonical(person_id)
