"""The authorization request – OpenID Connect Core §3.1.2.1, RFC 6749 §4.1.1, RFC 8707 §2.

Three stages, each with another place for its errors: `parse` and `identify` before anything is trusted (page),
`check` once client and redirect_uri are proved (redirect). Stricter than the specs: a repeated parameter is refused
whatever its letter case, redirect_uri is always required, and an unknown scope is told instead of passed over.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from idp.ids import ClientId
from idp.protocol import verified_claims
from idp.protocol.acting import ContextKind
from idp.protocol.assurance import Acr, parse_acr
from idp.protocol.authorization_response import FORM_POST, answer_mode
from idp.protocol.claims import ClaimsRequest, allowed_claims, parse_claims
from idp.protocol.context import CHOOSE
from idp.protocol.errors import (
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    RegistrationNotSupported,
    ToRedirect,
    UnauthorizedClient,
    UnsupportedResponseType,
)
from idp.protocol.facts import ClientFacts
from idp.protocol.front_channel import CODE, canonical, check_nonce, mode_in_front
from idp.protocol.pkce import check_challenge
from idp.protocol.profiles import PROFILES, rules_of
from idp.protocol.resource import ONE_RESOURCE, check_resource
from idp.protocol.scopes import SCOPES, parse_scope

PARAMETERS = frozenset(
    {
        "acr_values", "claims", "claims_locales", "client_id", "code_challenge", "code_challenge_method", "ctx_hint",
        "display", "id_token_hint", "login_hint", "max_age", "nonce", "org_hint", "prompt", "redirect_uri",
        "registration", "request", "request_uri", "resource", "response_mode", "response_type", "scope", "state",
        "ui_locales",
    }
)  # fmt: skip
PROMPTS = frozenset({"none", "login", "consent", "select_account", "create"})
RESPONSE_TYPES = (CODE,)
RESPONSE_MODES = tuple(
    dict.fromkeys(mode for rules in PROFILES.values() if rules.is_offered for mode in rules.response_modes)
)
_CTX_HINTS = frozenset({None, CHOOSE, *ContextKind})
_LONGEST = {
    "state": 2048, "nonce": 1024, "login_hint": 256, "ui_locales": 128, "acr_values": 512, "scope": 1024, "prompt": 128,
    "claims_locales": 128, "display": 128, "org_hint": 64, "ctx_hint": 32,
}  # fmt: skip
"""Most characters of what has no other bound, since a request may be kept until it is over."""
_MAX_AGE = re.compile(r"[0-9]{1,19}", re.ASCII)
_LONGEST_MAX_AGE = 2**31 - 1
"""What more counts as: 68 years are any, and libraries say so by the largest number they have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAuthorizationRequest:
    """What was sent, not yet believed."""

    values: dict[str, str] = field(repr=False)
    repeated: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A checked request of a known client; only `check` builds one."""

    client_id: ClientId
    redirect_uri: str
    response_type: str
    response_mode: str
    scopes: tuple[str, ...]
    state: str | None = field(repr=False)
    nonce: str | None = field(repr=False)
    code_challenge: str | None
    prompt: frozenset[str]
    max_age: int | None
    acr_values: tuple[Acr, ...]
    acr_essential: bool
    claims: ClaimsRequest
    audience: str
    """Whom access tokens are for unless a token request names another (RFC 8707 §2)."""
    login_hint: str | None = field(repr=False)
    ui_locales: str | None
    org_hint: str | None = field(repr=False)
    """Code of the organisation or agency the person should act for; a wish, which no power comes from."""
    ctx_hint: str | None
    """For whom: person, organisation, ward or official; or `choose`, to be asked again without a new sign-in."""
    expected_sub: str | None
    """Subject of a verified id_token_hint, or of a claims request."""
    started_at: datetime

    @property
    def is_silent(self) -> bool:
        """prompt=none: no page may be shown."""
        return "none" in self.prompt


def parse(pairs: Iterable[tuple[str, str]]) -> RawAuthorizationRequest:
    """Take each known parameter once; an empty value counts as not sent (RFC 6749 §3.1)."""
    values: dict[str, str] = {}
    seen: set[str] = set()
    repeated: set[str] = set()
    for name, value in pairs:
        known = name.lower()
        if known not in PARAMETERS:
            continue
        if known in seen:
            repeated.add(known)
        seen.add(known)
        if name in PARAMETERS and value:
            values[name] = value
    return RawAuthorizationRequest(values=values, repeated=frozenset(repeated))


def identify(raw: RawAuthorizationRequest) -> ClientId:
    """Return client_id as sent; errors here go to a page."""
    return ClientId(_once(raw, "client_id"))


def redirect_uri_of(raw: RawAuthorizationRequest) -> str:
    """Return redirect_uri as sent, to be compared with the registered ones; errors here go to a page."""
    return _once(raw, "redirect_uri")


def _once(raw: RawAuthorizationRequest, name: str) -> str:
    if name in raw.repeated:
        raise InvalidRequest(f"{name} was sent more than once")
    if name not in raw.values:
        raise InvalidRequest(f"{name} is required")
    return raw.values[name]


def check(
    raw: RawAuthorizationRequest,
    client: ClientFacts,
    *,
    redirect_uri: str,
    hinted_sub: str | None,
    iss: str,
    now: datetime,
    response_types: tuple[str, ...] = RESPONSE_TYPES,
) -> AuthorizationRequest:
    """Return the request if all of it can be honoured; errors here go to the redirect_uri.

    `response_types` is what this installation offers.
    """
    values = raw.values
    if repeated := raw.repeated - {"resource"}:
        raise InvalidRequest("sent more than once: " + " ".join(sorted(repeated)))
    if raw.repeated:
        raise InvalidTarget(ONE_RESOURCE)
    for name, longest in _LONGEST.items():
        if len(values.get(name, "")) > longest:
            raise InvalidRequest(f"{name} is longer than {longest} characters")
    if "registration" in values:
        raise RegistrationNotSupported("registration is not supported")
    response_type = _check_response_type(values, client, response_types)
    check_nonce(values.get("nonce"), response_type)
    claims = _check_claims(values.get("claims"), client)
    if claims.sub is not None and hinted_sub is not None and claims.sub != hinted_sub:
        raise InvalidRequest("claims and id_token_hint name different subjects")
    named = tuple(
        level for value in values.get("acr_values", "").split() if (level := parse_acr(value)) is not None
    )
    return AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=redirect_uri,
        response_type=response_type,
        response_mode=_check_response_mode(values, client, response_types),
        scopes=_check_scope(values.get("scope"), client, response_type),
        state=values.get("state"),
        nonce=values.get("nonce"),
        code_challenge=check_challenge(
            values.get("code_challenge"),
            values.get("code_challenge_method"),
            required=CODE in response_type.split(" ")
            and (client.is_public or rules_of(client).pkce_of_confidential),
        ),
        prompt=_check_prompt(values.get("prompt")),
        max_age=_check_max_age(values.get("max_age"), client),
        acr_values=claims.acr_values or named,
        acr_essential=claims.acr_essential,
        claims=claims,
        audience=check_resource(values.get("resource"), client, iss=iss),
        login_hint=values.get("login_hint"),
        ui_locales=values.get("ui_locales"),
        org_hint=values.get("org_hint"),
        ctx_hint=_check_ctx_hint(values.get("ctx_hint")),
        expected_sub=hinted_sub or claims.sub,
        started_at=now,
    )


def _check_response_type(values: dict[str, str], client: ClientFacts, offered: tuple[str, ...]) -> str:
    """Return the response type, one that is offered here and registered for this client (Registration §2)."""
    if "response_type" not in values:
        raise InvalidRequest("response_type is required")
    response_type = canonical(values["response_type"])
    if response_type not in offered:
        raise UnsupportedResponseType("response_type must be one of response_types_supported")
    if CODE in response_type.split(" ") and "authorization_code" not in client.grant_types:
        raise UnauthorizedClient("this client is not registered for the authorization_code grant")
    if response_type not in map(canonical, client.response_types):
        raise UnauthorizedClient("this client is not registered for this response_type")
    return response_type


def _check_ctx_hint(hint: str | None) -> str | None:
    if hint not in _CTX_HINTS:
        raise InvalidRequest("ctx_hint must be one of ctx_hints_supported")
    return hint


def to_client(
    client: ClientFacts, redirect_uri: str, values: Mapping[str, str], offered: tuple[str, ...]
) -> ToRedirect:
    """Return where errors go once client and redirect_uri are proved, by the way the request asks for if it is one."""
    return ToRedirect(
        redirect_uri=redirect_uri,
        state=values.get("state"),
        response_mode=asked_mode(values, client, offered),
    )


def asked_mode(values: Mapping[str, str], client: ClientFacts, offered: tuple[str, ...]) -> str:
    """Return the way an answer goes, an error too, whatever else is wrong with the request."""
    return mode_in_front(values, offered) or answer_mode(values, rules_of(client).response_modes)


def _check_response_mode(values: dict[str, str], client: ClientFacts, offered: tuple[str, ...]) -> str:
    """Return how the answer goes back (Multiple Response Types §2.1)."""
    mode = asked_mode(values, client, offered)
    if values.get("response_mode", mode) != mode:
        raise InvalidRequest("response_mode must be one of response_modes_supported")
    if mode == FORM_POST and set(values.get("state", "")) & set(
        "\r\n"
    ):  # a form would change them (HTML §4.10.22)
        raise InvalidRequest("state must not hold line breaks when the answer is posted")
    return mode


def _check_scope(text: str | None, client: ClientFacts, response_type: str) -> tuple[str, ...]:
    """Return the scopes asked for; offline_access asks for nothing where no refresh token can come (Core §11)."""
    scopes = parse_scope(text or "")
    if "openid" not in scopes:
        raise InvalidScope("scope must contain openid")  # Core §3.1.2.1
    for name in scopes:
        if name not in SCOPES:
            raise InvalidScope("scope names a value that is none of scopes_supported")
        if name not in client.scopes:  # a word of ours: what anybody else wrote is never repeated
            raise InvalidScope(f"scope {name} is not registered for this client")
    if CODE in response_type.split(" ") and "refresh_token" in client.grant_types:
        return scopes
    return tuple(name for name in scopes if name != "offline_access")


def _check_claims(text: str | None, client: ClientFacts) -> ClaimsRequest:
    """Return what is asked for, without the single claims whose scope this client is not registered for."""
    claims = parse_claims(text)
    if text is None:
        return claims
    return replace(
        claims,
        userinfo=allowed_claims(claims.userinfo, client.scopes),
        id_token=allowed_claims(claims.id_token, client.scopes),
        verified_userinfo=verified_claims.allowed(claims.verified_userinfo, client.scopes),
        verified_id_token=verified_claims.allowed(claims.verified_id_token, client.scopes),
    )


def _check_prompt(text: str | None) -> frozenset[str]:
    prompt = frozenset((text or "").split())
    if prompt - PROMPTS:
        raise InvalidRequest("prompt must be of prompt_values_supported")
    if "none" in prompt and len(prompt) > 1:
        raise InvalidRequest("prompt none must stand alone")  # Core §3.1.2.1
    return prompt


def _check_max_age(text: str | None, client: ClientFacts) -> int | None:
    if text is None:
        return client.default_max_age
    if not _MAX_AGE.fullmatch(text):
        raise InvalidRequest("max_age must be a number of seconds")
    return min(int(text), _LONGEST_MAX_AGE)
