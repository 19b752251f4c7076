"""What every page of an interaction begins with: the request this browser holds, its client, and the next step."""

from dataclasses import dataclass, field
from functools import partial

from idp.edge import Answer, Call
from idp.edge.account import client_of
from idp.edge.cookie_names import session_cookie_name
from idp.edge.csrf import check_post
from idp.edge.interaction import opened_here
from idp.edge.page import leading_to, relying_party
from idp.interactions.service import Decision, decide
from idp.protocol.authorization_request import AuthorizationRequest, to_client
from idp.protocol.context import Answered, realm_of
from idp.protocol.errors import ToPage, ToRedirect, UnauthorizedClient, refusing
from idp.protocol.facts import ClientFacts, Realm
from idp.protocol.registration import check_redirect_uri
from idp.protocol.token_request import parse_form
from idp.ui.pages import RelyingParty


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An interaction open in this browser."""

    interaction_id: str
    stored_as: str | None = field(repr=False)
    client: ClientFacts
    request: AuthorizationRequest = field(repr=False)
    answered: Answered | None = None
    """For whom the person acts, if they have said so in this interaction."""

    @property
    def realm(self) -> Realm:
        """Whose sessions the client takes."""
        return realm_of(self.client)

    @property
    def relying_party(self) -> RelyingParty:
        """Who asks."""
        return relying_party(self.client, self.request.redirect_uri)

    @property
    def form_action(self) -> tuple[str, ...]:
        """Where a form's answer may lead in the end."""
        return leading_to(self.client, self.request.redirect_uri)

    @property
    def to_sign_in(self) -> Answer:
        """Go to where the ways to sign in stand to be chosen from."""
        return Answer.redirect(f"/sign-in?i={self.interaction_id}")

    @property
    def to_resume(self) -> Answer:
        """Go on with the request: whatever is missing still will be asked for."""
        return Answer.redirect(f"/authorize/resume?i={self.interaction_id}")

    @property
    def to_client(self) -> ToRedirect:
        """Where a no goes: the interaction ends with it."""
        request = self.request
        return ToRedirect(
            redirect_uri=request.redirect_uri,
            state=request.state,
            response_mode=request.response_mode,
            ends=self.interaction_id,
        )


async def open_here(call: Call, *, or_declined: bool = False) -> Opened:
    """Return the interaction named in the URL, if this browser holds it, it is not over, and its client is enabled.

    What its client may not ask any more is told there, as at /authorize (RFC 6749 §4.1.2.1): the person goes back to it.
    `or_declined` opens one that a no has just ended, for whoever says no again (declining.py).
    """
    provider = call.provider
    with refusing(ToPage(case="expired")):
        held = await opened_here(call, or_declined=or_declined)
        client = await client_of(call, held.client_id)
        if client is None:
            raise UnauthorizedClient("client_id is unknown or disabled")
        redirect_uri = check_redirect_uri(client, held.redirect_uri)
    values, offered = held.asked.values, provider.response_types
    with refusing(
        ToPage(case="expired") if client.is_own else to_client(client, redirect_uri, values, offered)
    ):
        request = held.request(client, iss=provider.settings.issuer, response_types=offered)
    return Opened(
        interaction_id=held.interaction_id,
        stored_as=held.stored_as,
        client=client,
        request=request,
        answered=held.answered,
    )


def posted(call: Call) -> dict[str, str]:
    """Return a form one of our pages sent from this browser; fields once each."""
    form = parse_form((name, value) for name, value in call.form() if name != "scope")
    check_post(call, form)
    return form


def session_cookie(call: Call, opened: Opened) -> str | None:
    """Return the cookie of this browser's session in the client's realm."""
    return call.cookies().get(session_cookie_name(call.provider.settings, opened.realm))


async def decided(call: Call, opened: Opened) -> Decision:
    """Return the step this interaction waits for."""
    provider, occasion = call.provider, call.occasion()
    return await provider.database.read(
        partial(
            decide,
            request=opened.request,
            client=opened.client,
            session_cookie=session_cookie(call, opened),
            upstream_down=provider.takes_degraded(occasion.now),
            settings=provider.settings,
            occasion=occasion,
            answered=opened.answered,
        )
    )
