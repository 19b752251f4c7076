"""The userinfo answer, as JSON or as a JWT – OpenID Connect Core §5.3; how a token may be sent – RFC 6750 §2."""

from collections.abc import Mapping
from datetime import datetime

from idp.protocol import verified_claims
from idp.protocol.claims import released_claims, select_claims
from idp.protocol.errors import InvalidRequest, InvalidToken


def parse_token(authorization: str | None, form: Mapping[str, str]) -> str | None:
    """Return the one access token of the request, from the header or the form body, never the query (§2)."""
    posted = form.get("access_token")
    if authorization is None:
        return posted
    token = authorization.partition(" ")[2].lstrip(" ")  # §2.1: one space or more
    if is_another_scheme(authorization) or not token or " " in token:
        raise InvalidToken("the Authorization header must be Bearer and a token")
    if posted is not None:
        raise InvalidRequest("the access token was sent twice")
    return token


def is_another_scheme(authorization: str | None) -> bool:
    """Tell whether somebody tried what is not offered: then the challenge names no error (§3.1)."""
    return authorization is not None and authorization.partition(" ")[0].lower() != "bearer"


TYP = "userinfo+jwt"
"""Our own, so that a signed answer is read as no other token (RFC 8725 §3.11); Core names none."""
MEDIA_TYPE = "application/jwt"
SIGNED_CLAIMS = ("iss", "aud", "iat")
"""What a signed answer has beside the claims (§5.3.2); no `exp`, without which nobody takes it for an ID token."""


def build_signed(claims: Mapping[str, object], *, iss: str, aud: str, now: datetime) -> dict[str, object]:
    """Return the claims of a signed answer: who says so, and to whom (§5.3.2)."""
    return {**claims, "iss": iss, "aud": aud, "iat": int(now.timestamp())}


def names_of(claims: Mapping[str, object]) -> frozenset[str]:
    """Return the names of all that is released, within `verified_claims` too."""
    member = claims.get(verified_claims.NAME)
    answers = member if isinstance(member, list) else [member]
    within = (one.get("claims") for one in answers if isinstance(one, dict))
    return frozenset(claims).union(*(one for one in within if isinstance(one, dict)))


def build(
    known: Mapping[str, object], *, sub: str, scopes: frozenset[str], single_claims: tuple[str, ...]
) -> dict[str, object]:
    """Return sub and the released claims the person has (§5.3.2)."""
    return {"sub": sub, **select_claims(known, released_claims(scopes, single_claims))}
