"""Client authentication – RFC 6749 §2.3, OpenID Connect Core §9, RFC 7521 §4.2.

Exactly one method, the registered one. An unknown client and a wrong proof get the same answer; who shows a secret that
is or was the client's hears what is wrong with it. Pure: the secrets' keyed digests come in with the client. What an
assertion must say: client_assertion.py.
"""

import hmac
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from idp.ids import ClientId
from idp.protocol.client_assertion import ASSERTION_TYPE, claimed_client
from idp.protocol.errors import InvalidClient, InvalidRequest
from idp.protocol.facts import ClientFacts
from keys.jose import InvalidJwt, UnverifiedJwt

METHODS = ("client_secret_basic", "client_secret_jwt", "client_secret_post", "none", "private_key_jwt")
REFUSED = "client authentication failed"
_LONGEST = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedCredentials:
    """What the client sent, not yet believed."""

    method: str
    client_id: ClientId
    client_secret: str | None = field(default=None, repr=False)
    client_assertion: UnverifiedJwt | None = field(default=None, repr=False)


def parse_credentials(authorization: str | None, form: Mapping[str, str]) -> PresentedCredentials:
    """Return the one set of credentials in the request; two methods at once are a wrong request (§2.3, §5.2)."""
    asserts = "client_assertion" in form or "client_assertion_type" in form
    if sum((authorization is not None, "client_secret" in form, asserts)) > 1:
        raise InvalidRequest("the client must prove itself in one way only")
    if authorization is not None:
        presented = _from_header(authorization)
    elif asserts:
        presented = _from_assertion(form)
    else:
        presented = _from_body(form)
    if form.get("client_id", presented.client_id) != presented.client_id:  # RFC 7521 §4.2
        raise InvalidClient(REFUSED, detail="client_id of the body and of the proof differ")
    return presented


def check_registered(presented: PresentedCredentials, client: ClientFacts | None) -> ClientFacts:
    """Return the client if it is enabled and this is its registered method."""
    if client is None or not client.enabled:
        raise InvalidClient(REFUSED, detail="unknown or disabled client")
    if presented.method != client.token_endpoint_auth_method:
        raise InvalidClient(REFUSED, detail="not the registered method")
    return client


def check_method_of_holder(presented: PresentedCredentials, client: ClientFacts) -> None:
    """Refuse a secret that is the client's but came by another method, and say which is registered.

    To its holder alone: somebody who guesses learns no more by the wrong method than by the right one.
    """
    if presented.method != client.token_endpoint_auth_method:
        raise InvalidClient(f"this client is registered for {client.token_endpoint_auth_method}")


def check_credentials(
    presented: PresentedCredentials,
    client: ClientFacts | None,
    *,
    secret_digests: Iterable[bytes],
    ended_digests: Iterable[bytes],
    digest: Callable[[str], bytes],
) -> ClientFacts:
    """Return the client if it is enabled, uses its registered method and knows one of its live secrets."""
    is_live = is_ended = False
    if presented.client_secret is not None:
        presented_digest = digest(presented.client_secret)
        for known in secret_digests:  # all are compared: the time taken tells nothing
            is_live |= hmac.compare_digest(presented_digest, known)
        for known in ended_digests:
            is_ended |= hmac.compare_digest(presented_digest, known)
    if is_live and client is not None and client.enabled:
        check_method_of_holder(presented, client)
    registered = check_registered(presented, client)
    if is_ended:
        raise InvalidClient("this client_secret has ended")
    if not (is_live or registered.is_public):
        raise InvalidClient(REFUSED, detail="wrong secret")
    return registered


def _from_body(form: Mapping[str, str]) -> PresentedCredentials:
    client_id, secret = form.get("client_id"), form.get("client_secret")
    if client_id is None:
        raise InvalidClient(REFUSED, detail="no client_id")
    method = "none" if secret is None else "client_secret_post"
    return PresentedCredentials(method=method, client_id=ClientId(client_id), client_secret=secret)


def _from_header(authorization: str) -> PresentedCredentials:
    client_id, secret = _parse_basic(authorization)
    return PresentedCredentials(
        method="client_secret_basic", client_id=ClientId(client_id), client_secret=secret
    )


def _from_assertion(form: Mapping[str, str]) -> PresentedCredentials:
    assertion = form.get("client_assertion")
    if assertion is None or form.get("client_assertion_type") != ASSERTION_TYPE:  # RFC 7523 §2.2
        raise InvalidClient(REFUSED, detail="client_assertion or its type is missing or another")
    try:
        claimed = claimed_client(assertion)
    except InvalidJwt as error:
        raise InvalidClient(REFUSED, detail=error.reason) from error
    return PresentedCredentials(
        method=claimed.method, client_id=claimed.client_id, client_assertion=claimed.assertion
    )


def _parse_basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > _LONGEST:
        raise InvalidClient(REFUSED, detail="not Basic")
    try:
        proof = a2b_base64(encoded.strip(), strict_mode=True).decode()
        client_id, _, secret = proof.partition(":")
        if "%" in proof or "+" in proof:
            client_id, secret = (unquote_plus(part, errors="strict") for part in (client_id, secret))
    except (Base64Error, ValueError):
        raise InvalidClient(REFUSED, detail="malformed Basic") from None
    if not client_id or not secret or "\x00" in client_id + secret:
        raise InvalidClient(REFUSED, detail="malformed Basic")
    return client_id, secret
