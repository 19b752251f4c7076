"""Request objects – OpenID Connect Core §6, RFC 9101: what a signed one says becomes the request that counts.

Only what was signed counts (RFC 9101 §6.3, adr/0019); beside it not even OpenID's own copies outside are looked at.
Stricter than the RFC: none is taken that lives for more than an hour, and profiles ask for the claims that say from
whom it is, for whom and until when. Signatures are checked before this module sees anything. Pure.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from idp.protocol.authorization_request import PARAMETERS, RawAuthorizationRequest
from idp.protocol.errors import InvalidRequest, InvalidRequestObject, InvalidRequestUri
from idp.protocol.facts import ClientFacts
from idp.protocol.profiles import needs_signed_request, rules_of
from keys.jose import InvalidJwt, VerifiedJwt, check_times, numeric_date

LONGEST_LIFE = timedelta(hours=1)
"""How far ahead `exp` may lie; where `nbf` is required, how far behind that (FAPI 2.0 Message Signing §5.3.1)."""
LEEWAY = timedelta(seconds=10)
_CARRIERS = frozenset({"request", "request_uri"})
_OBJECTS = frozenset({"claims", "registration"})
"""May be JSON objects inside, where their text is a string outside (Core §6.1)."""


def check_carriers(sent: RawAuthorizationRequest) -> None:
    """Refuse a request that carries or names more than one request (RFC 9101 §5)."""
    if repeated := _CARRIERS & sent.repeated:
        raise InvalidRequest("sent more than once: " + " ".join(sorted(repeated)))
    if sent.values.keys() >= _CARRIERS:
        raise InvalidRequest("request and request_uri must not be sent together")


def check_request_uri(client: ClientFacts, request_uri: str) -> str:
    """Return the address to read, if it is registered.

    Compared without fragments, which tell of versions alone (Registration §2): the signature vouches for what is there.
    """
    address = request_uri.partition("#")[0]
    if address not in {registered.partition("#")[0] for registered in client.request_uris}:
        raise InvalidRequestUri("request_uri is not registered for this client")
    return address


def check_was_signed(client: ClientFacts, *, was_signed: bool) -> None:
    """Refuse a request that nobody signed where somebody must (RFC 9101 §10.5)."""
    if not was_signed and needs_signed_request(client):
        raise InvalidRequest("this client must sign its authorization requests")


def signed_request(
    verified: VerifiedJwt,
    client: ClientFacts,
    *,
    repeated: frozenset[str],
    expected_issuer: str,
    now: datetime,
) -> RawAuthorizationRequest:
    """Return the request that a token says, whose signature is this client's; `repeated` is what stood outside twice."""
    try:
        _check_header(verified, client)
        _check_parties(verified.claims, client, expected_issuer)
        _check_moment(verified.claims, client, now)
    except InvalidJwt as error:
        raise InvalidRequestObject(
            "the request object is not for now, not for this issuer or not from this client",
            detail=error.reason,
        ) from error
    if _CARRIERS & verified.claims.keys():  # RFC 9101 §4
        raise InvalidRequestObject("a request object must not hold request or request_uri")
    signed = {name: value for name, value in verified.claims.items() if name in PARAMETERS}
    resource = signed.get("resource")
    if isinstance(resource, list) and resource:  # RFC 8707 §2.1
        signed["resource"] = resource[0]
        repeated |= {"resource"} if len(resource) > 1 else frozenset()
    values = {name: _text(name, value) for name, value in signed.items()}
    return RawAuthorizationRequest(
        values={name: value for name, value in values.items() if value}, repeated=repeated
    )


def _check_header(verified: VerifiedJwt, client: ClientFacts) -> None:
    registered = client.request_object_signing_alg
    if registered is not None and verified.header.alg != registered:  # Registration §2
        raise InvalidJwt("alg is not the registered one")
    if verified.header.alg not in rules_of(client).request_object_algs:
        raise InvalidJwt("alg is not one of the client's profile")


def _check_parties(claims: Mapping[str, object], client: ClientFacts, expected_issuer: str) -> None:
    """Refuse what is another's, for another, or would prove the client elsewhere (RFC 9101 §5, §10.8)."""
    if missing := rules_of(client).request_object_claims - claims.keys():
        raise InvalidJwt("missing: " + " ".join(sorted(missing)))
    for name in ("iss", "client_id"):
        if claims.get(name, client.client_id) != client.client_id:
            raise InvalidJwt(f"{name} is not the client_id")
    if claims.get("sub") == client.client_id:
        raise InvalidJwt("sub is the client_id, as in a client assertion")
    audience = claims.get("aud", expected_issuer)
    if audience != expected_issuer and not (isinstance(audience, list) and expected_issuer in audience):
        raise InvalidJwt("aud is not this issuer")


def _check_moment(claims: Mapping[str, object], client: ClientFacts, now: datetime) -> None:
    required = rules_of(client).request_object_claims
    check_times(claims, now=now, leeway=LEEWAY, require_exp="exp" in required)
    exp, nbf = numeric_date(claims, "exp"), numeric_date(claims, "nbf")
    begins = nbf if nbf is not None and "nbf" in required else now.timestamp()
    if exp is not None and exp > begins + (LONGEST_LIFE + LEEWAY).total_seconds():
        raise InvalidJwt("exp is more than an hour ahead")


def _text(name: str, value: object) -> str:
    """Return a parameter's value as it stands in a query."""
    if isinstance(value, str):
        return value
    if name in _OBJECTS and isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    if name == "max_age" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise InvalidRequestObject(
        "a parameter in the request object is of the wrong type", detail=f"{name}: {type(value).__name__}"
    )
