"""`/account/sessions`: where somebody is signed in, and ending it there (PAGES §3.1.15, attack row G01).

A session is named on the page by a mark of its own, made for this purpose: the id it is stored by never leaves. What
is ended is looked for among the person's own sessions alone, so another's mark is nobody's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from idp.audit.occasion import Occasion
from idp.citizen.account import Holder, account_page, holder_of
from idp.citizen.interaction import posted
from idp.database import Done
from idp.edge import Answer, BadCall, Call
from idp.edge.page import language_of, relying_party
from idp.edge.signing_out import results_address, signed_out
from idp.ids import ClientId
from idp.mandates.service import choices_of
from idp.protocol.context import SELF
from idp.protocol.facts import Realm
from idp.reports.sessions import reached_by, used_as
from idp.risk.model import KnownDevice
from idp.sessions.model import Session
from idp.sessions.service import end_session
from idp.transaction import Tx
from idp.ui.account_rows import OpenSession
from idp.ui.pages import shown_name

HOME = "/account/sessions"
_MARK = "account session"
_OTHERS = "others"
_MOST_DEVICES = 50
_PHONES = ("Android", "iOS")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """The sessions of a person, the services each reached, and for whom it acts there."""

    sessions: tuple[Session, ...]
    reached: Mapping[str, tuple[ClientId, ...]]
    acting_for: Mapping[str, tuple[str, ...]]
    devices: tuple[KnownDevice, ...]


async def show(call: Call) -> Answer:
    """Show this device first, then the others, the latest used first."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    found = await call.provider.database.read(partial(_load, holder=holder, call=call))
    rows = [await _row(call, one, found, holder) for one in found.sessions]
    return account_page(
        call,
        holder,
        "account_sessions.html",
        here=next((row for row in rows if row.is_here), None),
        others=tuple(row for row in rows if not row.is_here),
        devices=tuple(one for one in found.devices if not one.is_public),
        this_device=holder.session.device_id,
    )


async def end(call: Call) -> Answer:
    """End one session of theirs, or all but this; what each service answered is told on the page of sign-outs."""
    holder = await holder_of(call)
    if isinstance(holder, Answer):
        return holder
    which = posted(call).get("session", "")
    if not which:
        raise BadCall(400, "the form is incomplete")
    work = partial(_end, holder=holder, which=which, call=call, occasion=call.occasion())
    ended = (await holder.transact(work)).unwrap()
    if not ended:
        return Answer.redirect(HOME)
    logouts = tuple(ended.values())
    if holder.session_id in ended:
        return await signed_out(call, logouts, None)
    return Answer.redirect(results_address(logouts))


def _load(tx: Tx, *, holder: Holder, call: Call) -> _Open:
    now, life = call.provider.clock.now(), call.provider.settings.life
    mine = [one for one in tx.sessions.of_person(holder.person_id) if one.is_live(now, life)]
    used = used_as(tx.connection, holder.person_id)
    is_for_others = any(choice != SELF for choices in used.values() for choice in choices)
    names = (
        {one.choice_id: one.name for one in choices_of(tx, holder.person, now=now)} if is_for_others else {}
    )
    return _Open(
        sessions=tuple(sorted(mine, key=lambda one: one.last_seen_at, reverse=True)),
        reached=reached_by(tx.connection, holder.person_id),
        acting_for={
            session_id: tuple(dict.fromkeys(names[choice] for choice in choices if choice in names))
            for session_id, choices in used.items()
        },
        devices=tx.devices.of_person(holder.person_id, now, _MOST_DEVICES),
    )


async def _row(call: Call, session: Session, found: _Open, holder: Holder) -> OpenSession:
    names = []
    for client_id in found.reached.get(session.session_id, ()):
        client = await call.provider.configuration.client(client_id)
        if client is not None:
            facts = client.facts
            names.append(shown_name(relying_party(facts, facts.first_redirect_uri), language_of(call)))
    return OpenSession(
        public_id=_mark(call, session.session_id),
        device=session.device,
        is_phone=session.device.endswith(_PHONES),
        is_here=session.session_id == holder.session_id,
        is_official=session.realm is Realm.OFFICIAL,
        is_public=session.is_public,
        opened_at=session.created_at,
        last_seen_at=session.last_seen_at,
        services=tuple(names),
        acting_for=found.acting_for.get(session.session_id, ()),
    )


def _mark(call: Call, session_id: str) -> str:
    return call.provider.vault.subject(session_id, _MARK)[:16]


def _end(tx: Tx, *, holder: Holder, which: str, call: Call, occasion: Occasion) -> Done[dict[str, str]]:
    """End what was named and return the sign-outs by session; nothing if it names none of this person's."""
    ended: dict[str, str] = {}
    # the person is held: a sign-in at this moment is over before, and ends too, or begins afterwards
    for one in tx.sessions.of_person(holder.person_id):
        is_here = one.session_id == holder.session_id
        if (which == _OTHERS and not is_here) or which == _mark(call, one.session_id):
            ended[one.session_id] = end_session(
                tx, one, reason="ended by the person", occasion=occasion, in_its_browser=is_here
            )
    if which == _OTHERS:
        tx.devices.forget_others(holder.person_id, holder.session.device_id)
    return Done(ended)
