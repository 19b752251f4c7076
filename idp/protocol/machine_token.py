"""A client's own access token – RFC 6749 §4.4, RFC 9068 §2.2, RFC 8707. Pure.

`sub` is the client_id. It belongs to no grant and to no person: no `gid`, no `auth_time`, no level, and never a refresh
token (§4.4.3) or an ID token. One audience, registered for the client: the one named, else its first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from idp.protocol.errors import InvalidScope, InvalidTarget, UnauthorizedClient
from idp.protocol.facts import ClientFacts
from idp.protocol.machine_scopes import MACHINE_SCOPES
from idp.protocol.scopes import parse_scope

CLAIMS = ("iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope")


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineRequest:
    """What a client may have for itself."""

    audience: str
    scopes: frozenset[str]


def check_machine_request(form: Mapping[str, str], client: ClientFacts) -> MachineRequest:
    """Return what this client asks for, if it is registered for all of it (§4.4.2); by default all its scopes."""
    if client.is_public:  # §4.4: confidential clients only
        raise UnauthorizedClient("a public client has no token of its own")
    registered = _of_machines(client.scopes)
    asked = frozenset(parse_scope(form.get("scope", ""))) or registered
    if not asked or not asked <= registered:
        raise InvalidScope("scope names a value that this client is not registered for on its own behalf")
    audience = form.get("resource") or next(iter(client.audiences), None)
    if audience is None or audience not in client.audiences:
        raise InvalidTarget("resource is not registered for this client")  # RFC 8707 §2
    return MachineRequest(audience=audience, scopes=asked)


@lru_cache(maxsize=256)
def _of_machines(scopes: frozenset[str]) -> frozenset[str]:
    return scopes & MACHINE_SCOPES.keys()


def build(
    request: MachineRequest, client: ClientFacts, *, iss: str, jti: str, lifetime: timedelta, now: datetime
) -> dict[str, object]:
    """Return the claims of the token."""
    issued = int(now.timestamp())
    return {
        "iss": iss,
        "sub": client.client_id,
        "aud": request.audience,
        "exp": issued + int(lifetime.total_seconds()),
        "iat": issued,
        "jti": jti,
        "client_id": client.client_id,
        "scope": " ".join(sorted(request.scopes)),
    }
