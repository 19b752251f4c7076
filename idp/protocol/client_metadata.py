"""Client metadata as JSON and as facts, both ways – RFC 7591 §2 and §2.2, OpenID Connect Registration §2.

One table says which member is which field and how it is read. A member that is left out or null gets its default
(RFC 7592 §2.2), one we don't know is ignored. What has no name in the specs is called `hpid_…`; only an operator may
say it. Types are checked here, values by registration.check_registration. Pure.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, TypeVar

from idp.protocol.acting import ContextKind
from idp.protocol.assurance import Acr, parse_acr, weakest
from idp.protocol.facts import ClientFacts, LocalLogin, Profile
from idp.protocol.profiles import PROFILES
from idp.protocol.registered_fields import refuse
from idp.protocol.scopes import LegalBasis, parse_scope, scope_text

Word = TypeVar("Word", bound=StrEnum)
Read = Callable[[str, Any], object]
Write = Callable[[Any], object]

_NAME = "client_name"
_LANGUAGES = {"name": "vi", "name_en": "en"}
_DEFAULT_ENC = "A128CBC-HS256"  # Registration §2


@dataclass(frozen=True, slots=True)
class _Member:
    """How one member is read into its field, and written."""

    field: str
    read: Read
    write: Write


def read_metadata(
    document: Mapping[str, object], base: ClientFacts, *, by_operator: bool = False
) -> ClientFacts:
    """Return what the document registers, defaults for what it leaves out; refuses by the name of the member.

    `base` says what nobody but us decides: client_id, sector, whether it is enabled, the scopes to give if none are
    asked for and, unless an operator speaks, profile and all that is `hpid_…`.
    """
    members = {name: value for name, value in document.items() if value is not None}
    table = {**_MEMBERS, **_OF_OPERATORS} if by_operator else _MEMBERS
    read = {one.field: one.read(name, members[name]) for name, one in table.items() if name in members}
    profile: Any = read.get("profile", base.profile)
    given: dict[str, Any] = {**_defaults(profile, members), **_read_names(members, base), **read}
    return replace(base, **given)


def write_metadata(facts: ClientFacts, *, for_operator: bool = False) -> dict[str, object]:
    """Return everything that is registered, as stored (RFC 7591 §3.2.1); what has no value is left out.

    But for the grant types: to leave them out says `authorization_code`.
    """
    table = {**_MEMBERS, **_OF_OPERATORS} if for_operator else _MEMBERS
    named = {_NAME: facts.name, f"{_NAME}#en": facts.name_en}
    written = {name: one.write(getattr(facts, one.field)) for name, one in table.items()}
    empty: tuple[object, ...] = (None, "", [], {})
    whole = {**named, **written}
    return {name: value for name, value in whole.items() if value not in empty or name == "grant_types"}


def _defaults(profile: Profile, members: Mapping[str, object]) -> dict[str, object]:
    """Return what fields are when their members are left out, where that is not the field's own default."""
    grant_types = members.get("grant_types", ["authorization_code"])
    has_code = isinstance(grant_types, list) and "authorization_code" in grant_types
    defaults: dict[str, object] = {
        **_FIELD_DEFAULTS,
        "grant_types": ("authorization_code",),
        "response_types": ("code",) if has_code else (),
        "id_token_signed_response_alg": PROFILES[profile].default_signing_alg,
        "backchannel_logout_session_required": False,
    }
    for answer in ("id_token", "userinfo"):
        if f"{answer}_encrypted_response_alg" in members:
            defaults[f"{answer}_encrypted_response_enc"] = _DEFAULT_ENC
    return defaults


def _read_names(members: Mapping[str, object], base: ClientFacts) -> dict[str, str]:
    """Return the name in both languages; one without a tag is for everybody (Registration §2.1)."""
    names = {"": _text(_NAME, members[_NAME])} if _NAME in members else {}
    for member, value in members.items():
        tag = member.removeprefix(f"{_NAME}#").lower().partition("-")[0]
        if tag in _LANGUAGES.values() and member.startswith(f"{_NAME}#"):
            names[tag] = _text(f"{_NAME}#{tag}", value)  # the whole tag is a stranger's text
    found = {field: names[tag] for field, tag in _LANGUAGES.items() if tag in names}
    untagged = names.get("", found.get("name_en", base.name))
    return {"name": untagged, "name_en": "", **found}


def _text(member: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        refuse(member, "a string")
    return value


def _texts(member: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        refuse(member, "an array of strings")
    return tuple(value)


def _truth(member: str, value: Any) -> bool:
    if not isinstance(value, bool):
        refuse(member, "true or false")
    return value


def _number(member: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        refuse(member, "a whole number")
    return value


def _scopes(member: str, value: Any) -> frozenset[str]:
    return frozenset(parse_scope(_text(member, value)))


def _key_set(member: str, value: Any) -> str:
    if not isinstance(value, dict):
        refuse(member, "a JWK Set")
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _levels(member: str, value: Any) -> Acr:
    """Return the weakest of the levels named, as of those in a request (Core §3.1.2.1)."""
    levels = [parse_acr(name) for name in _texts(member, value)]
    known = [level for level in levels if level is not None]
    if not known or len(known) != len(levels):
        refuse(member, "one or more of acr_values_supported")
    return weakest(known)


def _word(kind: type[Word]) -> Callable[[str, Any], Word]:
    def read(member: str, value: Any) -> Word:
        try:
            return kind(_text(member, value))
        except ValueError:
            refuse(member, "one of " + ", ".join(kind))

    return read


def _words(kind: type[Word]) -> Callable[[str, Any], tuple[Word, ...]]:
    read_one = _word(kind)

    def read(member: str, value: Any) -> tuple[Word, ...]:
        return tuple(read_one(member, one) for one in _texts(member, value))

    return read


def _bases(member: str, value: Any) -> dict[str, LegalBasis]:
    if not isinstance(value, dict):
        refuse(member, "an object of scopes")
    basis = _word(LegalBasis)
    return {scope: basis(member, name) for scope, name in value.items()}


def _as_it_is(value: object) -> object:
    return value


def _text_of(value: Any) -> object:
    return {scope: basis.value for scope, basis in value.items()} if isinstance(value, dict) else str(value)


def _simple(read: Read, *names: str, write: Write = _as_it_is) -> dict[str, _Member]:
    """Return members whose field has the same name."""
    return {name: _Member(name, read, write) for name in names}


_MEMBERS: Mapping[str, _Member] = {
    **_simple(
        _texts, "redirect_uris", "post_logout_redirect_uris", "request_uris", "grant_types", "response_types",
        "contacts", write=list,
    ),
    **_simple(
        _text, "application_type", "token_endpoint_auth_method", "token_endpoint_auth_signing_alg", "jwks_uri",
        "subject_type", "sector_identifier_uri", "id_token_signed_response_alg", "id_token_encrypted_response_alg",
        "id_token_encrypted_response_enc", "userinfo_signed_response_alg", "userinfo_encrypted_response_alg",
        "userinfo_encrypted_response_enc", "introspection_signed_response_alg", "request_object_signing_alg",
        "backchannel_logout_uri", "frontchannel_logout_uri", "initiate_login_uri", "client_uri", "logo_uri",
        "policy_uri", "tos_uri",
    ),
    **_simple(
        _truth, "require_signed_request_object", "require_pushed_authorization_requests", "require_auth_time",
        "backchannel_logout_session_required", "frontchannel_logout_session_required",
    ),
    **_simple(_number, "default_max_age"),
    "scope": _Member("scopes", _scopes, scope_text),
    "jwks": _Member("jwks", _key_set, lambda text: None if text is None else json.loads(text)),
    "default_acr_values": _Member("default_acr", _levels, lambda acr: [] if acr is None else [acr.value]),
}  # fmt: skip
_OF_OPERATORS: Mapping[str, _Member] = {
    "hpid_profile": _Member("profile", _word(Profile), _text_of),
    "hpid_sector": _Member("sector", _text, _as_it_is),
    "hpid_agency": _Member("agency", _text, _as_it_is),
    "hpid_audiences": _Member("audiences", _texts, list),
    "hpid_protected_resources": _Member("protected_resources", _texts, list),
    "hpid_hr_agency": _Member("hr_agency", _text, _as_it_is),
    "hpid_require_assertion_typ": _Member("require_assertion_typ", _truth, _as_it_is),
    "hpid_accept_degraded": _Member("accept_degraded", _truth, _as_it_is),
    "hpid_local_login": _Member("local_login", _word(LocalLogin), _text_of),
    "hpid_subject_contexts": _Member(
        "subject_contexts", _words(ContextKind), lambda kinds: [one.value for one in kinds]
    ),
    "hpid_services": _Member("services", _texts, list),
    "hpid_legal_basis": _Member("legal_basis", _bases, _text_of),
    "hpid_law": _Member("law", _text, _as_it_is),
    "hpid_purpose": _Member("purpose", _text, _as_it_is),
    "hpid_purpose_en": _Member("purpose_en", _text, _as_it_is),
}
MEMBERS = (_NAME, *_MEMBERS, *_OF_OPERATORS)
"""Every member there is, those of operators too; names may carry a language tag."""
_FIELD_DEFAULTS: Mapping[str, object] = {
    one.name: one.default
    for one in fields(ClientFacts)
    if one.name in {member.field for member in _MEMBERS.values()} - {"redirect_uris", "scopes"}
} | {"redirect_uris": ()}
