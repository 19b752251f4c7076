"""Signing out from our own pages, and what was really closed (PAGES 3.1.12)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from idp.audit.occasion import Occasion
from idp.citizen.interaction import posted
from idp.database import Done
from idp.edge import Answer, BadCall, Call
from idp.edge.cookie_names import session_cookie_name
from idp.edge.csrf import is_shown_to
from idp.edge.signing_out import (
    CLIENT,
    FIELD,
    REALM,
    ask,
    find_client,
    open_request,
    signed_out,
    signed_out_page,
)
from idp.ids import PersonId
from idp.protocol.facts import Realm
from idp.sessions.service import end_session
from idp.settings import Lifetimes
from idp.transaction import Tx


@dataclass(frozen=True, slots=True)
class _Elses:
    """The page was shown to somebody else than who is signed in here now."""

    person_id: PersonId


async def confirm(call: Call) -> Answer:
    """End this session, or every session of the person; then back to the relying party that asked, if one did.

    On a page that was left open (SECURITY A08) this session ends still, every one only once who is here is asked.
    """
    form = posted(call)
    where = form.get("where", "")
    if where == "stay":
        return Answer.redirect("/")
    if where not in {"here", "all"}:
        raise BadCall(400, "the form is incomplete")
    realm = _realm(form.get(REALM))
    back, asked_by = await open_request(call, form.get(FIELD))
    outcome = await call.provider.database.transact(
        partial(
            _end,
            cookie=call.cookies().get(session_cookie_name(call.provider.settings, realm)),
            everywhere=where == "all",
            life=call.provider.settings.life,
            counts_for=partial(is_shown_to, call, form),
            occasion=call.occasion(),
        )
    )
    done = outcome.unwrap()
    if isinstance(done, _Elses):
        fields = {name: form[name] for name in (REALM, FIELD) if name in form}
        return ask(call, fields, back, shown_to=done.person_id)
    return await signed_out(call, done, back, asked_by=asked_by, realm=realm)


async def show(call: Call) -> Answer:
    """Tell what each service answered so far."""
    query = dict(call.query())
    logout_ids = tuple(part for part in query.get("r", "").split(".") if part)
    asked_by = await find_client(call, query[CLIENT]) if CLIENT in query else None
    return await signed_out_page(call, logout_ids, _realm(query.get(REALM)), asked_by)


def _realm(name: str | None) -> Realm:
    return Realm.OFFICIAL if name == Realm.OFFICIAL else Realm.CITIZEN


def _end(
    tx: Tx,
    *,
    cookie: str | None,
    everywhere: bool,
    life: Lifetimes,
    counts_for: Callable[[PersonId], bool],
    occasion: Occasion,
) -> Done[tuple[str, ...] | _Elses]:
    session = tx.sessions.find(cookie) if cookie else None
    if session is None:
        return Done(())
    # one that was idle too long still has services to tell, but speaks for no other session
    everywhere = everywhere and session.is_live(occasion.now, life)
    if everywhere and not counts_for(session.person_id):
        return Done(_Elses(session.person_id))
    if everywhere:
        tx.people.lock(
            session.person_id
        )  # what is being carried from one of theirs ends too, or never begins
    sessions = tx.sessions.of_person(session.person_id) if everywhere else (session,)
    if everywhere:
        tx.devices.forget_others(session.person_id)
    logouts: list[str] = []
    for one in sessions:
        logouts.append(
            end_session(
                tx,
                one,
                reason="signed out by the person",
                occasion=occasion,
                in_its_browser=one.session_id == session.session_id,
            )
        )
    return Done(tuple(logouts))
