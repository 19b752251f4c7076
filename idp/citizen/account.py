"""`/account/…`: whose account this is, and the way to sign in to it without any service (adr/0031).

A page that shows needs a session of level substantial by the national system, or for one's own passkeys by one of them
(adr/0045); a page that changes anything needs a sign-in of the last ten minutes too, and what is of high risk waits for
a day after a recovery (adr/0048). Whoever was let in writes by `Holder.transact` alone, which asks it all once more. A
page left open while somebody else signs in at the same browser counts for neither (edge/csrf.py).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from idp.citizen.guard import Found, Guard, guard_of, refuse_unless, refuse_unless_shown_to
from idp.citizen.high_risk import held_page
from idp.citizen.interaction import posted
from idp.citizen.sections import Beside, counted, look
from idp.database import Database, Done, Refused, behind
from idp.edge import Answer, Call
from idp.edge.account import HOME, begin_sign_in, deciding
from idp.edge.page import page
from idp.ids import PersonId
from idp.people.model import Person
from idp.protocol.next_step import SignIn
from idp.sessions.model import Session
from idp.transaction import Tx

T = TypeVar("T")
_OWN_PATH = re.compile(
    r"(/recover/renew|/lock|/account(/[A-Za-z0-9_-]{1,64}){0,4})"
    r"(\?[a-z]=[A-Za-z0-9._-]{1,100}(&[a-z]=[A-Za-z0-9._-]{1,100}){0,2})?",
    re.ASCII,
)
_LONGEST_SHOWN = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who is signed in to the account."""

    person: Person = field(repr=False)
    session: Session = field(repr=False)
    guard: Guard = field(repr=False)
    database: Database[Tx] = field(repr=False)
    counts: Mapping[str, int]
    """Section of the account → how much there is."""

    async def transact(self, work: Callable[[Tx], Done[T] | Refused]) -> Done[T] | Refused:
        """Commit what the function did, if this person may do it at that very moment; else it is refused, and not run."""
        find = partial(self.guard.find, locked=self.person_id)
        refuse = partial(refuse_unless, person_id=self.person_id, session_id=self.session_id)
        return await self.database.transact(behind(find, refuse, work))

    @property
    def person_id(self) -> PersonId:
        """Return whose account it is."""
        return self.person.person_id

    @property
    def session_id(self) -> str:
        """Return the session the page is seen in; it never leaves the provider."""
        return self.session.session_id


async def holder_of(
    call: Call, *, fresh: bool = False, back: str | None = None, written: tuple[str, ...] = ()
) -> Holder | Answer:
    """Return who is signed in here, or the page that leads to the sign-in that is missing, and from there back.

    Back is the page itself; from a form whose address shows no page it is `back`. `written` names the fields that hold
    whole sentences: they are shown once more, so that nobody must write them again.
    """
    guard, database = guard_of(call, fresh=fresh), call.provider.database
    found, beside = await database.read(partial(_enter, guard=guard, call=call))
    if found.session is None or found.person is None:
        known = fresh and not isinstance((await database.read(deciding(call, fresh=False))).step, SignIn)
        return _ask(call, again=known, back=back, written=written)
    if call.method == "POST" and (
        elses := refuse_unless_shown_to(call, posted(call), found.person.person_id)
    ):
        elses.unwrap()
    if found.held_until is not None:
        return held_page(call, found.person, found.held_until)
    return Holder(
        person=found.person,
        session=found.session,
        guard=guard,
        database=database,
        counts={} if beside is None else await counted(call, beside),
    )


def account_page(
    call: Call,
    holder: Holder,
    template: str,
    *,
    status: int = 200,
    notice: str | None = None,
    path: str | None = None,
    **context: object,
) -> Answer:
    """Return a page of the account, with its sections beside it."""
    return page(
        call,
        template,
        status=status,
        ui_locales=None,
        form_action=(),
        frame_src=(),
        asks_us=False,
        notice=notice,
        signed_in_name=holder.person.profile.full_name,
        path=path,
        shown_to=holder.person_id,
        counts=holder.counts,
        **context,
    )


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


def _enter(tx: Tx, *, guard: Guard, call: Call) -> tuple[Found, Beside | None]:
    """Look who is there and, in the same breath, how much is theirs."""
    found = guard.find(tx)
    if found.session is None or found.person is None or found.held_until is not None:
        return found, None
    return found, look(tx, found.person, call)


def _ask(call: Call, *, again: bool, back: str | None, written: tuple[str, ...]) -> Answer:
    """Ask for a sign-in, in words that say why; what a form held is not kept, its sentences can be copied."""
    here = f"{call.path}?{_text(call)}" if call.query_string else call.path
    form = posted(call) if written and call.method == "POST" else {}
    sentences = (form.get(name, "").strip()[:_LONGEST_SHOWN] for name in written)
    return page(
        call,
        "account_sign_in.html",
        status=200 if call.method != "POST" else 403,
        again=again,
        was_sent=call.method == "POST",
        unsent=tuple(one for one in sentences if one),
        place=back if back is not None and call.method == "POST" else here,
    )


def _text(call: Call) -> str:
    return call.query_string.decode("ascii", "replace")
