"""What the rules need to know of the world, as frozen values. Features build them; no rule reads a database."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.ids import ClientId, Gid, GrantId, PersonId, Sid
from idp.protocol.acting import ContextKind, GrantContext
from idp.protocol.assurance import Acr
from idp.protocol.scopes import SCOPES, LegalBasis


class Profile(StrEnum):
    """Client profile: a row of the table in registration.py."""

    OIDC = "oidc"
    CITY = "city"
    FAPI2 = "fapi2"


class Realm(StrEnum):
    """Whose sessions: an official's never serves a citizen's services, nor the other way round (DESIGN 5.2)."""

    CITIZEN = "citizen"
    OFFICIAL = "official"


OWN_PASSKEYS = ClientId("hpid:passkeys")
"""The pages of the account where people keep their passkeys; no client_id we take holds a colon (adr/0031)."""


class LocalLogin(StrEnum):
    """Whether a relying party takes city credentials instead of the national system (DESIGN 5.16)."""

    NEVER = "never"
    DEGRADED = "degraded"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFacts:
    """A relying party as registered; immutable, cached at most a second. Names are the specs' own (RFC 7591 §2)."""

    client_id: ClientId
    name: str
    name_en: str
    agency: str
    profile: Profile
    enabled: bool
    sector: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    request_uris: tuple[str, ...] = ()
    """Where request objects may be fetched from; compared without fragment (Registration §2)."""
    application_type: str = "web"
    grant_types: tuple[str, ...] = ("authorization_code", "refresh_token")
    response_types: tuple[str, ...] = ("code",)
    scopes: frozenset[str] = frozenset({"openid"})
    audiences: tuple[str, ...] = ()
    """Resource identifiers (RFC 8707) this client may ask tokens for."""
    protected_resources: tuple[str, ...] = ()
    """Resource identifiers it is the API of: it may introspect access tokens for these (RFC 7662 §2.1)."""

    hr_agency: str = ""
    """The agency whose HR system it is: by scim.read and scim.write it reaches records of this subtree alone."""

    token_endpoint_auth_method: str = "client_secret_basic"
    token_endpoint_auth_signing_alg: str | None = None
    """The one algorithm its assertions are signed with; None: any that is offered."""
    require_assertion_typ: bool | None = None
    """Whether its assertions must say `typ: client-authentication+jwt`; None: as its profile says."""
    jwks: str | None = None
    """Its public keys as JSON text; not together with `jwks_uri`."""
    jwks_uri: str | None = None

    subject_type: str = "pairwise"
    sector_identifier_uri: str | None = None
    id_token_signed_response_alg: str = "ES256"
    id_token_encrypted_response_alg: str | None = None
    id_token_encrypted_response_enc: str | None = None
    userinfo_signed_response_alg: str | None = None
    """None: userinfo answers JSON."""
    userinfo_encrypted_response_alg: str | None = None
    userinfo_encrypted_response_enc: str | None = None
    introspection_signed_response_alg: str | None = None
    """Algorithm of introspection answers as JWT (RFC 9701 §6); None: the profile's for ID tokens."""
    request_object_signing_alg: str | None = None
    """The one algorithm its request objects are signed with; None: any that is offered."""
    require_signed_request_object: bool = False
    require_pushed_authorization_requests: bool = False

    default_acr: Acr | None = None
    """Level when a request names none (`default_acr_values`, Registration §2)."""
    default_max_age: int | None = None
    require_auth_time: bool = False
    local_login: LocalLogin = LocalLogin.NEVER
    accept_degraded: bool = False
    """Whether city credentials may count above low here while the national system is down; its tokens say `degraded`."""
    subject_contexts: tuple[ContextKind, ...] = (ContextKind.PERSON,)
    """For whom people may act here; more than `person`: they are asked, and tokens say it."""
    services: tuple[str, ...] = ()
    """Areas it serves, e.g. tax: a power limited to others is not offered. Empty: all."""

    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = True
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    initiate_login_uri: str | None = None

    legal_basis: dict[str, LegalBasis] = field(default_factory=dict)
    """Scope → basis where it differs from the scope's default."""
    law: str = ""
    """The legal document named on the notice."""
    purpose: str = ""
    purpose_en: str = ""
    purpose_since: float = 0.0
    """Since when that has been the purpose, in seconds since 1970, if it was another before."""
    client_uri: str | None = None
    logo_uri: str | None = None
    logo: str | None = None
    """Digest of our own copy of what is at `logo_uri`."""
    policy_uri: str | None = None
    tos_uri: str | None = None
    contacts: tuple[str, ...] = ()

    def basis_of(self, scope: str) -> LegalBasis:
        """Return why this client may get a scope: its own registered basis, else the scope's."""
        return self.legal_basis.get(scope, SCOPES[scope].default_basis)

    @property
    def is_own(self) -> bool:
        """Tell whether it is the provider's own pages: no client_id we take holds a colon (adr/0031)."""
        return ":" in self.client_id

    @property
    def takes_passkeys(self) -> bool:
        """Tell whether a passkey counts here for the level it has: where it is kept, and nowhere else (adr/0045)."""
        return self.client_id == OWN_PASSKEYS

    @property
    def is_public(self) -> bool:
        """A public client has no credentials (RFC 6749 §2.1)."""
        return self.token_endpoint_auth_method == "none"

    @property
    def signs_people_in(self) -> bool:
        """Tell whether people are ever sent to it: a machine has no redirect_uri."""
        return not {"authorization_code", "implicit"}.isdisjoint(self.grant_types)

    @property
    def first_redirect_uri(self) -> str:
        """Return the address that shows on a page where it lives; empty for a machine."""
        return next(iter(self.redirect_uris), "")

    @property
    def has_signing_key(self) -> bool:
        """Tell whether it proves itself by a key of its own (private_key_jwt, Core §9)."""
        return self.token_endpoint_auth_method == "private_key_jwt"

    @property
    def has_secret(self) -> bool:
        """Tell whether it proves itself by a secret, sent or signed with."""
        return self.token_endpoint_auth_method.startswith("client_secret_")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """A live SSO session: who, since when, proved how."""

    sid: str
    """Internal session reference (not the cookie, not a client's sid)."""
    person_id: PersonId
    auth_time: datetime
    acr: Acr
    amr: tuple[str, ...]
    ial: int
    idp: str
    """Who authenticated: 'national' or 'haiphong'."""
    realm: Realm = Realm.CITIZEN
    degraded: bool = False
    """Begun with city credentials while the national system was down."""
    ial_at: datetime | None = None
    """Of a degraded one: when the national system last vouched for the person."""
    device_since: datetime | None = None
    """When the person first signed in in its browser; None: not known."""
    is_public: bool = False
    """At a computer its person calls public: nothing outlives it."""
    asks_more: bool = False
    """Its sign-in stood out: proofs count for a short time."""
    told_ended: tuple[ClientId, ...] = ()
    """Relying parties that were told of its end though it goes on, once for each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentFacts:
    """What one person has been told (public task) or has agreed to (consent) for one client."""

    scopes: frozenset[str]
    """Scopes settled: told, agreed or declined; a request inside these asks nothing again."""
    granted: frozenset[str]
    """Scopes that may be released."""
    is_restricted: bool = False
    """The person asked that nothing is sent on consent: it is neither asked for nor released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantFacts:
    """A live authorization, as codes, refresh tokens and access tokens point at it."""

    grant_id: GrantId
    gid: Gid
    client_id: ClientId
    person_id: PersonId
    sid: Sid
    scopes: frozenset[str]
    audience: str
    """Whom its access tokens are for unless a token request names another."""
    auth_time: datetime
    acr: Acr
    amr: tuple[str, ...]
    ial: int
    idp: str
    userinfo_claims: tuple[str, ...] = ()
    id_token_claims: tuple[str, ...] = ()
    """Single claims asked for by the `claims` parameter, beyond scopes."""
    verified_userinfo: str = ""
    verified_id_token: str = ""
    """Verified claims asked for, as verified_claims.py keeps them."""
    sub: str = ""
    """The person in the client's sector: ID token, userinfo, its access token, logout token."""
    audiences: tuple[str, ...] = ()
    """What the client was registered for when the person agreed: no token is for anything that came later."""
    context: GrantContext | None = None
    """None: the person acts for themselves."""
    degraded: bool = False
    """Given in a session begun while the national system was down."""
    ial_at: datetime | None = None
    """Of a degraded one: when the national system last vouched for the person."""
    acr_told: str = ""
    """What its ID tokens call the level, if not by our name: one that the request insisted on (Core §5.5.1.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFacts:
    """An authorization code as stored (by digest)."""

    grant: GrantFacts
    client_id: ClientId
    redirect_uri: str
    code_challenge: str | None
    nonce: str | None
    expires_at: datetime
    spent_at: datetime | None
    scopes: frozenset[str]
