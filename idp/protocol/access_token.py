"""The JWT access token – RFC 9068 §2; one audience (RFC 8707); `gid` marks the grant, `jti` the token (DESIGN 5.5).

Pure. Also what userinfo asks of a token that comes back (RFC 9068 §4).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.ids import AudienceGid
from idp.protocol.errors import InvalidToken
from idp.protocol.facts import GrantFacts
from idp.protocol.resource import Target

TYP = "at+jwt"
CLAIMS = (
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "jti",
    "client_id",
    "scope",
    "gid",
    "auth_time",
    "acr",
    "amr",
    "ial",
)


def build(
    grant: GrantFacts,
    *,
    iss: str,
    target: Target,
    scopes: frozenset[str],
    jti: str,
    lifetime: timedelta,
    now: datetime,
) -> dict[str, object]:
    """Return the claims of an access token of a grant for one audience."""
    issued = int(now.timestamp())
    return {
        "iss": iss,
        "sub": target.sub,
        "aud": target.audience,
        "exp": issued + int(lifetime.total_seconds()),
        "iat": issued,
        "jti": jti,
        "client_id": grant.client_id,
        "scope": " ".join(sorted(scopes)),
        "gid": target.gid,
        "auth_time": int(grant.auth_time.timestamp()),
        "acr": grant.acr.value,
        "amr": list(grant.amr),
        "ial": grant.ial,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedToken:
    """An access token of ours whose signature, type, issuer, audience and times hold; its grant is still to be asked."""

    audience: str
    gid: AudienceGid
    jti: str
    scopes: frozenset[str]


def read(claims: Mapping[str, object], *, expected_iss: str, expected_aud: str) -> PresentedToken:
    """Return what a verified token points at, or refuse it: a token for somebody else opens nothing here (§4)."""
    gid, jti, scope = claims.get("gid"), claims.get("jti"), claims.get("scope")
    if claims.get("iss") != expected_iss:
        raise InvalidToken("the access token is not valid", detail="other issuer")
    if claims.get("aud") != expected_aud:
        raise InvalidToken("the access token is not valid", detail="other audience")
    if not (isinstance(gid, str) and isinstance(jti, str) and isinstance(scope, str)):
        raise InvalidToken("the access token is not valid", detail="not a token of a grant")
    return PresentedToken(
        audience=expected_aud, gid=AudienceGid(gid), jti=jti, scopes=frozenset(scope.split())
    )
