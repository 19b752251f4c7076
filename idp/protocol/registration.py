"""What a registered client may be.

OpenID Connect Registration §2, RFC 7591 §2, RFC 9700 §2.1 (exact redirect_uri), RFC 8252 §7.3 (loopback of native
clients: any port). What differs between profiles stands in profiles.py.
"""

import re
from urllib.parse import urlsplit

from idp.protocol.client_assertion import ANY_METHOD_ALGS, METHOD_ALGS
from idp.protocol.errors import InvalidRequest
from idp.protocol.facts import ClientFacts
from idp.protocol.profiles import rules_of
from idp.protocol.scopes import SCOPES
from keys.jwk import InvalidJwkSet
from keys.public_keys import check_public

_LONGEST_URI = 2048
_LONGEST_MAX_AGE = 1_000_000_000
_LOOPBACK_URI = re.compile(r"http://(127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?(/.*)?", re.ASCII)
_AUTHORITY = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)
_RESOURCE = re.compile(r"[a-z][a-z0-9+.-]*:[\x21\x22\x24-\x7E]+")
_CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,99}", re.ASCII)


class InvalidClientMetadata(ValueError):
    """A registration was refused; the text names the field (RFC 7591 §3.2.2)."""


def check_registration(client: ClientFacts) -> ClientFacts:
    """Return the client if every field is one we may serve, else refuse naming the field."""
    if not _CLIENT_ID.fullmatch(client.client_id):
        raise InvalidClientMetadata("client_id: 2 to 100 letters, digits, dots, hyphens or underscores")
    if not client.sector:
        raise InvalidClientMetadata("sector: needed")
    if client.application_type not in {"web", "native"}:
        raise InvalidClientMetadata("application_type: web or native")
    if client.default_max_age is not None and not 0 <= client.default_max_age < _LONGEST_MAX_AGE:
        raise InvalidClientMetadata("default_max_age: a number of seconds")
    _check_profile(client)
    _check_scopes(client)
    _check_uris(client)
    _check_keys(client)
    return client


def _check_profile(client: ClientFacts) -> None:
    rules = rules_of(client)
    if not rules.is_offered:
        raise InvalidClientMetadata("profile: not offered")
    if client.token_endpoint_auth_method not in rules.auth_methods:
        raise InvalidClientMetadata("token_endpoint_auth_method: not offered in this profile")
    if client.id_token_signed_response_alg not in rules.id_token_algs:
        raise InvalidClientMetadata("id_token_signed_response_alg: not offered")
    if set(client.grant_types) - {"authorization_code", "refresh_token"}:
        raise InvalidClientMetadata("grant_types: only authorization_code and refresh_token are offered")


def _check_scopes(client: ClientFacts) -> None:
    unknown = client.scopes - SCOPES.keys()
    if unknown:
        raise InvalidClientMetadata("scopes: unknown: " + " ".join(sorted(unknown)))
    if "openid" not in client.scopes:
        raise InvalidClientMetadata("scopes: openid is needed")


def _check_uris(client: ClientFacts) -> None:
    is_native = client.application_type == "native"
    if not client.redirect_uris:
        raise InvalidClientMetadata("redirect_uris: at least one is needed")
    for uri in client.redirect_uris:
        _check_uri("redirect_uris", uri, native=is_native)
    for uri in client.post_logout_redirect_uris:
        _check_uri("post_logout_redirect_uris", uri, native=is_native)
    if not all(_RESOURCE.fullmatch(audience) for audience in client.audiences):
        raise InvalidClientMetadata("audiences: absolute URIs without fragment")  # RFC 8707 §2
    for name in ("backchannel_logout_uri", "client_uri", "policy_uri", "tos_uri"):
        value = getattr(client, name)
        if value is not None:
            _check_uri(name, value, native=False)


def _check_keys(client: ClientFacts) -> None:
    alg = client.token_endpoint_auth_signing_alg
    if alg is not None and alg not in METHOD_ALGS.get(client.token_endpoint_auth_method, ANY_METHOD_ALGS):
        raise InvalidClientMetadata("token_endpoint_auth_signing_alg: not offered for this method")
    if client.has_signing_key and client.jwks is None and client.jwks_uri is None:
        raise InvalidClientMetadata("jwks: needed, or jwks_uri, for private_key_jwt")
    if client.jwks is not None and client.jwks_uri is not None:  # Registration §2
        raise InvalidClientMetadata("jwks: not together with jwks_uri")
    if client.jwks_uri is not None:
        _check_uri("jwks_uri", client.jwks_uri, native=False)
    if client.jwks is not None:
        try:
            keys = check_public(client.jwks)
        except InvalidJwkSet as error:
            raise InvalidClientMetadata(f"jwks: {error}") from None
        if client.has_signing_key and not keys.signing.keys:
            raise InvalidClientMetadata("jwks: no key that signs")


def check_redirect_uri(client: ClientFacts, redirect_uri: str) -> str:
    """Return the redirect_uri if it is registered, byte for byte (RFC 9700 §2.1); loopback of native apps: any port."""
    if redirect_uri in client.redirect_uris:
        return redirect_uri
    if client.application_type == "native":
        asked = _without_loopback_port(redirect_uri)
        if asked is not None and asked in {_without_loopback_port(uri) for uri in client.redirect_uris}:
            return redirect_uri
    raise InvalidRequest("redirect_uri is not registered for this client")


def _without_loopback_port(uri: str) -> tuple[str, str] | None:
    match = _LOOPBACK_URI.fullmatch(uri)  # RFC 8252 §7.3
    if match is None:
        return None
    if match[2] is not None and not 0 < int(match[2][1:]) <= 65535:
        return None
    return match[1], match[3] or ""


def _check_uri(field: str, uri: str, *, native: bool) -> None:
    """Refuse what must never become a link or a redirect target (SECURITY A04)."""
    if len(uri) > _LONGEST_URI or not uri.isascii() or any(ord(c) <= 0x20 or ord(c) == 0x7F for c in uri):
        raise InvalidClientMetadata(f"{field}: at most 2048 printable ASCII characters")
    if "#" in uri or "\\" in uri or "*" in uri:
        raise InvalidClientMetadata(f"{field}: no fragment, backslash or wildcard")
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        raise InvalidClientMetadata(f"{field}: malformed") from None
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username is not None or port == 0:
        raise InvalidClientMetadata(f"{field}: an absolute https URI without user information")
    if not uri.startswith(f"{parts.scheme}://") or not _AUTHORITY.fullmatch(parts.netloc):
        raise InvalidClientMetadata(
            f"{field}: scheme and host in lower case, of letters, digits, dots and hyphens"
        )
    loopback = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if parts.scheme == "http" and not loopback:
        raise InvalidClientMetadata(f"{field}: https is needed")
    if parts.scheme == "http" and native and parts.hostname == "localhost":
        raise InvalidClientMetadata(f"{field}: native clients use 127.0.0.1 or [::1], not localhost")
