"""Which ways of signing in could do for a request: one that can't reach its level is not offered (PAGES 3.1.1). Pure."""

from idp.protocol.assurance import Acr
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.context import realm_of
from idp.protocol.facts import ClientFacts, LocalLogin, Realm
from idp.protocol.next_step import required_acr, takes_city_credentials


def offers_city_credentials(
    request: AuthorizationRequest, client: ClientFacts, *, upstream_down: bool
) -> bool:
    """Tell whether city credentials could do for this request: a way that can't reach the level is not offered."""
    if not takes_city_credentials(client, upstream_down=upstream_down):
        return False
    if realm_of(client) is Realm.OFFICIAL or client.local_login is LocalLogin.LOW or client.accept_degraded:
        return True
    return required_acr(request, client) is Acr.LOW


def offers_passkeys(request: AuthorizationRequest, client: ClientFacts, *, upstream_down: bool) -> bool:
    """Tell whether a passkey could do for this request: where city credentials could, and where it is kept."""
    if client.takes_passkeys:
        return required_acr(request, client) is not Acr.HIGH
    return offers_city_credentials(request, client, upstream_down=upstream_down)


def offers_sent_codes(request: AuthorizationRequest, client: ClientFacts) -> bool:
    """Tell whether a code sent to an address could do: for level low alone, and never in the national system's place."""
    is_taken = realm_of(client) is Realm.CITIZEN and client.local_login is LocalLogin.LOW
    return is_taken and required_acr(request, client) is Acr.LOW
