"""Resource indicators – RFC 8707: which one audience an access token is for (RFC 9068 §3). Pure.

Our own userinfo is an audience as well, named by the issuer identifier; a request that names none is for it, so that
a relying party that never heard of audiences works. Stricter than the RFC: one resource per request, compared byte
for byte. What a grant covers: adr/0011.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from idp.ids import AudienceGid
from idp.protocol.errors import InvalidTarget
from idp.protocol.facts import ClientFacts, GrantFacts

ONE_RESOURCE = "resource may be sent once: an access token is for one audience"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom an access token is for, and what it calls the person and the grant there (DESIGN 5.1, 5.5)."""

    audience: str
    sub: str
    gid: AudienceGid
    actor_sub: str = ""
    """Of a ward's grant: who acts, as the audience knows them."""
    organisation_id: str = ""
    """The organisation the grant is for, as the audience knows it."""
    power_id: str = ""
    """The mandate or post the grant hangs on, as the audience knows it."""


def check_one_resource(names: Iterable[str]) -> None:
    """Refuse a request that names more than one resource: a token is for one audience (RFC 8707 §2, §3)."""
    if [name.lower() for name in names].count("resource") > 1:
        raise InvalidTarget(ONE_RESOURCE)


def check_resource(resource: str | None, client: ClientFacts, *, iss: str) -> str:
    """Return the audience an authorization request names: ours, or one this client is registered for (§2.1)."""
    audience = resource or iss
    if audience != iss and audience not in client.audiences:
        raise InvalidTarget("resource is not registered for this client")
    return audience


def check_target(resource: str | None, client: ClientFacts, grant: GrantFacts, *, iss: str) -> str:
    """Return the audience of a grant's next access token: the one named now, else the one it began with (§2.2).

    Any audience may be named that the client was registered for when the person agreed and is registered for still:
    a registration that grows widens no grant, one that shrinks ends new tokens at once (SECURITY B11).
    """
    audience = check_resource(resource or grant.audience, client, iss=iss)
    if audience not in (iss, grant.audience, *grant.audiences):
        raise InvalidTarget("resource was not registered for this client when the person agreed")
    return audience
