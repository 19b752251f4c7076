"""The members of a registration that are no addresses: words, counts, flows, algorithms, keys, subjects.

RFC 7591 §2, OpenID Connect Registration §2. Stricter: everything is bounded, words hold no control or invisible
characters, and what contradicts itself is refused instead of put right. Pure. Used by registration.py.
"""

import re
from collections.abc import Iterable
from typing import Never

from idp.protocol.acting import ContextKind
from idp.protocol.client_assertion import ANY_METHOD_ALGS, METHOD_ALGS
from idp.protocol.errors import InvalidClientMetadata, InvalidRedirectUri
from idp.protocol.facts import ClientFacts
from idp.protocol.front_channel import canonical
from idp.protocol.profiles import CONTENT_ENCRYPTION, KEY_MANAGEMENT, needs_signed_request, rules_of
from idp.protocol.subject import PUBLIC_SECTOR, SUBJECT_TYPES
from keys.jwk import InvalidJwkSet
from keys.public_keys import PublicKeys, check_public

_WORDS = (
    ("client_name", "name", 1, 100),
    ("client_name#en", "name_en", 0, 100),
    ("hpid_agency", "agency", 0, 200),
    ("hpid_law", "law", 0, 300),
    ("hpid_purpose", "purpose", 0, 300),
    ("hpid_purpose_en", "purpose_en", 0, 300),
)
"""Member, field, fewest and most characters."""
_LISTS = (
    ("redirect_uris", "redirect_uris", 50),
    ("post_logout_redirect_uris", "post_logout_redirect_uris", 50),
    ("request_uris", "request_uris", 50),
    ("contacts", "contacts", 10),
    ("hpid_audiences", "audiences", 50),
    ("hpid_protected_resources", "protected_resources", 50),
    ("hpid_services", "services", 50),
)
"""Member, field, most entries."""
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Printable by Unicode, and nothing to see: fillers, joiners, variation selectors, the empty braille pattern."""
_AREA = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
_LONGEST_CONTACT = 254
_LONGEST_MAX_AGE = 2**31
_ENCRYPTED = ("id_token", "userinfo")


def refuse(member: str, reason: str) -> Never:
    """Refuse a registration by the name of the member (RFC 7591 §3.2.2)."""
    if member == "redirect_uris":
        raise InvalidRedirectUri(f"{member}: {reason}")
    raise InvalidClientMetadata(f"{member}: {reason}")


def refuse_all_but(member: str, offered: Iterable[str | None]) -> Never:
    """Refuse a value by naming those there are; None, which stands for a member left out, is none of them."""
    refuse(member, "one of " + ", ".join(sorted(value for value in offered if value is not None)))


def check_fields(client: ClientFacts, response_types: tuple[str, ...]) -> None:
    """Refuse what is too long, too many, contradictory or not offered."""
    _check_words(client)
    _check_flows(client, response_types)
    _check_algorithms(client)
    _check_encryption(client)
    _check_keys(client)
    _check_contexts(client)
    if client.subject_type not in SUBJECT_TYPES:
        refuse_all_but("subject_type", SUBJECT_TYPES)
    if client.sector == PUBLIC_SECTOR:
        refuse("hpid_sector", "taken by all public clients together")
    if client.default_max_age is not None and not 0 <= client.default_max_age < _LONGEST_MAX_AGE:
        refuse("default_max_age", "a number of seconds")


def _check_words(client: ClientFacts) -> None:
    for member, field, fewest, most in _WORDS:
        text: str = getattr(client, field)
        if not fewest <= len(text) <= most or not _visible(text) or text != text.strip():
            refuse(member, f"{fewest} to {most} printable characters")
    for member, field, most in _LISTS:
        values: tuple[str, ...] = getattr(client, field)
        if len(values) > most or len(set(values)) != len(values):
            refuse(member, f"at most {most}, each once")
    for contact in client.contacts:
        if not 0 < len(contact) <= _LONGEST_CONTACT or not _visible(contact):
            refuse("contacts", f"1 to {_LONGEST_CONTACT} printable characters each")


def _visible(text: str) -> bool:
    return text.isprintable() and not _BLANK.search(text)


def _check_flows(client: ClientFacts, offered: tuple[str, ...]) -> None:
    """A response type needs the grant it ends in, and the other way round (RFC 7591 §2.1, Registration §2)."""
    registered = [canonical(response_type) for response_type in client.response_types]
    grants = set(client.grant_types)
    words = {word for response_type in client.response_types for word in response_type.split(" ")}
    if len(grants) != len(client.grant_types) or not (grants or client.protected_resources):
        refuse("grant_types", "at least one, each once; none of an API that asks about tokens alone")
    if set(registered) - set(offered) or len(set(registered)) != len(registered):
        refuse("response_types", f"not offered, or twice; there is {', '.join(offered)}")
    if ("code" in words) != ("authorization_code" in grants):
        refuse("response_types", "code and the grant authorization_code go together")
    if bool(words & {"id_token", "token"}) != ("implicit" in grants):
        refuse("response_types", "id_token, token and the grant implicit go together")


def _check_contexts(client: ClientFacts) -> None:
    """Officials are served apart from citizens (DESIGN 5.2); areas of service are words of our own."""
    kinds = client.subject_contexts
    if not kinds or len(set(kinds)) != len(kinds):
        refuse("hpid_subject_contexts", "at least one, each once")
    if ContextKind.OFFICIAL in kinds and len(kinds) > 1:
        refuse("hpid_subject_contexts", "official stands alone: its sessions are never a citizen's")
    if not all(_AREA.fullmatch(area) for area in client.services):
        refuse("hpid_services", "1 to 64 small letters, digits and hyphens each")


def _check_algorithms(client: ClientFacts) -> None:
    rules = rules_of(client)
    signed = {
        "id_token_signed_response_alg": rules.id_token_algs,
        "userinfo_signed_response_alg": (None, *rules.id_token_algs),
        "introspection_signed_response_alg": (None, *rules.id_token_algs),
        "request_object_signing_alg": (None, *rules.request_object_algs),
    }
    for member, offered in signed.items():
        if getattr(client, member) not in offered:
            refuse_all_but(member, offered)
    alg = client.token_endpoint_auth_signing_alg
    of_method = METHOD_ALGS.get(client.token_endpoint_auth_method, ANY_METHOD_ALGS)
    if alg is not None and alg not in of_method:
        refuse_all_but("token_endpoint_auth_signing_alg", of_method)


def _check_encryption(client: ClientFacts) -> None:
    for answer in _ENCRYPTED:
        alg: str | None = getattr(client, f"{answer}_encrypted_response_alg")
        enc: str | None = getattr(client, f"{answer}_encrypted_response_enc")
        if alg is None and enc is not None:
            refuse(f"{answer}_encrypted_response_alg", "needed with an enc")  # Registration §2
        if alg is None:
            continue
        if alg not in KEY_MANAGEMENT:
            refuse_all_but(f"{answer}_encrypted_response_alg", KEY_MANAGEMENT)
        if enc is not None and enc not in CONTENT_ENCRYPTION:
            refuse_all_but(f"{answer}_encrypted_response_enc", CONTENT_ENCRYPTION)
        if client.jwks is None and client.jwks_uri is None:
            refuse("jwks", "a key to encrypt to is needed, or jwks_uri")


def _check_keys(client: ClientFacts) -> None:
    if client.jwks is not None and client.jwks_uri is not None:
        refuse("jwks", "not together with jwks_uri")  # RFC 7591 §2
    if client.has_signing_key and client.jwks is None and client.jwks_uri is None:
        refuse("jwks", "needed, or jwks_uri, for private_key_jwt")
    if needs_signed_request(client) and client.jwks is None and client.jwks_uri is None:
        refuse("jwks", "needed, or jwks_uri, to verify its request objects")
    if client.jwks is None:
        return
    try:
        keys = check_public(client.jwks)
    except InvalidJwkSet as error:
        refuse("jwks", str(error).partition(":")[0])
    if client.has_signing_key and not keys.signing.keys:
        refuse("jwks", "no key that signs")
    if needs_signed_request(client) and not _may_sign_requests(client, keys):
        refuse("jwks", "no key for request_object_signing_alg, or for an algorithm of its profile")
    for answer in _ENCRYPTED:
        alg: str | None = getattr(client, f"{answer}_encrypted_response_alg")
        if alg is not None and keys.encryption.find(alg) is None:
            refuse("jwks", f"no key for {answer}_encrypted_response_alg")


def _may_sign_requests(client: ClientFacts, keys: PublicKeys) -> bool:
    registered = client.request_object_signing_alg
    algs = rules_of(client).request_object_algs if registered is None else (registered,)
    return any(not key.algs.isdisjoint(algs) for key in keys.signing.keys)
