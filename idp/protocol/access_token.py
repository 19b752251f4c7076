"""The JWT access token – RFC 9068 §2; one audience (RFC 8707); `gid` marks the grant, `jti` the token (DESIGN 5.5).

Pure. Also what userinfo asks of a token that comes back (RFC 9068 §4).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from idp.ids import AudienceGid, ClientId
from idp.protocol import acting_claims
from idp.protocol.degraded_claims import CLAIMS as DEGRADED
from idp.protocol.degraded_claims import degraded_claims
from idp.protocol.errors import InvalidToken
from idp.protocol.facts import GrantFacts
from idp.protocol.resource import Target

EARLY = timedelta(minutes=2)
"""A node of ours may run ahead of the one asked, and its token come at once (SECURITY R19); it ends when it says."""
TYP = "at+jwt"
_INVALID = "the access token is not valid"
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
    *acting_claims.CLAIMS,
    *DEGRADED,
)
OPTIONAL = frozenset({*acting_claims.CLAIMS, *DEGRADED})


def build(
    grant: GrantFacts,
    *,
    iss: str,
    target: Target,
    scopes: frozenset[str],
    jti: str,
    lifetime: timedelta,
    now: datetime,
    context: Mapping[str, object] = MappingProxyType({}),
) -> dict[str, object]:
    """Return the claims of an access token of a grant for one audience; `context` says for whom the person acts."""
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
        **context,
        **degraded_claims(grant),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedToken:
    """An access token of ours whose signature, type, issuer and times hold; its grant is still to be asked."""

    audience: str
    client_id: ClientId
    gid: AudienceGid | None
    """None: a machine's own, of no grant."""
    jti: str
    scopes: frozenset[str]
    expires_at: datetime


def read(claims: Mapping[str, object], *, expected_iss: str, expected_aud: str) -> PresentedToken:
    """Return what a verified token points at, or refuse it: a token for somebody else opens nothing here (§4)."""
    token = read_any(claims, expected_iss=expected_iss)
    if token.audience != expected_aud:
        raise InvalidToken(_INVALID, detail="other audience")
    if token.gid is None:
        raise InvalidToken(_INVALID, detail="not a token of a grant")
    return token


def read_any(claims: Mapping[str, object], *, expected_iss: str) -> PresentedToken:
    """Return what a verified token points at, for whomever it is, or refuse what we never sign."""
    audience, client_id, jti = claims.get("aud"), claims.get("client_id"), claims.get("jti")
    gid, scope, exp = claims.get("gid"), claims.get("scope"), claims.get("exp")
    if claims.get("iss") != expected_iss:
        raise InvalidToken(_INVALID, detail="other issuer")
    if not (isinstance(audience, str) and isinstance(client_id, str) and isinstance(jti, str)):
        raise InvalidToken(_INVALID, detail="not an access token of ours")
    if not (isinstance(scope, str) and isinstance(exp, int) and (gid is None or isinstance(gid, str))):
        raise InvalidToken(_INVALID, detail="not an access token of ours")
    return PresentedToken(
        audience=audience,
        client_id=ClientId(client_id),
        gid=None if gid is None else AudienceGid(gid),
        jti=jti,
        scopes=frozenset(scope.split()),
        expires_at=datetime.fromtimestamp(exp, UTC),
    )
