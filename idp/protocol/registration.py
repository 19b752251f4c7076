"""What a registered client may be.

OpenID Connect Registration §2, RFC 7591 §2, RFC 9700 §2.1 (exact redirect_uri), RFC 8252 §7.3 (loopback of native
clients: any port). What differs between profiles stands in profiles.py.
"""

import re
from collections.abc import Collection, Mapping
from urllib.parse import parse_qsl, urlsplit

from idp.protocol.authorization_response import PARAMETERS
from idp.protocol.errors import InvalidRequest
from idp.protocol.facts import ClientFacts
from idp.protocol.front_channel import CODE, in_front_grant_types
from idp.protocol.machine_scopes import MACHINE_SCOPES, OF_HR
from idp.protocol.profiles import rules_of
from idp.protocol.registered_fields import check_fields, refuse, refuse_all_but
from idp.protocol.scopes import SCOPES

_GRANTS = frozenset({"authorization_code", "client_credentials", "refresh_token"})
_LONGEST_URI = 2048
_LOOPBACK_URI = re.compile(r"http://(127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?(/.*)?", re.ASCII)
_AUTHORITY = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)
_RESOURCE = re.compile(r"[a-z][a-z0-9+.-]*:[\x21\x22\x24-\x7E]+")
_CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,99}", re.ASCII)
_AGENCY = re.compile(r"[A-Z][0-9]{2}(?:\.[A-Z0-9]+)*", re.ASCII)
_LONGEST_AGENCY = 35
_SECTOR = re.compile(r"[!-~]{1,255}")
_FRAGMENT = re.compile(r"[A-Za-z0-9_=-]{0,128}", re.ASCII)
_ADDED: Mapping[str, frozenset[str]] = {
    "redirect_uris": PARAMETERS,
    "post_logout_redirect_uris": frozenset({"state"}),
    "frontchannel_logout_uri": frozenset({"iss", "sid"}),
}
"""What we append to an address."""
_SIGNED = (
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "introspection_signed_response_alg",
)
_SINGLE_URIS = (
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
    "initiate_login_uri",
    "jwks_uri",
    "sector_identifier_uri",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
)


def check_registration(client: ClientFacts, *, response_types: tuple[str, ...] = (CODE,)) -> ClientFacts:
    """Return the client if every member is one we may serve, else refuse it by the name of the member.

    `response_types` is what this installation offers.
    """
    if not _CLIENT_ID.fullmatch(client.client_id):
        refuse("client_id", "2 to 100 letters, digits, dots, hyphens or underscores")
    if not _SECTOR.fullmatch(client.sector):
        refuse("hpid_sector", "1 to 255 printable characters without spaces")
    if client.application_type not in {"web", "native"}:
        refuse("application_type", "web or native")
    _check_profile(client, response_types)
    _check_scopes(client)
    _check_uris(client)
    check_fields(client, response_types)
    return client


def check_signing(client: ClientFacts, algorithms: Collection[str]) -> None:
    """Refuse what would have to be signed by an algorithm of which there is no key, by the name of the member."""
    for member in _SIGNED:
        alg: str | None = getattr(client, member)
        if alg is not None and alg not in algorithms:
            refuse(member, "no key of ours signs so")


def _check_profile(client: ClientFacts, response_types: tuple[str, ...]) -> None:
    rules = rules_of(client)
    if not rules.is_offered:
        refuse("hpid_profile", "not offered")
    if client.token_endpoint_auth_method not in rules.auth_methods:
        refuse_all_but("token_endpoint_auth_method", rules.auth_methods)
    _check_grant_types(client, offered=_GRANTS | set(in_front_grant_types(response_types)))


def _check_grant_types(client: ClientFacts, *, offered: frozenset[str]) -> None:
    grants = set(client.grant_types)
    if grants - offered:
        refuse_all_but("grant_types", offered)
    if not grants and not client.protected_resources:  # an API asks about tokens, and needs none of its own
        refuse("grant_types", "at least one is needed")
    if grants == {"refresh_token"}:
        refuse("grant_types", "refresh_token comes with authorization_code")
    if "client_credentials" in grants and client.is_public:  # RFC 6749 §4.4
        refuse("grant_types", "client_credentials is for clients that prove themselves")
    if "client_credentials" in grants and not client.audiences:
        refuse("hpid_audiences", "at least one is needed for client_credentials")


def _check_scopes(client: ClientFacts) -> None:
    if client.scopes - SCOPES.keys() - MACHINE_SCOPES.keys():
        refuse("scope", "separated by spaces, each one of scopes_supported or of machines")
    if client.signs_people_in and "openid" not in client.scopes:
        refuse("scope", "openid is needed")
    if not client.signs_people_in and client.scopes & SCOPES.keys():
        of_machines = ", ".join(sorted(MACHINE_SCOPES))
        refuse("scope", f"scopes about people need authorization_code; client_credentials has {of_machines}")
    has_machine_scopes = not client.scopes.isdisjoint(MACHINE_SCOPES)
    if has_machine_scopes != ("client_credentials" in client.grant_types):
        refuse("scope", "scopes of machines and the grant client_credentials need each other")
    if client.hr_agency and client.scopes.isdisjoint(OF_HR):
        refuse("hpid_hr_agency", "only for a client with scope scim.read or scim.write")
    if client.hr_agency and (
        len(client.hr_agency) > _LONGEST_AGENCY or not _AGENCY.fullmatch(client.hr_agency)
    ):
        refuse("hpid_hr_agency", "an agency code like H24.08")
    kinds = frozenset(client.subject_contexts)
    if any(
        SCOPES[name].contexts and kinds.isdisjoint(SCOPES[name].contexts)
        for name in client.scopes & SCOPES.keys()
    ):
        refuse("scope", "one of them is about contexts that hpid_subject_contexts does not list")
    if client.legal_basis.keys() - client.scopes:
        refuse("hpid_legal_basis", "of registered scopes only")


def _check_uris(client: ClientFacts) -> None:
    is_native = client.application_type == "native"
    if client.signs_people_in and not client.redirect_uris:
        refuse("redirect_uris", "at least one is needed")
    for uri in client.redirect_uris:
        _check_uri("redirect_uris", uri, native=is_native)
    for uri in client.post_logout_redirect_uris:
        _check_uri("post_logout_redirect_uris", uri, native=is_native)
    for uri in client.request_uris:
        address, _, fragment = uri.partition("#")  # may be the digest of what is there (Core §6.2)
        _check_uri("request_uris", address if _FRAGMENT.fullmatch(fragment) else uri, native=False)
    for name, resources in (
        ("hpid_audiences", client.audiences),
        ("hpid_protected_resources", client.protected_resources),
    ):
        if not all(_RESOURCE.fullmatch(one) and len(one) <= _LONGEST_URI for one in resources):
            refuse(name, "absolute URIs without fragment")  # RFC 8707 §2
    if client.protected_resources and client.is_public:
        refuse("hpid_protected_resources", "only for a client that proves itself")  # RFC 7662 §2.1
    for name in _SINGLE_URIS:
        value = getattr(client, name)
        if value is not None:
            _check_uri(name, value, native=False)
    _check_places(client)


def _check_places(client: ClientFacts) -> None:
    """Some addresses must lie where others do."""
    if client.sector_identifier_uri is not None and not client.sector_identifier_uri.startswith("https:"):
        refuse("sector_identifier_uri", "https is needed")  # Registration §5
    if client.frontchannel_logout_uri is not None:
        origins = {_origin(uri) for uri in client.redirect_uris}
        if _origin(client.frontchannel_logout_uri) not in origins:  # Front-Channel Logout §2
            refuse("frontchannel_logout_uri", "scheme, host and port of a redirect_uri")
        if "[" in client.frontchannel_logout_uri.partition("?")[0]:
            refuse("frontchannel_logout_uri", "a host by its name: no page can be framed by an IPv6 address")


def _origin(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    return parts.scheme, parts.netloc


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
        refuse(field, "at most 2048 printable ASCII characters")
    if "#" in uri or "\\" in uri or "*" in uri:
        refuse(field, "no fragment, backslash or wildcard")
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        refuse(field, "malformed")
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username is not None or port == 0:
        refuse(field, "an absolute https URI without user information")
    if not uri.startswith(f"{parts.scheme}://") or not _AUTHORITY.fullmatch(parts.netloc):
        refuse(field, "scheme and host in lower case, of letters, digits, dots and hyphens")
    loopback = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if parts.scheme == "http" and not loopback:
        refuse(field, "https is needed")
    if parts.scheme == "http" and native and parts.hostname == "localhost":
        refuse(field, "native clients use 127.0.0.1 or [::1], not localhost")
    if not {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}.isdisjoint(
        _ADDED.get(field, ())
    ):
        refuse(field, "a query without the parameters that we add")  # RFC 6749 §3.1: each comes once
