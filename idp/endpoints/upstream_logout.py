"""The national system signs somebody out – OpenID Connect Back-Channel Logout 1.0 §2.5–2.8, Front-Channel Logout 1.0 §2.

A logout token ends what came from the session, or of the person, that it names, and counts once; the services reached
hear of it as of every sign-out. The front channel ends no more than this browser's own session, and only if it came from
the session named: as a frame of another site it comes without our cookie (SameSite=Lax), and then it ends nothing.
"""

import logging
from datetime import timedelta
from functools import partial

from federation.logout_token import LogoutNotice
from federation.upstream import UpstreamError
from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.database import Done, Refused
from idp.edge import Answer, BadCall, Call
from idp.edge.answer import NO_STORE
from idp.edge.cookie_names import session_cookie_name
from idp.edge.signing_out import left_behind
from idp.endpoints.back_channel import form_of
from idp.ids import PersonId
from idp.log import fields
from idp.protocol.errors import InvalidRequest, TemporarilyUnavailable, ToJson, refusing
from idp.protocol.facts import Realm
from idp.sessions.model import Session
from idp.sessions.service import MOST_SESSIONS, end_session
from idp.transaction import Tx
from idp.ui.headers import form_action_source, headers_framed_by
from idp.upstreams.model import NATIONAL, upstream_session

BACK_CHANNEL = "/upstream/national/backchannel_logout"
FRONT_CHANNEL = "/upstream/national/frontchannel_logout"
_REASON = "signed out at the national system"
_ACTOR = "upstream:national"
_PAGE = b"<!doctype html><title>-</title>"
_LONGEST_SID = 255
_log = logging.getLogger("hpid.upstream")


async def backchannel_logout(call: Call) -> Answer:
    """Take a logout token: 200 once it is done, or once there is nothing to do; 400 if it does not hold (§2.8)."""
    with refusing(ToJson()):
        notice = await _read(call, form_of(call).get("logout_token", ""))
        outcome = await call.provider.database.transact(
            partial(
                _sign_out,
                notice=notice,
                on_the_way=call.provider.settings.life.upstream_answer,
                occasion=call.occasion(),
            )
        )
        outcome.unwrap()
    return Answer(headers=NO_STORE)


async def frontchannel_logout(call: Call) -> Answer:
    """End the session of this browser if it came from the session named; always the same empty page."""
    upstream = call.provider.national
    if upstream is None:
        raise BadCall(404, "no such address")
    settings, query = call.provider.settings, dict(call.query())
    headers = headers_framed_by(form_action_source(upstream.issuer), https=settings.is_https)
    answer = Answer.html(
        _PAGE, headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
    )
    name = session_cookie_name(settings, Realm.CITIZEN)
    cookie, sid = call.cookies().get(name), query.get("sid", "")
    if cookie is None or query.get("iss") != upstream.issuer or not 0 < len(sid) <= _LONGEST_SID:
        return answer
    work = partial(
        _sign_out_here,
        cookie=cookie,
        upstream_sid=upstream_session(upstream.issuer, sid),
        occasion=call.occasion(),
    )
    if (await call.provider.database.transact(work)).unwrap() is None:
        return answer
    return left_behind(call, answer)


async def _read(call: Call, token: str) -> LogoutNotice:
    """Return what the token says; nobody is proved by one that does not hold, so that is counted (class 1)."""
    provider = call.provider
    if provider.national is None:
        raise BadCall(404, "no such address")
    try:
        return await provider.national.read_logout_token(token, now=provider.clock.now())
    except UpstreamError as error:
        if error.unavailable:
            raise TemporarilyUnavailable("try again in a moment", detail=error.reason) from error
        _log.info("logout token refused", extra=fields(txn=call.txn, reason=error.reason))
        call.count_refusal(EventType.UPSTREAM_SIGNED_OUT.value)
        raise InvalidRequest("the logout_token does not hold", detail=error.reason) from error


def _sign_out(
    tx: Tx, *, notice: LogoutNotice, on_the_way: timedelta, occasion: Occasion
) -> Done[None] | Refused:
    if not tx.upstream_logouts.spend(notice.issuer, notice.jti, notice.useful_until):
        tx.audit.add(occasion.event(EventType.UPSTREAM_SIGN_OUT_REPLAYED, actor=_ACTOR, upstream=NATIONAL))
        return Refused(InvalidRequest("the logout_token does not hold", detail="it came before"))
    if notice.sid is not None:  # whoever has its code still, or waits for their turn, comes too late
        tx.upstream_logouts.note_over(notice.issuer, notice.sid, occasion.now + on_the_way)
    if notice.subject is not None:
        of_all, until = notice.sid is None, notice.issued_at + on_the_way
        tx.upstream_logouts.note_signed_out(notice.issuer, notice.subject, of_all=of_all, until=until)
    named = None if notice.subject is None else _person(tx, notice.issuer, notice.subject)
    for whose in sorted({one.person_id for one in _meant(tx, notice)} | ({named} if named else set())):
        tx.people.lock(whose)  # what is being carried from one of theirs ends too, or never begins
    sessions = _meant(tx, notice)
    for session in sessions:
        end_session(tx, session, reason=_REASON, occasion=occasion, actor=_ACTOR)
    person_id = sessions[0].person_id if sessions else None
    tx.audit.add(
        occasion.event(
            EventType.UPSTREAM_SIGNED_OUT,
            actor=_ACTOR,
            person_id=person_id,
            upstream=NATIONAL,
            sessions=len(sessions),
        )
    )
    return Done(None)


def _meant(tx: Tx, notice: LogoutNotice) -> tuple[Session, ...]:
    """Return the sessions that came from what is signed out there.

    Where the token names a session: those that came from it, and those of the person that came without a name. Where it
    names a person alone: all that came from there.
    """
    by_sid: tuple[Session, ...] = ()
    if notice.sid is not None:
        by_sid = tx.upstream_sessions.of_upstream_sid(
            upstream_session(notice.issuer, notice.sid), MOST_SESSIONS
        )
    if notice.subject is None:
        return by_sid
    person_id = _person(tx, notice.issuer, notice.subject)
    of_person = () if person_id is None else tx.sessions.of_person(person_id)
    named = {one.session_id for one in by_sid}
    return tuple(
        one
        for one in of_person
        if one.session_id in named
        or (not one.has_upstream_sid and one.idp == NATIONAL)
        or (notice.sid is None and one.has_upstream_sid)
    )


def _person(tx: Tx, issuer: str, subject: str) -> PersonId | None:
    link = tx.upstreams.find(issuer, subject)
    person = None if link is None else tx.people.canonical(link.person_id)
    return None if person is None else person.person_id


def _sign_out_here(tx: Tx, *, cookie: str, upstream_sid: str, occasion: Occasion) -> Done[Session | None]:
    """End the session of a cookie if it came from this one there; return it if so."""
    session = tx.sessions.find(cookie)
    named = {one.session_id for one in tx.upstream_sessions.of_upstream_sid(upstream_sid, MOST_SESSIONS)}
    if session is None or session.session_id not in named:
        return Done(None)
    end_session(tx, session, reason=_REASON, occasion=occasion, actor=_ACTOR)
    return Done(session)
