"""The most that each way to sign in counts for at a client: what does not reach a level is left out (PAGES 3.1.8)."""

from idp.protocol.assurance import Acr
from idp.protocol.context import realm_of
from idp.protocol.facts import ClientFacts, Realm


def most_of_city_credentials(client: ClientFacts, *, upstream_down: bool) -> Acr:
    """Return the most a password with its code counts for at this client now."""
    stands_in = upstream_down and client.accept_degraded
    return Acr.SUBSTANTIAL if stands_in or realm_of(client) is Realm.OFFICIAL else Acr.LOW


def most_of_passkeys(client: ClientFacts, *, upstream_down: bool) -> Acr:
    """Return the most a passkey counts for at this client now."""
    return (
        Acr.SUBSTANTIAL
        if client.takes_passkeys
        else most_of_city_credentials(client, upstream_down=upstream_down)
    )
