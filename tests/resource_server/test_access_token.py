"""An API accepts exactly the access tokens meant for it – RFC 9068 §4, RFC 6750 §3.1, RFC 9470 §3."""

from datetime import timedelta

import pytest

from resource_server import TokenRefused
from tests.resource_server.tokens import (
    AUDIENCE,
    HIGH,
    ISSUER,
    K1,
    NOW,
    SUBSTANTIAL,
    Provider,
    claims,
    key,
    part,
    token,
    verifier,
)

INVALID = 'Bearer realm="urn:haiphong:kho-du-lieu", error="invalid_token", error_description="'


async def refused(
    authorization: str | None, provider: Provider | None = None, **asked: object
) -> TokenRefused:
    with pytest.raises(TokenRefused) as caught:
        await verifier(provider).verify(authorization, **asked)  # type: ignore[arg-type]  # a table of keywords
    return caught.value


async def test_a_good_token_is_read() -> None:
    found = await verifier().verify(f"Bearer {token()}", scopes="docs.share", acr=(SUBSTANTIAL, HIGH))
    assert (found.sub, found.client_id, found.gid, found.jti) == (
        "s-huong",
        "cong-dich-vu-cong",
        "g-1",
        "j-1",
    )
    assert found.scope == {"docs.read", "docs.share"}
    assert found.acr == SUBSTANTIAL
    assert found.auth_time == NOW - timedelta(minutes=3)
    assert found.expires_at == NOW + timedelta(minutes=5)
    assert found.claims["iss"] == ISSUER


@pytest.mark.parametrize(
    ("kind", "alg"),
    [("EC", "ES256"), ("RSA", "RS256"), ("RSA", "PS256"), ("OKP", "Ed25519")],
)
async def test_each_accepted_algorithm_verifies(kind: str, alg: str) -> None:
    signer = key(kind, "k2")
    assert (
        await verifier(Provider(keys=[K1, signer])).verify(f"Bearer {token(by=signer, alg=alg)}")
    ).sub == "s-huong"


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated via RFC 9864")  # joserfc, when our test signs
async def test_the_name_eddsa_verifies_without_a_warning() -> None:
    signer = key("OKP", "k2")
    signed = token(by=signer, alg="EdDSA")
    assert (await verifier(Provider(keys=[signer])).verify(f"Bearer {signed}")).sub == "s-huong"


async def test_a_machine_token_without_grant_or_person_is_read() -> None:
    alone = claims(gid=None, acr=None, auth_time=None, scope=None, aud=[AUDIENCE])
    found = await verifier().verify(f"bearer  {token(alone)}")
    assert (found.gid, found.acr, found.auth_time, found.scope) == (None, None, None, frozenset())


WRONG_CLAIMS: dict[str, tuple[dict[str, object], str]] = {
    "another issuer": ({"iss": "https://other.example"}, "another issuer"),
    "another audience": ({"aud": "urn:haiphong:lgsp"}, "another audience"),
    "two audiences": ({"aud": [AUDIENCE, "urn:haiphong:lgsp"]}, "another audience"),
    "no audience": ({"aud": None}, "another audience"),
    "expired": ({"exp": (NOW - timedelta(seconds=6)).timestamp()}, "expired"),
    "no exp": ({"exp": None}, "lacks a time"),
    "exp in words": ({"exp": "tomorrow"}, "lacks a time"),
    "exp true": ({"exp": True}, "lacks a time"),
    "exp beyond time": ({"exp": 1e300}, "lacks a time"),
    "no iat": ({"iat": None}, "lacks a time"),
    "iat to come": ({"iat": (NOW + timedelta(seconds=6)).timestamp()}, "not valid yet"),
    "nbf to come": ({"nbf": (NOW + timedelta(seconds=6)).timestamp()}, "not valid yet"),
    "nbf in words": ({"nbf": "now"}, "lacks a time"),
    "no client_id": ({"client_id": None}, "lacks sub"),
    "no jti": ({"jti": None}, "lacks sub"),
    "sub a number": ({"sub": 7}, "lacks sub"),
    "sub empty": ({"sub": ""}, "lacks sub"),
    "sub of 4 kB": ({"sub": "s" * 4000}, "lacks sub"),
    "bound to a key": ({"cnf": {"jkt": "x"}}, "bound to a key"),
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
async def test_a_token_with_wrong_claims_is_refused(wrong: str) -> None:
    changes, because = WRONG_CLAIMS[wrong]
    found = await refused(f"Bearer {token(claims(**changes))}")
    assert (found.status, found.error) == (401, "invalid_token")
    assert because in found.description
    assert found.www_authenticate is not None
    assert found.www_authenticate.startswith(INVALID)


async def test_leeway_covers_a_clock_a_little_apart() -> None:
    apart = claims(exp=(NOW - timedelta(seconds=4)).timestamp(), iat=(NOW + timedelta(seconds=4)).timestamp())
    assert (await verifier().verify(f"Bearer {token(apart)}")).sub == "s-huong"


LAST_SECOND = 253402300799
"""31 December of the year 9999: the last moment a date can name."""


async def test_times_at_the_end_of_the_calendar_are_judged_and_never_an_error() -> None:
    far = f"Bearer {token(claims(exp=LAST_SECOND, auth_time=LAST_SECOND))}"
    assert (await verifier().verify(far, max_age=timedelta(minutes=5))).sub == "s-huong"
    assert (await verifier().verify(f"Bearer {token()}", max_age=timedelta.max)).sub == "s-huong"
    for name in ("exp", "iat", "nbf"):
        beyond = await refused(f"Bearer {token(claims(**{name: LAST_SECOND + 1}))}")
        assert beyond.error == "invalid_token"
    for name in ("iat", "nbf"):
        assert (await refused(f"Bearer {token(claims(**{name: LAST_SECOND}))}")).error == "invalid_token"
    assert (await refused(f"Bearer {token(claims(exp=-62135596800))}")).description.endswith("is expired")


HEADERS: dict[str, dict[str, object]] = {
    "an ID token": {"typ": "JWT"},
    "a logout token": {"typ": "logout+jwt"},
    "the long media type": {"typ": "application/at+jwt"},
    "other case": {"typ": "AT+JWT"},
    "no typ": {"typ": None},
    "no kid": {"kid": None},
    "an unknown kid": {"kid": "k9"},
}


@pytest.mark.parametrize("wrong", HEADERS)
async def test_a_token_with_a_wrong_header_is_refused(wrong: str) -> None:
    signed = token(**HEADERS[wrong])  # type: ignore[arg-type]  # a table of keywords
    assert (await refused(f"Bearer {signed}")).error == "invalid_token"


async def test_unsigned_and_shared_secret_tokens_are_refused() -> None:
    shared = key("oct", "k1")
    for signed in (token(alg="none"), token(by=shared, alg="HS256")):
        assert (await refused(f"Bearer {signed}")).status in {400, 401}


async def test_a_token_signed_by_another_key_under_a_known_kid_is_refused() -> None:
    found = await refused(f"Bearer {token(by=key(kid='k1'))}")
    assert "signature" in found.description


async def test_a_key_published_for_one_algorithm_signs_no_other() -> None:
    signer = key("RSA", "k2")
    published = type(signer).import_key(
        signer.as_dict(private=True), {"kid": "k2", "use": "sig", "alg": "PS256"}
    )
    found = await refused(f"Bearer {token(by=signer, alg='RS256')}", Provider(keys=[published]))
    assert found.error == "invalid_token"


async def test_changed_claims_and_other_shapes_are_refused() -> None:
    head, body, signature = token().split(".")
    other = token(claims(sub="s-other")).split(".")[1]
    for shape in (
        f"{head}.{other}.{signature}",
        f"{head}.{body}.{signature}.{body}.{head}",
        f"{head}.{body}",
        token(claims(padding="x" * 9000)),
        "opaque-handle",
        f"e30.{body}.{signature}",
        f"W10.{body}.{signature}",
        f"_w.{body}.{signature}",
        f"{part({'alg': 'ES256', 'typ': 'at+jwt', 'kid': 1})}.{body}.{signature}",
        f"{part({'alg': 'ES256', 'typ': 'at+jwt', 'kid': 'k1', 'crit': ['b64']})}.{body}.{signature}",
        f"{part({'alg': ['ES256'], 'typ': 'at+jwt', 'kid': 'k1'})}.{body}.{signature}",
    ):
        assert (await refused(f"Bearer {shape}")).error == "invalid_token"


async def test_no_bearer_token_is_answered_with_a_bare_challenge() -> None:  # RFC 6750 §3.1
    for sent in (None, "Basic dTpw", "DPoP abc", ""):
        found = await refused(sent, scopes="docs.read")
        assert found.status == 401
        assert found.www_authenticate == f'Bearer realm="{AUDIENCE}", scope="docs.read"'


async def test_a_malformed_authorization_header_is_a_bad_request() -> None:
    for sent in ("Bearer", "Bearer a b", "Bearer a,Bearer b", 'Bearer "x"'):
        found = await refused(sent)
        assert (found.status, found.error) == (400, "invalid_request")


async def test_a_missing_scope_is_named() -> None:  # RFC 6750 §3.1
    found = await refused(f"Bearer {token(claims(scope='docs.read'))}", scopes=("docs.share",))
    assert found.status == 403
    assert found.www_authenticate == (
        f'Bearer realm="{AUDIENCE}", error="insufficient_scope", '
        'error_description="the access token lacks a scope", scope="docs.share"'
    )


@pytest.mark.parametrize(
    ("changes", "asked", "ending"),
    [
        ({}, {"acr": HIGH}, f'acr_values="{HIGH}"'),
        ({"acr": None}, {"acr": (SUBSTANTIAL, HIGH)}, f'acr_values="{SUBSTANTIAL} {HIGH}"'),
        ({}, {"max_age": timedelta(minutes=2)}, 'max_age="120"'),
        ({"auth_time": None}, {"max_age": timedelta(hours=1)}, 'max_age="3600"'),
    ],
)
async def test_a_weak_or_old_authentication_asks_for_step_up(
    changes: dict[str, object], asked: dict[str, object], ending: str
) -> None:  # RFC 9470 §3
    found = await refused(f"Bearer {token(claims(**changes))}", None, **asked)
    assert (found.status, found.error) == (401, "insufficient_user_authentication")
    assert found.www_authenticate is not None
    assert found.www_authenticate.endswith(ending)


async def test_nothing_of_the_request_is_echoed() -> None:
    found = await refused(f"Bearer {token(claims(iss='https://secret-name.example'))}")
    assert "secret-name" not in str(found) + str(found.www_authenticate)
