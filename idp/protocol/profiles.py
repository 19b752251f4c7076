"""The three client profiles as one table; every check that differs between them reads it.

`oidc`: the certified baseline. `city`: what the city asks of its systems. `fapi2`: FAPI 2.0 Security Profile with
Message Signing; no client may be registered with it until access tokens can be bound to a key (RFC 9449, RFC 8705) and
refresh tokens can stay as they are (FAPI 2.0 §5.3.2.1). Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from idp.protocol.assurance import Acr
from idp.protocol.facts import ClientFacts, Profile
from idp.protocol.scopes import SCOPES, Sensitivity
from keys import jwe
from keys.jose import Purpose, supported_algs

SIGNING_ALGORITHMS = ("ES256", "EdDSA", "PS256", "RS256")
"""What ID tokens, logout tokens, userinfo and introspection answers may be signed with, as registered."""

KEY_MANAGEMENT = jwe.KEY_MANAGEMENT
CONTENT_ENCRYPTION = jwe.CONTENT_ENCRYPTION
"""What ID tokens, logout tokens and userinfo may be encrypted with, as registered (RFC 7518 §4, §5)."""


class AssertionAudience(Enum):
    """What a client assertion's `aud` may be (RFC 7523 §3, RFC 10070)."""

    ISSUER = auto()
    """The issuer identifier as the sole value, a string."""
    ISSUER_OR_TOKEN_ENDPOINT = auto()
    """Older libraries send the token endpoint (OpenID Connect Core §9)."""


class Pushed(Enum):
    """Whether authorization requests come through the pushed authorization request endpoint (RFC 9126)."""

    OFFERED = auto()
    REQUIRED_IF_PERSONAL = auto()
    """Required of a client with a scope that opens personal data."""
    REQUIRED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRules:
    """What one profile asks of its clients."""

    is_offered: bool
    auth_methods: frozenset[str]
    secret_lifetime: timedelta | None
    """How long a client secret may be registered for; None: without end."""
    assertion_algs: tuple[str, ...]
    """What a client's own key may sign its assertions with."""
    assertion_audience: AssertionAudience
    assertion_typ_required: bool
    """Default of `require_assertion_typ`."""
    pkce_of_confidential: bool
    """PKCE is always required of public clients; here: of confidential ones too."""
    pushed: Pushed
    request_object_algs: tuple[str, ...]
    request_object_claims: frozenset[str]
    """What a request object must say beside its parameters: from whom, for whom, until when (RFC 9101 §4, §10.8)."""
    signed_request_required: bool
    """Parameters count only inside a request object, whose nbf and exp are bounded (FAPI 2.0 Message Signing §5.3)."""
    response_modes: tuple[str, ...]
    default_acr: Acr
    """Level when neither the request nor the client names one."""
    acr_values_bind: bool
    """True: the weakest level asked for is a minimum; False: acr_values stay a wish (Core §3.1.2.1)."""
    default_signing_alg: str
    id_token_algs: tuple[str, ...]


_SECRETS = frozenset({"client_secret_basic", "client_secret_post"})
_FRONT_CHANNEL = ("query", "form_post")
_ASSERTION_ALGS = supported_algs(Purpose.CLIENT_ASSERTION)

PROFILES: Mapping[Profile, ProfileRules] = {
    Profile.OIDC: ProfileRules(
        is_offered=True,
        auth_methods=_SECRETS | {"none", "client_secret_jwt", "private_key_jwt"},
        secret_lifetime=None,
        assertion_algs=_ASSERTION_ALGS,
        assertion_audience=AssertionAudience.ISSUER_OR_TOKEN_ENDPOINT,
        assertion_typ_required=False,
        pkce_of_confidential=False,
        pushed=Pushed.OFFERED,
        request_object_algs=("ES256", "PS256", "RS256"),
        request_object_claims=frozenset(),
        signed_request_required=False,
        response_modes=_FRONT_CHANNEL,
        default_acr=Acr.LOW,
        acr_values_bind=False,
        default_signing_alg="RS256",
        id_token_algs=SIGNING_ALGORITHMS,
    ),
    Profile.CITY: ProfileRules(
        is_offered=True,
        auth_methods=_SECRETS | {"none", "private_key_jwt"},
        secret_lifetime=timedelta(days=365),
        assertion_algs=_ASSERTION_ALGS,
        assertion_audience=AssertionAudience.ISSUER,
        assertion_typ_required=True,
        pkce_of_confidential=True,
        pushed=Pushed.REQUIRED_IF_PERSONAL,
        request_object_algs=("ES256", "PS256", "RS256"),
        request_object_claims=frozenset({"aud", "exp", "iss"}),
        signed_request_required=False,
        response_modes=_FRONT_CHANNEL,
        default_acr=Acr.SUBSTANTIAL,
        acr_values_bind=True,
        default_signing_alg="ES256",
        id_token_algs=SIGNING_ALGORITHMS,
    ),
    Profile.FAPI2: ProfileRules(
        is_offered=False,
        auth_methods=frozenset({"private_key_jwt"}),
        secret_lifetime=None,
        assertion_algs=("ES256", "Ed25519", "EdDSA", "PS256"),
        assertion_audience=AssertionAudience.ISSUER,
        assertion_typ_required=False,
        pkce_of_confidential=True,
        pushed=Pushed.REQUIRED,
        request_object_algs=("ES256", "EdDSA", "PS256"),
        request_object_claims=frozenset({"aud", "exp", "iss", "nbf"}),
        signed_request_required=True,
        response_modes=_FRONT_CHANNEL,
        default_acr=Acr.SUBSTANTIAL,
        acr_values_bind=True,
        default_signing_alg="ES256",
        id_token_algs=("ES256", "EdDSA", "PS256"),
    ),
}


def rules_of(client: ClientFacts) -> ProfileRules:
    """Return the rules a client is held to."""
    return PROFILES[client.profile]


def signing_algs(client: ClientFacts) -> frozenset[str]:
    """Return every algorithm by which something is signed for a client, its access tokens apart."""
    introspection = client.introspection_signed_response_alg or rules_of(client).default_signing_alg
    named = {client.id_token_signed_response_alg, client.userinfo_signed_response_alg, introspection}
    return frozenset(alg for alg in named if alg is not None)


def needs_pushed_request(client: ClientFacts) -> bool:
    """Tell whether this client's requests must be pushed: by its profile, its scopes or its own registration."""
    pushed = rules_of(client).pushed
    opens_personal = any(
        SCOPES[name].sensitivity is Sensitivity.PERSONAL for name in client.scopes if name in SCOPES
    )
    return (
        client.require_pushed_authorization_requests
        or pushed is Pushed.REQUIRED
        or (pushed is Pushed.REQUIRED_IF_PERSONAL and opens_personal)
    )


def needs_signed_request(client: ClientFacts) -> bool:
    """Tell whether this client's requests must be signed: by its profile or its own registration (RFC 9101 §10.5)."""
    return client.require_signed_request_object or rules_of(client).signed_request_required


def needs_assertion_typ(client: ClientFacts) -> bool:
    """Tell whether this client's assertions must carry their own `typ` (RFC 10070)."""
    if client.require_assertion_typ is not None:
        return client.require_assertion_typ
    return rules_of(client).assertion_typ_required
