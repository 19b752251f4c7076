"""Client authentication at the token endpoint – RFC 6749 §2.3, OpenID Connect Core §9.

Exactly one method, the registered one. An unknown client and a wrong secret get the same answer. Pure: the secret's
keyed digest comes in with the client.
"""

import hmac
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from idp.ids import ClientId
from idp.protocol.errors import InvalidClient
from idp.protocol.facts import ClientFacts

METHODS = ("client_secret_basic", "client_secret_post", "none")
_REFUSED = "client authentication failed"
_LONGEST = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedCredentials:
    """What the client sent, not yet believed."""

    method: str
    client_id: ClientId
    client_secret: str | None = field(repr=False)


def parse_credentials(authorization: str | None, form: Mapping[str, str]) -> PresentedCredentials:
    """Return the one set of credentials in the request; two methods at once are refused (§2.3)."""
    posted = form.get("client_secret")
    if "client_assertion" in form:
        raise InvalidClient(_REFUSED, detail="client_assertion is not offered")
    if authorization is None:
        client_id = form.get("client_id")
        if client_id is None:
            raise InvalidClient(_REFUSED, detail="no client_id")
        method = "none" if posted is None else "client_secret_post"
        return PresentedCredentials(method=method, client_id=ClientId(client_id), client_secret=posted)
    if posted is not None:
        raise InvalidClient(_REFUSED, detail="two methods at once")
    client_id, secret = _parse_basic(authorization)
    if form.get("client_id", client_id) != client_id:
        raise InvalidClient(_REFUSED, detail="client_id of header and body differ")
    return PresentedCredentials(
        method="client_secret_basic", client_id=ClientId(client_id), client_secret=secret
    )


def check_credentials(
    presented: PresentedCredentials,
    client: ClientFacts | None,
    *,
    secret_digests: Iterable[bytes],
    digest: Callable[[str], bytes],
) -> ClientFacts:
    """Return the client if it is enabled, uses its registered method and knows one of its live secrets."""
    matches = False
    if presented.client_secret is not None:
        presented_digest = digest(presented.client_secret)
        hits = sum(hmac.compare_digest(presented_digest, known) for known in secret_digests)
        matches = hits > 0  # all are compared: the time taken tells nothing
    if client is None or not client.enabled:
        raise InvalidClient(_REFUSED, detail="unknown or disabled client")
    if presented.method != client.token_endpoint_auth_method:
        raise InvalidClient(_REFUSED, detail="not the registered method")
    if not (matches or client.is_public):
        raise InvalidClient(_REFUSED, detail="wrong or expired secret")
    return client


def _parse_basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > _LONGEST:
        raise InvalidClient(_REFUSED, detail="not Basic")
    try:
        client_id, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
        client_id, secret = unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
    except (Base64Error, ValueError):
        raise InvalidClient(_REFUSED, detail="malformed Basic") from None
    if not colon or not client_id or not secret or "\x00" in client_id + secret:
        raise InvalidClient(_REFUSED, detail="malformed Basic")
    return client_id, secret
