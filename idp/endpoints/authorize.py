"""The authorization endpoint – OpenID Connect Core §3.1.2, RFC 6749 §4.1, RFC 9207, RFC 9700 §2.1.

Errors before client and redirect_uri are proved go to a page, after that to the redirect_uri with state and iss.
`resume` is where pages come back to: the same decision on the request their browser holds (DESIGN 5.12).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from idp.database import DatabaseUnavailable
from idp.edge import Answer, Call
from idp.edge.account import OWN_CLIENTS, go_on
from idp.edge.browser_state import state_for
from idp.edge.cookie_names import session_cookie_name
from idp.edge.interaction import hold, let_go, opened_here
from idp.edge.page import language_cookies
from idp.endpoints.asked_request import asked_request
from idp.endpoints.authorization_response import authorization_response
from idp.endpoints.error_response import why_not
from idp.endpoints.front_channel import with_tokens
from idp.endpoints.id_token_hint import hinted_sub
from idp.endpoints.registered_address import with_address
from idp.ids import ClientId
from idp.interactions.cookie import OpenInteraction
from idp.interactions.service import decide, settle
from idp.protocol.authorization_request import (
    AuthorizationRequest,
    check,
    identify,
    parse,
    redirect_uri_of,
    to_client,
)
from idp.protocol.authorization_response import success_parameters
from idp.protocol.context import realm_of
from idp.protocol.errors import (
    InvalidRequest,
    LoginRequired,
    Refusal,
    TemporarilyUnavailable,
    ToPage,
    UnauthorizedClient,
    refusing,
)
from idp.protocol.facts import ClientFacts
from idp.protocol.front_channel import CODE
from idp.protocol.next_step import STEPPING_UP, ChooseContext, Consent, Refuse, SignIn, Step
from idp.protocol.pushed_request import check_was_pushed
from idp.protocol.registration import check_redirect_uri
from idp.protocol.request_object import check_was_signed
from keys.jwe import CannotEncrypt
from keys.signer import SigningUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """A request that may be answered to its client, and the interaction it is answered in."""

    request: AuthorizationRequest
    client: ClientFacts
    opened: OpenInteraction
    is_new: bool


async def authorize(call: Call) -> Answer:
    """Take a new authorization request, from the query or from a form (Core §3.1.2.1)."""
    provider = call.provider
    now = provider.clock.now()
    with refusing(ToPage()):
        sent = parse(call.form() if call.method == "POST" else call.query())
        client = await _enabled(call, identify(sent))
        asked = await asked_request(call, client, sent, now=now)
        client, redirect_uri = await with_address(call, client, redirect_uri_of(asked.raw))
    with (
        refusing(to_client(client, redirect_uri, asked.raw.values, provider.response_types)),
        _telling_of_outages(),
    ):
        check_was_pushed(client, was_pushed=asked.stored_as is not None)
        check_was_signed(client, was_signed=asked.is_signed)
        hint = asked.raw.values.get("id_token_hint")
        hinted = asked.hinted_sub or await hinted_sub(call, client, hint)
        request = check(
            asked.raw,
            client,
            redirect_uri=redirect_uri,
            hinted_sub=hinted,
            iss=provider.settings.issuer,
            now=now,
            response_types=provider.response_types,
        )
        opened = OpenInteraction(
            interaction_id=provider.clock.token(9),
            asked=asked.to_keep(client, hinted),
            started_at=now,
            stored_as=asked.stored_as,
        )
        turn = _Turn(request=request, client=client, opened=opened, is_new=True)
        if call.method == "POST" and _left_cookies_behind(call, client):
            return await _lead_to(call, "/authorize/resume", turn)
        return await _follow(call, turn, await _decide(call, turn))


async def resume(call: Call) -> Answer:
    """Go on with an interaction once a page has satisfied a step."""
    provider = call.provider
    with refusing(ToPage(case="expired")):
        opened = await opened_here(call)
        if opened.client_id in OWN_CLIENTS:
            return await go_on(call, opened)
        client = await _enabled(call, opened.client_id)
        redirect_uri = check_redirect_uri(client, opened.redirect_uri)
    with (
        refusing(to_client(client, redirect_uri, opened.asked.values, provider.response_types)),
        _telling_of_outages(),
    ):
        request = opened.request(client, iss=provider.settings.issuer, response_types=provider.response_types)
        turn = _Turn(request=request, client=client, opened=opened, is_new=False)
        return await _follow(call, turn, await _decide(call, turn))


async def _decide(call: Call, turn: _Turn) -> Step | str:
    """Return the page's step that is missing, or the code; who has no session is asked first, and writes nothing."""
    provider, occasion, opened = call.provider, call.occasion(), turn.opened
    session_cookie = call.cookies().get(session_cookie_name(provider.settings, realm_of(turn.client)))
    ask = partial(
        decide,
        request=turn.request,
        client=turn.client,
        session_cookie=session_cookie,
        upstream_down=provider.takes_degraded(occasion.now),
        settings=provider.settings,
        occasion=occasion,
        answered=opened.answered,
    )
    if session_cookie is None:
        return (await provider.database.read(ask)).step
    outcome = await provider.database.transact(
        partial(
            settle,
            ask=partial(ask, locks_person=True),
            request=turn.request,
            client=turn.client,
            settings=provider.settings,
            occasion=occasion,
            interaction_id=None if turn.is_new else opened.interaction_id,
            stored_as=opened.stored_as,
            vault=provider.vault,
        )
    )
    try:
        return outcome.unwrap()
    except LoginRequired as error:
        if turn.request.is_silent:
            raise
        raise Refusal(error, ToPage(case="two-tabs", status=409)) from error


async def _follow(call: Call, turn: _Turn, step: Step | str) -> Answer:
    """Lead to the page that is needed, or hand the code over."""
    match step:
        case Refuse(error=refusal):
            raise refusal
        case SignIn(reason=reason):
            return await _lead_to(call, "/step-up" if reason in STEPPING_UP else "/sign-in", turn)
        case ChooseContext():
            return await _lead_to(call, "/act-for", turn)
        case Consent():
            return await _lead_to(call, "/consent", turn)
        case str() as code:
            return await _answer(call, turn, code)
    raise AssertionError("next_step asked for a fact after all were there")


def _left_cookies_behind(call: Call, client: ClientFacts) -> bool:
    """Tell whether another site's form may have sent this: without our cookies (SameSite=Lax), which a redirect brings.

    Browsers that don't say whose form it was are taken at what they brought.
    """
    site = call.headers.get("sec-fetch-site")
    if site is None:
        return session_cookie_name(call.provider.settings, realm_of(client)) not in call.cookies()
    return site == "cross-site"


@contextmanager
def _telling_of_outages() -> Iterator[None]:
    """Once client and redirect_uri are proved, what we can't do is told there too (RFC 6749 §4.1.2.1)."""
    try:
        yield
    except (DatabaseUnavailable, SigningUnavailable) as error:
        raise TemporarilyUnavailable("try again in a moment", detail=why_not(error)) from error
    except CannotEncrypt as error:
        raise InvalidRequest("this client shows no usable key to encrypt to", detail=str(error)) from error


async def _answer(call: Call, turn: _Turn, code: str) -> Answer:
    """Hand the code over, with the state of this browser where that is offered (Session Management §2)."""
    request = turn.request
    session_state, cookies = state_for(call, request.client_id, request.redirect_uri)
    parameters = success_parameters(
        code=code,
        state=request.state,
        iss=call.provider.settings.issuer,
        session_state=session_state,
    )
    if request.response_type != CODE:
        parameters = await with_tokens(call, request, turn.client, parameters)
    over = () if turn.is_new else (let_go(call, turn.opened.interaction_id),)
    return authorization_response(
        call, request.redirect_uri, parameters, *cookies, *over, response_mode=request.response_mode
    )


async def _lead_to(call: Call, path: str, turn: _Turn) -> Answer:
    """Go to a page; a new interaction is sealed into this browser by this very answer."""
    location = f"{path}?i={turn.opened.interaction_id}"
    if not turn.is_new:
        return Answer.redirect(location)
    cookies = await hold(call, turn.opened)
    asked_for = turn.opened.asked.values.get("ui_locales")
    return Answer.redirect(location, *cookies, *language_cookies(call, asked_for))


async def _enabled(call: Call, client_id: ClientId) -> ClientFacts:
    client = await call.provider.configuration.enabled(client_id)
    if client is None:
        raise UnauthorizedClient("client_id is unknown or disabled")
    return client
