"""Who may call – RFC 7644 §2, RFC 6750: an HR system with a token of its own, bound to the agencies it serves.

The token is checked like any at an API of ours, and asked about at once: revoked, its client disabled, or no longer
registered for the scope, it opens nothing (DESIGN 5.5, bound A). The binding stands at the client, not in the token and
not in the request; a client without one reaches no record.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from idp.audit.occasion import Occasion, client_ref
from idp.edge import Call
from idp.edge.own_token import verified
from idp.ids import ClientId
from idp.officials.service import Hand
from idp.protocol.access_token import EARLY, PresentedToken, read_any
from idp.protocol.errors import ProtocolError
from idp.protocol.facts import ClientFacts
from idp.protocol.userinfo import is_another_scheme, parse_token
from idp.scim.errors import ScimRefusal
from idp.scim.service import BASE
from keys.jose import InvalidJwt, Purpose, check_times, numeric_date

READ, WRITE = "scim.read", "scim.write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An HR system that proved itself."""

    client_id: ClientId
    root: str
    """The agency whose records it keeps, with those below."""
    base: str
    """Where the service is, for locations."""
    occasion: Occasion

    def hand(self) -> Hand:
        """Return it as the one who changes records."""
        return Hand(actor=client_ref(self.client_id), occasion=self.occasion, root=self.root)

    @property
    def now(self) -> datetime:
        """Return the moment of this call."""
        return self.occasion.now


async def authenticate(call: Call, *, scope: str) -> Caller:
    """Return who calls, or refuse: 401 for the token, 403 for what it does not open."""
    issuer = call.provider.settings.issuer
    authorization = call.headers.get("authorization")
    try:
        token = None if is_another_scheme(authorization) else parse_token(authorization, {})
    except ProtocolError as error:
        raise _challenge(call, 400, "invalid_request", error.error_description) from error
    if token is None:
        call.count_refusal("scim: no token")
        raise ScimRefusal(
            401, "an access token is needed", headers=(("www-authenticate", f'Bearer realm="{issuer}"'),)
        )
    presented = await _verified(call, token)
    client = await _client_of(call, presented)
    if client is None or not _is_covered(presented, client, audience=issuer + BASE):
        raise _invalid(call)
    if await call.provider.database.read(lambda tx: tx.revoked_tokens.contains(presented.jti)):
        raise _invalid(call)
    granted = presented.scopes & client.scopes
    if scope not in granted and not (scope == READ and WRITE in granted):
        raise _challenge(call, 403, "insufficient_scope", f"scope {scope} is needed", scope=scope)
    if not client.hr_agency:
        raise ScimRefusal(403, "this client is bound to no agency; an operator registers hpid_hr_agency")
    return Caller(
        client_id=client.client_id, root=client.hr_agency, base=issuer + BASE, occasion=call.occasion()
    )


async def _verified(call: Call, token: str) -> PresentedToken:
    provider = call.provider
    try:
        claims = (await verified(call, token, purpose=Purpose.ACCESS_TOKEN)).claims
        check_times(claims, now=provider.clock.now(), leeway=timedelta(), early=EARLY)
        iat = numeric_date(claims, "iat")
        presented = read_any(claims, expected_iss=provider.settings.issuer)
    except (InvalidJwt, ProtocolError):
        raise _invalid(call) from None
    if iat is None or provider.configuration.is_of_before(datetime.fromtimestamp(iat, UTC)):
        raise _invalid(call)
    return presented


async def _client_of(call: Call, presented: PresentedToken) -> ClientFacts | None:
    if presented.gid is not None:  # of a person's grant: no token of a machine's own
        return None
    client = await call.provider.configuration.client(presented.client_id)
    return None if client is None else client.facts


def _is_covered(presented: PresentedToken, client: ClientFacts, *, audience: str) -> bool:
    return client.enabled and presented.audience == audience and audience in client.audiences


def _invalid(call: Call) -> ScimRefusal:
    call.count_refusal("scim: token")
    return _challenge(call, 401, "invalid_token", "the access token is not valid")


def _challenge(call: Call, status: int, error: str, text: str, *, scope: str = "") -> ScimRefusal:
    parts = [f'realm="{call.provider.settings.issuer}"', f'error="{error}"', f'error_description="{text}"']
    if scope:
        parts.append(f'scope="{scope}"')
    return ScimRefusal(status, text, headers=(("www-authenticate", "Bearer " + ", ".join(parts)),))
