"""What a token is worth, told to a client that may know – RFC 7662 §2, as a signed JWT RFC 9701 §5. Pure.

A client may ask about tokens issued to it; the API of an audience (`protected_resources`) about access tokens for that
audience. To anybody else, and of anything that is not valid now, the answer is one: not active. It never names a person
but by the `sub` that the token itself carries.
"""

from collections.abc import Mapping
from datetime import datetime

from idp.protocol import acting_claims
from idp.protocol.access_token import PresentedToken
from idp.protocol.degraded_claims import CLAIMS as DEGRADED
from idp.protocol.degraded_claims import degraded_claims
from idp.protocol.facts import ClientFacts, GrantFacts

TYP = "token-introspection+jwt"
MEDIA_TYPE = f"application/{TYP}"
CLAIMS = ("iss", "aud", "iat", "token_introspection")
MEMBERS = (
    "active",
    "scope",
    "client_id",
    "token_type",
    "exp",
    "iat",
    "sub",
    "aud",
    "iss",
    "jti",
    "acr",
    "auth_time",
    *acting_claims.CLAIMS,
    *DEGRADED,
)
_COPIED = (
    *("client_id", "exp", "iat", "sub", "aud", "iss", "jti", "acr", "auth_time"),
    *acting_claims.CLAIMS,
    *DEGRADED,
)
INACTIVE: Mapping[str, object] = {"active": False}
"""All that is ever said of a token that is not valid, or not the caller's to know of (§2.2)."""


def may_know(caller: ClientFacts, token: PresentedToken) -> bool:
    """Tell whether this client is told anything of the token: it was issued to it, or is for an API that it is (§2.1)."""
    return caller.client_id == token.client_id or token.audience in caller.protected_resources


def is_covered(token: PresentedToken, owner: ClientFacts, *, iss: str) -> bool:
    """Tell whether the client it was issued to may still have it: enabled, and registered for the audience."""
    return owner.enabled and (token.audience == iss or token.audience in owner.audiences)


def of_access_token(claims: Mapping[str, object], *, scopes: frozenset[str]) -> dict[str, object]:
    """Return what a valid access token says; `scopes` are those its client still has registered."""
    copied = {name: claims[name] for name in _COPIED if name in claims}
    return {"active": True, "token_type": "Bearer", "scope": " ".join(sorted(scopes)), **copied}


def of_refresh_token(
    grant: GrantFacts, *, iss: str, scopes: frozenset[str], issued_at: datetime, expires_at: datetime
) -> dict[str, object]:
    """Return what a valid refresh token is good for, to the client it was issued to."""
    return {
        "active": True,
        "scope": " ".join(sorted(scopes)),
        "client_id": grant.client_id,
        "exp": int(expires_at.timestamp()),
        "iat": int(issued_at.timestamp()),
        "sub": grant.sub,
        "iss": iss,
        "acr": grant.acr.value,
        "auth_time": int(grant.auth_time.timestamp()),
        **degraded_claims(grant),
    }


def wants_jwt(accept: str | None) -> bool:
    """Tell whether the caller asks for a signed answer (RFC 9701 §4); to name it with q=0 is not to ask."""
    for part in (accept or "").split(","):
        media_type, _, parameters = part.partition(";")
        if media_type.strip().lower() == MEDIA_TYPE:
            return parameters.replace(" ", "").lower() not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def build_jwt(answer: Mapping[str, object], *, iss: str, aud: str, now: datetime) -> dict[str, object]:
    """Return the claims of a signed answer; no `sub` and no `exp`, so that it passes for no other token (RFC 9701 §5)."""
    return {"iss": iss, "aud": aud, "iat": int(now.timestamp()), "token_introspection": dict(answer)}
