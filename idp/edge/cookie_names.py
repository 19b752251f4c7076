"""Names of our cookies: they carry the service, and `__Host-` where the public side is https (DESIGN 5.13)."""

from idp.protocol.facts import Realm
from idp.settings import Settings


def cookie_name(settings: Settings, name: str) -> str:
    """Return e.g. `__Host-hpid-session`, or `hpid-session` on plain http in development."""
    return f"{'__Host-' if settings.is_https else ''}hpid-{name}"


def session_cookie_name(settings: Settings, realm: Realm = Realm.CITIZEN) -> str:
    """Return the cookie of a session; an official's has another name than a citizen's (DESIGN 5.2)."""
    return cookie_name(settings, "session" if realm is Realm.CITIZEN else "official")
