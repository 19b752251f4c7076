"""Which ways of signing in lead into a service now, at the level it asks for by itself (PAGES 3.1.10). Pure.

Stricter than what a sign-in page offers: a way that would lead to no more than one more check at the national system is
none here.
Used by citizen/status.py and configuration/cache.py.
"""

from collections.abc import Collection
from enum import StrEnum

from idp.protocol.assurance import Acr
from idp.protocol.context import realm_of
from idp.protocol.facts import ClientFacts, LocalLogin, Realm
from idp.protocol.next_step import takes_city_credentials, usual_acr
from idp.protocol.profiles import rules_of
from idp.protocol.reaching import most_of_city_credentials


class Way(StrEnum):
    """A way to sign in, as pages name it."""

    NATIONAL = "national"
    PASSKEY = "passkey"
    PASSWORD = "password"  # noqa: S105 - a way
    CODE = "code"
    PHONE = "phone"
    """Confirmed on a phone that is signed in."""


def takes_city_sign_in(client: ClientFacts, *, upstream_down: bool) -> bool:
    """Tell whether city credentials alone lead in: they are taken now, and reach what the client asks for by itself."""
    if not takes_city_credentials(client, upstream_down=upstream_down):
        return False
    if most_of_city_credentials(client, upstream_down=upstream_down).rank >= usual_acr(client).rank:
        return True
    return client.local_login is LocalLogin.LOW and not rules_of(client).acr_values_bind


def ways_into(client: ClientFacts, *, working: Collection[Way], upstream_down: bool) -> tuple[Way, ...]:
    """Return those of the working ways that lead into this client now."""
    is_citizens, usual = realm_of(client) is Realm.CITIZEN, usual_acr(client)
    by_city = takes_city_sign_in(client, upstream_down=upstream_down)
    leads = {
        Way.NATIONAL: is_citizens,
        Way.PASSKEY: by_city,
        Way.PASSWORD: by_city,
        Way.CODE: is_citizens and client.local_login is LocalLogin.LOW and usual is Acr.LOW,
        Way.PHONE: is_citizens and usual is not Acr.HIGH,
    }
    return tuple(way for way in Way if way in working and leads[way])
