"""Client assertions, private_key_jwt and client_secret_jwt – OpenID Connect Core §9, RFC 7523 §3, RFC 10070.

Stricter than RFC 7523: `aud` is one string, the issuer (in profile `oidc` the token endpoint too); `jti` is required and
good once; no assertion is made for more than ten minutes ahead. Clocks may differ by ten seconds. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from idp.ids import ClientId
from idp.protocol.facts import ClientFacts
from idp.protocol.profiles import AssertionAudience, needs_assertion_typ, rules_of
from keys.jose import (
    InvalidJwt,
    Purpose,
    UnverifiedJwt,
    VerifiedJwt,
    check_times,
    numeric_date,
    peek,
    supported_algs,
)

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""The one `client_assertion_type` (RFC 7523 §2.2)."""
TYP = "client-authentication+jwt"
"""RFC 10070."""
LONGEST_LIFE = timedelta(minutes=10)
"""How far ahead `exp` may lie."""
LEEWAY = timedelta(seconds=10)
_LONGEST_JTI = 512

METHOD_ALGS: Mapping[str, tuple[str, ...]] = {
    "private_key_jwt": supported_algs(Purpose.CLIENT_ASSERTION),
    "client_secret_jwt": supported_algs(Purpose.CLIENT_SECRET_ASSERTION),
}
"""Method → algorithms an assertion may be signed with."""
ANY_METHOD_ALGS = tuple(sorted({alg for algs in METHOD_ALGS.values() for alg in algs}))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedClient:
    """Whom an assertion says it is from and how it is signed; nobody vouches for it yet."""

    method: str
    client_id: ClientId
    assertion: UnverifiedJwt


@dataclass(frozen=True, slots=True, kw_only=True)
class UnspentAssertion:
    """An assertion right in everything; it proves its client once, to whoever spends its `jti` first."""

    jti: str
    useful_until: datetime
    """From then on it is refused by its time alone."""


def claimed_client(assertion: str) -> ClaimedClient:
    """Return which client's keys to ask, or raise InvalidJwt."""
    try:
        unverified, method = peek(assertion, purpose=Purpose.CLIENT_ASSERTION), "private_key_jwt"
    except InvalidJwt:
        unverified, method = peek(assertion, purpose=Purpose.CLIENT_SECRET_ASSERTION), "client_secret_jwt"
    iss, sub = (unverified.unverified_claims.get(name) for name in ("iss", "sub"))
    if not isinstance(iss, str) or not iss or iss != sub:  # Core §9: both are the client_id
        raise InvalidJwt("iss and sub are not one client_id")
    return ClaimedClient(method=method, client_id=ClientId(iss), assertion=unverified)


def check_assertion(
    verified: VerifiedJwt,
    client: ClientFacts,
    *,
    expected_issuer: str,
    expected_token_endpoint: str,
    now: datetime,
    epoch_began_at: datetime | None = None,
) -> UnspentAssertion:
    """Return what is left to spend of an assertion whose signature is this client's, or raise InvalidJwt.

    One that may have been spent before the database was restored is refused: which ones were, was forgotten.
    """
    claims, header = verified.claims, verified.header
    rules = rules_of(client)
    registered_alg = client.token_endpoint_auth_signing_alg
    if registered_alg is not None and header.alg != registered_alg:  # Registration §2
        raise InvalidJwt(f"alg must be {registered_alg}, which is registered")
    if client.has_signing_key and header.alg not in rules.assertion_algs:
        raise InvalidJwt("alg is not one of the client's profile")
    if needs_assertion_typ(client) and header.typ != TYP:
        raise InvalidJwt(f"typ must be {TYP}")
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise InvalidJwt("iss and sub are not the client_id")
    audiences = {expected_issuer}
    if rules.assertion_audience is AssertionAudience.ISSUER_OR_TOKEN_ENDPOINT:
        audiences.add(expected_token_endpoint)
    aud = claims.get("aud")
    if not isinstance(aud, str) or aud not in audiences:  # RFC 10070: one string, nobody else's
        raise InvalidJwt("aud must be the issuer alone, as one string")
    unspent = UnspentAssertion(jti=_check_jti(claims), useful_until=_check_times(claims, now))
    if epoch_began_at is not None and not _is_since(claims, unspent.useful_until, epoch_began_at):
        raise InvalidJwt("it may have been used before the database was restored")
    return unspent


def _check_jti(claims: Mapping[str, object]) -> str:
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI:
        raise InvalidJwt("jti is missing or malformed")
    return jti


def _check_times(claims: Mapping[str, object], now: datetime) -> datetime:
    check_times(claims, now=now, leeway=LEEWAY)
    exp = numeric_date(claims, "exp")
    if exp is None:
        raise InvalidJwt("exp is missing")
    until = datetime.fromtimestamp(exp, UTC) + LEEWAY
    if until > now + LONGEST_LIFE + 2 * LEEWAY:
        raise InvalidJwt("exp is more than ten minutes ahead")
    return until


def _is_since(claims: Mapping[str, object], useful_until: datetime, epoch_began_at: datetime) -> bool:
    """Tell whether it can't have been accepted before then: by `iat`, else because `exp` lay too far ahead."""
    iat = numeric_date(claims, "iat")
    if iat is not None and datetime.fromtimestamp(iat, UTC) >= epoch_began_at + LEEWAY:
        return True
    return useful_until > epoch_began_at + LONGEST_LIFE + 2 * LEEWAY
