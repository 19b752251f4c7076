"""The end-session endpoint – RP-Initiated Logout 1.0 §2–3, Back-Channel and Front-Channel Logout 1.0.

An ID token of this very session ends it at once; without one the person is asked, so that no site can sign people out
(ASVS 10.6.2); a request that brought no cookie takes none away. A return address is followed only if registered and
vouched for by the hint: with a `client_id` alone it becomes a link. `logout_hint` names nobody who could be trusted
more than the session that is here, so it is taken and not used.
"""

from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import urlencode

from idp.audit.occasion import Occasion
from idp.database import Done
from idp.edge import Answer, Call
from idp.edge.cookie_names import session_cookie_name
from idp.edge.own_token import of_a_lost_key, verified
from idp.edge.page import language_cookies
from idp.edge.signing_out import FIELD, REALM, ask, seal_request, signed_out
from idp.ids import ClientId, Sid
from idp.protocol.context import realm_of
from idp.protocol.errors import InvalidRequest, ToPage, refusing
from idp.protocol.facts import ClientFacts, Realm
from idp.protocol.logout import PARAMETERS, LogoutRequest, ReturnAddress, check_return, parse
from idp.protocol.token_request import parse_form
from idp.sessions.model import Session, sid_at
from idp.sessions.service import end_session as end
from idp.transaction import Tx
from keys.jose import InvalidJwt, Purpose

_LONGEST_ADDRESS = 8 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hint:
    client_id: ClientId
    sid: Sid = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a relying party asks, checked."""

    request: LogoutRequest
    hint: _Hint | None
    client: ClientFacts | None
    """Of the hint, or of the `client_id`, which anybody may name."""
    back: ReturnAddress | None


async def end_session(call: Call) -> Answer:
    """Sign the person out, or ask whether they want that."""
    provider = call.provider
    with refusing(ToPage(case="bad-request")):
        pairs = call.form() if call.method == "POST" else call.query()
        form = parse_form(pair for pair in pairs if pair[0].lower() in PARAMETERS)
        asked = await _check(call, parse(form))
    realm = realm_of(asked.client) if asked.client else Realm.CITIZEN
    cookie = call.cookies().get(session_cookie_name(provider.settings, realm))
    if call.method == "POST" and cookie is None and len(query := urlencode(form)) <= _LONGEST_ADDRESS:
        return Answer.redirect(
            f"{call.path}?{query}"
        )  # a Lax cookie stays behind at a POST from another site
    session = await provider.database.read(partial(_load, cookie=cookie, hint=asked.hint))
    if session is None:
        answer = await signed_out(call, (), asked.back, asked_by=asked.client, realm=realm)
    elif _is_vouched(call, asked.hint, session):
        has_cookie = cookie is not None
        work = partial(_end, session=session, occasion=call.occasion(), in_its_browser=has_cookie)
        outcome = await provider.database.transact(work)
        # whoever holds a hint is not told what else its person used: results are for the session's own browser
        logout_ids = (outcome.unwrap(),) if has_cookie else ()
        answer = await signed_out(call, logout_ids, asked.back, asked_by=asked.client, realm=realm)
    else:
        answer = _ask(call, asked, realm, session)
    return answer.with_cookies(*language_cookies(call, asked.request.ui_locales))


async def _check(call: Call, request: LogoutRequest) -> _Asked:
    """Refuse a hint that is not ours, and an address that is not its client's (§2, §3)."""
    try:
        hint = await _hint(call, request)
    except InvalidRequest:
        request, hint = await _with_lost_hint(call, request), None
    if hint and request.client_id not in {None, hint.client_id}:
        raise InvalidRequest("client_id is not the client of the id_token_hint")
    client_id = hint.client_id if hint else ClientId(request.client_id or "")
    found = await call.provider.configuration.client(client_id)
    client = found.facts if found is not None else None
    back = check_return(request, client, hint_is_valid=hint is not None)
    return _Asked(request=request, hint=hint, client=client, back=back)


def _ask(call: Call, asked: _Asked, realm: Realm, session: Session) -> Answer:
    """Ask the person; the page names a relying party only where a hint proves that it is one of theirs (§2)."""
    request, client, back = asked.request, asked.client, asked.back
    fields = {REALM: realm.value}
    if client is not None:
        is_valid = back is not None and back.is_followed
        fields[FIELD] = seal_request(call, request, client.client_id, hint_is_valid=is_valid)
    rp = client if asked.hint is not None else None
    return ask(call, fields, back, shown_to=session.person_id, rp=rp, ui_locales=request.ui_locales)


async def _hint(call: Call, request: LogoutRequest) -> _Hint | None:
    """Return what an ID token of ours says, expired or not (§2); a foreign or unsigned one is refused."""
    if request.id_token_hint is None:
        return None
    try:
        claims = (await verified(call, request.id_token_hint, purpose=Purpose.ID_TOKEN_HINT)).claims
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


async def _with_lost_hint(call: Call, request: LogoutRequest) -> LogoutRequest:
    """Return the request without a hint whose key was ours and is revoked or erased, or raise what was wrong with it.

    It counts as a `client_id` does, which anybody may name: the person is asked, and signs out still.
    """
    lost = await of_a_lost_key(call, request.id_token_hint or "", purpose=Purpose.ID_TOKEN_HINT)
    if lost is None:
        raise InvalidRequest("id_token_hint is not an ID token of ours")
    aud = lost.unverified_claims.get("aud")
    named = aud if isinstance(aud, str) else None
    return replace(request, id_token_hint=None, client_id=request.client_id or named)


def _is_vouched(call: Call, hint: _Hint | None, session: Session) -> bool:
    """Tell whether the hint was issued in this very session."""
    if hint is None:
        return False
    return hint.sid == sid_at(session.facts(), hint.client_id, call.provider.vault)


def _load(tx: Tx, *, cookie: str | None, hint: _Hint | None) -> Session | None:
    """Return the session of this browser; where its cookie stayed behind (a POST from another site), the hint's."""
    if cookie is not None:
        return tx.sessions.find(cookie)
    session = tx.sessions.find_by_sid(hint.client_id, hint.sid) if hint else None
    return None if session is None or session.ended_at is not None else session


def _end(tx: Tx, *, session: Session, occasion: Occasion, in_its_browser: bool) -> Done[str]:
    reason = "signed out by the person"
    return Done(end(tx, session, reason=reason, occasion=occasion, in_its_browser=in_its_browser))
