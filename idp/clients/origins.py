"""Origins a browser application of ours may call from (DESIGN 5.13): exact, of public clients only. Pure."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from idp.protocol.facts import ClientFacts


def browser_origins(clients: Iterable[ClientFacts]) -> frozenset[str]:
    """Return the origins of enabled public clients' redirect URIs; a native application is no page in a browser."""
    uris = (uri for client in clients if _is_browser_application(client) for uri in client.redirect_uris)
    return frozenset(f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, uris))


def _is_browser_application(client: ClientFacts) -> bool:
    return client.enabled and client.is_public and client.application_type == "web"
