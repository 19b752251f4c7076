"""The account's own sign-in: an interaction of no relying party, begun by our own pages (adr/0031).

The account is a client that exists in no database and at no endpoint: /authorize and /token know nobody of this name. It
has the client's facts that pages and `next_step` ask for, so that a sign-in here is the same as anywhere else; at its end
stands no code but the page it was begun on. Its pages on one's own passkeys are a client beside it, which takes passkeys
too (adr/0045).
"""

import json
from collections.abc import Callable
from functools import partial

from idp.edge.answer import Answer, Cookie
from idp.edge.call import Call
from idp.edge.cookie_names import cookie_name
from idp.edge.interaction import hold
from idp.grants.model import StoredRequest
from idp.ids import ClientId
from idp.interactions.cookie import OpenInteraction
from idp.interactions.service import Decision, decide
from idp.protocol.assurance import Acr
from idp.protocol.facts import OWN_PASSKEYS, ClientFacts, Profile
from idp.protocol.next_step import SignIn
from idp.sessions.service import Begun
from idp.transaction import Tx

ACCOUNT = ClientId("hpid:account")
"""Never a registered client's: a colon is in no client_id we take."""
UNLOCK = ClientId("hpid:unlock")
"""The sign-in by which people open an account they locked themselves (adr/0051)."""
OWN_CLIENTS = frozenset({ACCOUNT, OWN_PASSKEYS, UNLOCK})
HOME = "/account"
NEW_PASSWORD = "/sign-in/new-password"  # noqa: S105 - an address
PASSKEYS = f"{HOME}/methods/passkeys"
_NAMES = {False: ("Tài khoản của tôi", "My account"), True: ("Mở khóa tài khoản", "Unlock my account")}
"""Whether it is the sign-in that unlocks → its names."""
FRESH = 600
"""Seconds after a sign-in in which somebody may change for whom others act, and how they sign in."""


def _at_least(acr: Acr) -> str:
    """Return the claims request for a level: however fresh a sign-in is, one below does not do (Core §5.5.1.1)."""
    return json.dumps({"id_token": {"acr": {"essential": True, "values": [acr.value]}}})


_LEVEL = _at_least(Acr.SUBSTANTIAL)


def account_client(issuer: str, client_id: ClientId = ACCOUNT) -> ClientFacts:
    """Return the account as a client: level substantial, by the national system alone, and nothing is sent to it."""
    return ClientFacts(
        client_id=client_id,
        name=_NAMES[client_id == UNLOCK][0],
        name_en=_NAMES[client_id == UNLOCK][1],
        agency="",
        profile=Profile.OIDC,
        enabled=True,
        sector="",
        redirect_uris=(issuer + HOME,),
        default_acr=Acr.HIGH if client_id == UNLOCK else Acr.SUBSTANTIAL,
    )


async def client_of(call: Call, client_id: ClientId) -> ClientFacts | None:
    """Return the client of an interaction that this browser holds: the account, or one that is registered and enabled."""
    if client_id in OWN_CLIENTS:
        return account_client(call.provider.settings.issuer, client_id)
    return await call.provider.configuration.enabled(client_id)


async def begin_sign_in(call: Call, path: str, *, fresh: bool) -> Answer:
    """Lead to the pages of sign-in, and back to a page of the account. `fresh`: however long the session has lasted."""
    opened = _account_interaction(call, path, max_age=0 if fresh else None)
    cookies = await hold(call, opened)
    return Answer.redirect(f"/sign-in?i={opened.interaction_id}", *cookies)


async def begin_unlock(call: Call) -> Answer:
    """Lead to the national system, to prove anew and at the level high who this is; then to the account.

    The page that names its host comes first, in a browser that is known too: there a public computer is called one.
    """
    opened = _interaction(call, HOME, client_id=UNLOCK, claims=_at_least(Acr.HIGH), prompt="login")
    cookies = await hold(call, opened)
    return Answer.redirect(f"/sign-in/national?i={opened.interaction_id}&public=yes", *cookies)


async def go_on(call: Call, opened: OpenInteraction) -> Answer:
    """Go on with a sign-in to the account: to the pages of sign-in again, or to where it was begun."""
    step = (await call.provider.database.read(_deciding(call, opened))).step
    if isinstance(step, SignIn):
        return Answer.redirect(f"/sign-in?i={opened.interaction_id}")
    name = cookie_name(call.provider.settings, "i-") + opened.interaction_id
    return Answer.redirect(opened.asked.values["state"], Cookie(name=name, value="", max_age=0))


def onward(begun: Begun, client_id: ClientId, interaction_id: str, path: str = "/authorize/resume") -> str:
    """Return where a sign-in goes on: to a new password first, if others may know the one there is.

    The account says so on its own pages.
    """
    leads_there = begun.needs_password and client_id not in OWN_CLIENTS
    return f"{NEW_PASSWORD if leads_there else path}?i={interaction_id}"


def deciding(call: Call, *, fresh: bool) -> Callable[[Tx], Decision]:
    """Return what asks, in a transaction, what a sign-in to the account needs now; `SignIn`: this session will not do."""
    return _deciding(call, _account_interaction(call, call.path, max_age=FRESH if fresh else None))


def _deciding(call: Call, opened: OpenInteraction) -> Callable[[Tx], Decision]:
    provider, occasion = call.provider, call.occasion()
    client = account_client(provider.settings.issuer, opened.client_id)
    return partial(
        decide,
        request=opened.request(client, iss=provider.settings.issuer),
        client=client,
        session_cookie=call.cookies().get(cookie_name(provider.settings, "session")),
        upstream_down=provider.takes_degraded(occasion.now),
        settings=provider.settings,
        occasion=occasion,
    )


def _account_interaction(call: Call, path: str, *, max_age: int | None) -> OpenInteraction:
    client_id = OWN_PASSKEYS if path.startswith(PASSKEYS) else ACCOUNT
    wanted = {} if max_age is None else {"max_age": str(max_age)}
    return _interaction(call, path, client_id=client_id, claims=_LEVEL, **wanted)


def _interaction(call: Call, path: str, **parameters: str) -> OpenInteraction:
    values = {
        "redirect_uri": call.provider.settings.issuer + HOME,
        "response_type": "code",
        "scope": "openid",
        "state": path,
        **parameters,
    }
    return OpenInteraction(
        interaction_id=call.provider.clock.token(9),
        asked=StoredRequest(values=values),
        started_at=call.provider.clock.now(),
    )
