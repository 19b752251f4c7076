"""The static clients that the plan configurations in tests/conformance/ name: a set for each plan, by its alias. Pure.

Each plan has an alias of its own in the suite, and so clients of its own: plans can run side by side. Secrets are
public and derived from the names, for this profile alone (DESIGN 5.17).
"""

from dataclasses import dataclass, field, replace

from idp.ids import ClientId
from idp.protocol.facts import ClientFacts, LocalLogin, Profile
from idp.protocol.front_channel import CODE, GRANT_TYPE
from idp.protocol.profiles import PROFILES
from idp.protocol.scopes import SCOPES, LegalBasis

SUITE = "https://suite.test:8443"
"""Where the suite runs unless told otherwise."""
SCOPE_NAMES = ("openid", "profile", "email", "phone", "address", "age", "residence", "offline_access")
_POST = "client_secret_post"
_WITH_CODE = ("hpid-basic", "hpid-formpost-basic")
_IMPLICIT = "hpid-implicit"
_HYBRID = "hpid-hybrid"
_LOGOUTS = ("hpid-rp-initiated-logout", "hpid-session-management")
_BACKCHANNEL = "hpid-backchannel-logout"
_FRONTCHANNEL = "hpid-frontchannel-logout"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticClient:
    """A client and its secret."""

    facts: ClientFacts
    secret: str = field(repr=False)


def static_clients(suite: str) -> tuple[StaticClient, ...]:
    """Return every static client, for a suite at this address."""
    clients: list[ClientFacts] = []
    for alias in _WITH_CODE:
        post = replace(_client(suite, alias, "-post"), token_endpoint_auth_method=_POST)
        clients += [_client(suite, alias), _client(suite, alias, "-2"), post]
    clients += [_in_front(_client(suite, _HYBRID, suffix), CODE, "code id_token") for suffix in ("", "-2")]
    clients.append(
        replace(_in_front(_client(suite, _IMPLICIT), "id_token", "id_token token"), grant_types=(GRANT_TYPE,))
    )
    clients += [_client(suite, alias) for alias in _LOGOUTS]
    back, front = _client(suite, _BACKCHANNEL), _client(suite, _FRONTCHANNEL)
    clients.append(
        replace(back, backchannel_logout_uri=f"{_base(suite, _BACKCHANNEL)}/backchannel_logout"),
    )
    clients.append(
        replace(
            front,
            frontchannel_logout_uri=f"{_base(suite, _FRONTCHANNEL)}/frontchannel_logout",
            frontchannel_logout_session_required=True,
        )
    )
    return tuple(StaticClient(facts=facts, secret=secret_of(facts.client_id)) for facts in clients)


def secret_of(client_id: str) -> str:
    """Return the secret of a static client: long enough to key an HMAC, secret to nobody."""
    return f"public-secret-for-tests-of-{client_id}"


def _in_front(facts: ClientFacts, *response_types: str) -> ClientFacts:
    return replace(facts, response_types=response_types, grant_types=(*facts.grant_types, GRANT_TYPE))


def _base(suite: str, alias: str) -> str:
    return f"{suite}/test/a/{alias}"


def _client(suite: str, alias: str, suffix: str = "") -> ClientFacts:
    base = _base(suite, alias)
    return ClientFacts(
        client_id=ClientId(alias + suffix),
        name=f"Bộ kiểm thử: {alias}{suffix}",
        name_en=f"Conformance suite: {alias}{suffix}",
        agency="OpenID Foundation",
        profile=Profile.OIDC,
        enabled=True,
        sector=alias + suffix,
        redirect_uris=(f"{base}/callback",),
        post_logout_redirect_uris=(f"{base}/post_logout_redirect",),
        scopes=frozenset(SCOPE_NAMES),
        legal_basis=dict.fromkeys((name for name in SCOPE_NAMES if name in SCOPES), LegalBasis.PUBLIC_TASK),
        id_token_signed_response_alg=PROFILES[Profile.OIDC].default_signing_alg,
        local_login=LocalLogin.LOW,
        law="Chỉ để kiểm thử",
        purpose="kiểm thử",
        purpose_en="testing",
    )
