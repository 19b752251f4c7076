"""The end-session endpoint – RP-Initiated Logout 1.0 §2–3, Back-Channel Logout 1.0.

An ID token of this very session ends it at once; without one the person is asked, so that no site can sign people out
(ASVS 10.6.2); a request that brought no cookie takes none away. A return address is followed only if registered and
vouched for by the hint; else nothing happens.
"""

from dataclasses import dataclass, field
from functools import partial

from idp.audit.occasion import Occasion
from idp.database import Done
from idp.edge import Answer, Call, Cookie
from idp.edge.cookie_names import cookie_name
from idp.edge.page import page
from idp.ids import ClientId, Sid
from idp.protocol.errors import InvalidRequest, ToPage, refusing
from idp.protocol.logout import PARAMETERS, LogoutRequest, check_return, parse
from idp.protocol.token_request import parse_form
from idp.sessions.model import Session
from idp.sessions.service import end_session as end
from idp.transaction import Tx
from keys.jose import InvalidJwt, Purpose

_CLEAR = ("clear-site-data", '"cache", "storage"')


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hint:
    client_id: ClientId
    sid: Sid = field(repr=False)


async def end_session(call: Call) -> Answer:
    """Sign the person out, or ask whether they want that."""
    provider = call.provider
    with refusing(ToPage(case="bad-request")):
        pairs = call.form() if call.method == "POST" else call.query()
        request = parse(parse_form(pair for pair in pairs if pair[0].lower() in PARAMETERS))
        hint = _hint(call, request)
        client_id = hint.client_id if hint else ClientId(request.client_id or "")
        if hint and request.client_id not in {None, hint.client_id}:
            raise InvalidRequest("client_id is not the client of the id_token_hint")
        client = await provider.configuration.client(client_id)
        location = check_return(request, client.facts if client else None, hint_is_valid=hint is not None)
    name = cookie_name(provider.settings, "session")
    cookie = call.cookies().get(name)
    session = await provider.database.read(partial(_load, cookie=cookie, hint=hint))
    if session is None:
        answer = Answer.redirect(location or "/signed-out")
        return answer if cookie is None else answer.with_cookies(Cookie(name=name, value="", max_age=0))
    if not _is_vouched(call, hint, session):
        return page(call, "sign_out.html", ui_locales=request.ui_locales, fields={}, rp=None, i="")
    outcome = await provider.database.transact(partial(_end, session=session, occasion=call.occasion()))
    logout_id = outcome.unwrap()
    answer = Answer.redirect(location or f"/signed-out?r={logout_id}")
    if cookie is None:  # the hint's session may be of another browser: this one is left as it is
        return answer
    return answer.with_cookies(Cookie(name=name, value="", max_age=0)).with_headers(_CLEAR)


def _hint(call: Call, request: LogoutRequest) -> _Hint | None:
    """Return what an ID token of ours says, expired or not (§2); a foreign or unsigned one is refused."""
    if request.id_token_hint is None:
        return None
    try:
        claims = call.provider.keyring.verify(request.id_token_hint, purpose=Purpose.ID_TOKEN_HINT).claims
    except InvalidJwt as error:
        raise InvalidRequest("id_token_hint is not an ID token of ours", detail=error.reason) from error
    aud, sid = claims.get("aud"), claims.get("sid")
    if (
        claims.get("iss") != call.provider.settings.issuer
        or not isinstance(aud, str)
        or not isinstance(sid, str)
    ):
        raise InvalidRequest("id_token_hint is not an ID token of ours", detail="claims")
    return _Hint(client_id=ClientId(aud), sid=Sid(sid))


def _is_vouched(call: Call, hint: _Hint | None, session: Session) -> bool:
    """Tell whether the hint was issued in this very session."""
    if hint is None:
        return False
    return hint.sid == call.provider.vault.subject(session.session_id, f"sid {hint.client_id}")


def _load(tx: Tx, *, cookie: str | None, hint: _Hint | None) -> Session | None:
    """Return the session of this browser; where its cookie stayed behind (a POST from another site), the hint's."""
    if cookie is not None:
        return tx.sessions.find(cookie)
    session = tx.sessions.find_by_sid(hint.client_id, hint.sid) if hint else None
    return None if session is None or session.ended_at is not None else session


def _end(tx: Tx, *, session: Session, occasion: Occasion) -> Done[str]:
    return Done(end(tx, session, reason="signed out by the person", occasion=occasion))
