"""What endpoint and pages share when a sign-out is asked for and done (RP-Initiated Logout 1.0 §2–3, PAGES §3.1.12).

What a relying party asked travels sealed in the form that asks the person first, and is checked anew when it comes back.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from idp.edge.answer import Answer, Cookie
from idp.edge.browser_state import changed_state
from idp.edge.call import Call
from idp.edge.cookie_names import session_cookie_name
from idp.edge.deliveries import delivery, per_service
from idp.edge.page import language_of, leading_to, page, relying_party
from idp.ids import ClientId, PersonId
from idp.outbox.model import OutboxKind, OutboxMessage
from idp.protocol.errors import InvalidRequest
from idp.protocol.facts import ClientFacts, Realm
from idp.protocol.logout import LogoutRequest, ReturnAddress, check_return, frontchannel_uri
from idp.transaction import Tx
from idp.ui.headers import form_action_source
from idp.ui.pages import shown_name
from idp.ui.rows import DeliveryState
from keys.envelope import Unsealable

FIELD = "request"
CLIENT = "c"
"""Query field: the service whose address the page leads back to, as it is registered; anybody may name one."""
REALM = "realm"
"""Form field: whose session the page is about; it opens nothing that this browser holds no cookie for."""
MOST_LOGOUTS = 20
"""Sessions whose results one page shows."""
_PURPOSE = "sign-out request"
_ASKED_FOR = timedelta(minutes=30)
_CLEAR = ("clear-site-data", '"cache", "storage"')
_MOST_DELIVERIES = 200
_LOGOUT_ID = re.compile(r"[0-9a-f]{32}")


def seal_request(call: Call, request: LogoutRequest, client_id: ClientId, *, hint_is_valid: bool) -> str:
    """Return what the form that asks carries, so that the answer knows where to lead."""
    content = {
        "client_id": client_id,
        "post_logout_redirect_uri": request.post_logout_redirect_uri,
        "state": request.state,
        "hint_is_valid": hint_is_valid,
        "at": call.provider.clock.now().timestamp(),
    }
    return call.provider.vault.seal_compact(json.dumps(content), purpose=_PURPOSE)


async def open_request(
    call: Call, unverified_sealed: str | None
) -> tuple[ReturnAddress | None, ClientFacts | None]:
    """Return where a form we sealed leads, and who asked; None if it carries nothing or is too old.

    No address leads anywhere that has been taken away meanwhile.
    """
    provider = call.provider
    try:
        asked = json.loads(provider.vault.open_compact(unverified_sealed or "", purpose=_PURPOSE))
    except Unsealable:
        return None, None
    if provider.clock.now() > datetime.fromtimestamp(asked["at"], UTC) + _ASKED_FOR:
        return None, None
    request = LogoutRequest(
        id_token_hint=None,
        client_id=asked["client_id"],
        post_logout_redirect_uri=asked["post_logout_redirect_uri"],
        state=asked["state"],
        ui_locales=None,
    )
    client = await find_client(call, asked["client_id"])
    try:
        return check_return(request, client, hint_is_valid=asked["hint_is_valid"]), client
    except InvalidRequest:
        return None, client


def ask(
    call: Call,
    fields: dict[str, str],
    back: ReturnAddress | None,
    *,
    shown_to: PersonId,
    rp: ClientFacts | None = None,
    ui_locales: str | None = None,
) -> Answer:
    """Ask whoever is signed in here what to end; every session of theirs ends on their own answer alone."""
    return page(
        call,
        "sign_out.html",
        ui_locales=ui_locales,
        form_action=leading_to(back.client, back.location) if back else (),
        path=None if call.method == "GET" else "/end_session",
        shown_to=shown_to,
        fields=fields,
        rp=relying_party(rp, back.location if back else rp.first_redirect_uri) if rp else None,
    )


async def find_client(call: Call, unverified_client_id: str) -> ClientFacts | None:
    """Return the service of that name."""
    client = await call.provider.configuration.client(ClientId(unverified_client_id))
    return client.facts if client is not None else None


async def signed_out(
    call: Call,
    logout_ids: tuple[str, ...],
    back: ReturnAddress | None,
    *,
    asked_by: ClientFacts | None = None,
    realm: Realm = Realm.CITIZEN,
) -> Answer:
    """Answer a sign-out that is done: on to the relying party where its hint vouches for it, else what was closed.

    The page leads back to the service that asked even where it named no address to come back to.
    Services of the front channel are told by the page of this very answer, once; only then does it go on.
    """
    messages, is_in = await call.provider.database.read(_found(call, logout_ids, realm))
    frames = await _frames(call, messages)
    if frames or (back is not None and not back.is_followed):
        answer = await _page(
            call, logout_ids, messages, back=back, asked_by=asked_by, frames=frames, realm=realm, is_in=is_in
        )
    else:
        address = back.location if back is not None else results_address(logout_ids, realm, asked_by)
        answer = Answer.redirect(address)
    return left_behind(call, answer, realm)


def left_behind(call: Call, answer: Answer, realm: Realm = Realm.CITIZEN) -> Answer:
    """Return the answer to a browser whose session has ended: nothing of it stays there, and no other cookie goes.

    Whatever ended may be of another browser: one that brought no session's cookie is left as it is.
    """
    name = session_cookie_name(call.provider.settings, realm)
    if name not in call.cookies():
        return answer
    erased = answer.with_cookies(Cookie(name=name, value="", max_age=0), *changed_state(call))
    return erased.with_headers(_CLEAR)


async def signed_out_page(
    call: Call, logout_ids: tuple[str, ...], realm: Realm, asked_by: ClientFacts | None
) -> Answer:
    """Tell what each service answered so far; the ids are random and known to this browser alone.

    Whoever comes to the page while somebody is signed in here, by Back or by a link, is told that first.
    """
    known = tuple(one for one in logout_ids if _LOGOUT_ID.fullmatch(one))
    messages, is_in = await call.provider.database.read(_found(call, known, realm))
    return await _page(
        call, known, messages, back=None, asked_by=asked_by, frames=(), realm=realm, is_in=is_in
    )


async def _page(
    call: Call,
    logout_ids: tuple[str, ...],
    messages: tuple[OutboxMessage, ...],
    *,
    back: ReturnAddress | None,
    asked_by: ClientFacts | None,
    frames: tuple[str, ...],
    realm: Realm,
    is_in: bool,
) -> Answer:
    deliveries = []
    for message in per_service(messages):
        client = await call.provider.configuration.client(ClientId(message.client_id))
        deliveries.append(delivery(message, _name(call, client.facts) if client else message.client_id))
    waiting = any(one.state is DeliveryState.WAITING for one in deliveries)
    return page(
        call,
        "signed_out.html",
        deliveries=tuple(deliveries),
        count=len(logout_ids[:MOST_LOGOUTS]),
        back=_way_back(call, back, asked_by),
        refresh_url=results_address(logout_ids, realm, asked_by) if waiting else None,
        path=results_address(logout_ids, realm, asked_by),
        is_official=realm is Realm.OFFICIAL,
        is_in=is_in,
        frames=frames,
        frame_src=tuple(dict.fromkeys(map(form_action_source, frames))),
        goes_on=bool(frames) and back is not None and back.is_followed,
    )


def results_address(
    logout_ids: tuple[str, ...], realm: Realm = Realm.CITIZEN, asked_by: ClientFacts | None = None
) -> str:
    """Return where the results of these sign-outs are; an official's page leads to no citizen's account."""
    shown = {"r": ".".join(logout_ids[:MOST_LOGOUTS])} if logout_ids else {}
    asked = shown if realm is Realm.CITIZEN else {**shown, REALM: realm.value}
    if asked_by is not None and asked_by.client_uri is not None:
        asked[CLIENT] = asked_by.client_id
    return f"/signed-out?{urlencode(asked)}" if asked else "/signed-out"


def _way_back(call: Call, back: ReturnAddress | None, asked_by: ClientFacts | None) -> tuple[str, str] | None:
    """Return name and address of the service to go back to: where it asked to be led, else its registered home page."""
    if back is not None:
        return _name(call, back.client), back.location
    if asked_by is None or not asked_by.enabled or asked_by.client_uri is None:
        return None
    return _name(call, asked_by), asked_by.client_uri


async def _frames(call: Call, messages: tuple[OutboxMessage, ...]) -> tuple[str, ...]:
    """Return what the browser loads: one address for each service that hears by the front channel."""
    iss, frames = call.provider.settings.issuer, []
    for message in messages:
        client = await call.provider.configuration.client(ClientId(message.client_id))
        if message.kind is OutboxKind.FRONTCHANNEL_LOGOUT and client is not None and message.payload:
            frames.append(frontchannel_uri(client.facts, iss=iss, sid=message.payload["sid"]))
    return tuple(frame for frame in frames if frame is not None)


def _name(call: Call, client: ClientFacts) -> str:
    return shown_name(relying_party(client, client.first_redirect_uri), language_of(call))


def _found(
    call: Call, logout_ids: tuple[str, ...], realm: Realm
) -> Callable[[Tx], tuple[tuple[OutboxMessage, ...], bool]]:
    """Return what reads the results, and whether a session is open in this browser."""
    provider = call.provider
    cookie = call.cookies().get(session_cookie_name(provider.settings, realm))

    def read(tx: Tx) -> tuple[tuple[OutboxMessage, ...], bool]:
        session = tx.sessions.find(cookie) if cookie else None
        is_in = session is not None and session.is_live(provider.clock.now(), provider.settings.life)
        return tx.deliveries.of_logouts(logout_ids[:MOST_LOGOUTS], _MOST_DELIVERIES), is_in

    return read
