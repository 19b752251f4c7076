"""Names of our cookies: they carry the service, and `__Host-` where the public side is https (DESIGN 5.13)."""

from idp.settings import Settings


def cookie_name(settings: Settings, name: str) -> str:
    """Return e.g. `__Host-hpid-session`, or `hpid-session` on plain http in development."""
    return f"{'__Host-' if settings.is_https else ''}hpid-{name}"
