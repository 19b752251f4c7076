"""The ID token – OpenID Connect Core §2, §3.1.3.3, §12.2; `sid` from Back-Channel Logout §2.1. Pure.

It says who signed in, when and how. Claims of scopes are answered at userinfo; only singly requested ones (§5.5) ride
along. `ial` and `idp` state the proofing axis and who authenticated; `txn` finds the request in our logs.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from idp.protocol import acting_claims
from idp.protocol.degraded_claims import CLAIMS as DEGRADED
from idp.protocol.degraded_claims import degraded_claims
from idp.protocol.facts import GrantFacts

TYP = "JWT"
CLAIMS = (
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "sid",
    "ial",
    "idp",
    "txn",
    *acting_claims.CLAIMS,
    *DEGRADED,
)
OPTIONAL = frozenset({"nonce", *acting_claims.CLAIMS, *DEGRADED})


def build(
    grant: GrantFacts,
    *,
    iss: str,
    sub: str,
    nonce: str | None,
    single_claims: Mapping[str, object],
    lifetime: timedelta,
    txn: str,
    now: datetime,
    context: Mapping[str, object] = MappingProxyType({}),
) -> dict[str, object]:
    """Return the claims of the ID token for this grant."""
    issued = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": iss,
        "sub": sub,
        "aud": grant.client_id,
        "exp": issued + int(lifetime.total_seconds()),
        "iat": issued,
        "auth_time": int(grant.auth_time.timestamp()),
        "acr": grant.acr_told or grant.acr.value,
        "amr": list(grant.amr),
        "sid": grant.sid,
        "ial": grant.ial,
        "idp": grant.idp,
        "txn": txn,
        **context,
        **degraded_claims(grant),
    }
    if nonce is not None:
        claims["nonce"] = nonce
    return {**single_claims, **claims}
