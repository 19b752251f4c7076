"""Pushed authorization requests – RFC 9126. What is pushed is checked like any request (authorization_request.py).

A `request_uri` of ours is a URN around a handle of 256 random bits (§2.2, §7.1); it opens nothing but its own request,
for its own client. Pure.
"""

from idp.ids import HandleKind, parse_handle
from idp.protocol.authorization_request import RawAuthorizationRequest
from idp.protocol.errors import InvalidRequest
from idp.protocol.facts import ClientFacts
from idp.protocol.profiles import needs_pushed_request

_PREFIX = "urn:ietf:params:oauth:request_uri:"


def request_uri_of(handle: str) -> str:
    """Return how a client names its pushed request (§2.2)."""
    return _PREFIX + handle


def pushed_handle(request_uri: str) -> str | None:
    """Return the handle of a request pushed here; None for what is no such name."""
    handle = request_uri.removeprefix(_PREFIX)
    if not request_uri.startswith(_PREFIX) or parse_handle(handle, HandleKind.PUSHED_REQUEST) is None:
        return None
    return handle


def is_pushed(request_uri: str) -> bool:
    """Tell whether this names a pushed request, well-formed or not, rather than somebody's address."""
    return request_uri.startswith(_PREFIX)


def check_pushing(raw: RawAuthorizationRequest) -> None:
    """Refuse a push that names another request instead of holding one (§2.1)."""
    if "request_uri" in raw.values or "request_uri" in raw.repeated:
        raise InvalidRequest("request_uri must not be pushed")


def check_was_pushed(client: ClientFacts, *, was_pushed: bool) -> None:
    """Refuse a request that did not come through the back channel where it must (§4, §5)."""
    if not was_pushed and needs_pushed_request(client):
        raise InvalidRequest("this client must push its authorization requests")
