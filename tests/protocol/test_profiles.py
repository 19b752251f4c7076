"""The client profiles against the table of the protocol bar, row by row."""

from datetime import timedelta

import pytest

from idp.protocol.assurance import Acr
from idp.protocol.facts import Profile
from idp.protocol.profiles import (
    PROFILES,
    SIGNING_ALGORITHMS,
    AssertionAudience,
    needs_assertion_typ,
    needs_pushed_request,
)
from tests import make

OIDC, CITY, FAPI2 = (PROFILES[profile] for profile in (Profile.OIDC, Profile.CITY, Profile.FAPI2))


def test_a_client_has_one_of_three_profiles_and_fapi2_waits_for_bound_tokens() -> None:
    assert set(PROFILES) == set(Profile)
    assert (OIDC.is_offered, CITY.is_offered, FAPI2.is_offered) == (True, True, False)


def test_the_city_and_fapi_ask_for_more_than_the_certified_baseline() -> None:
    assert [rules.pkce_of_confidential for rules in (OIDC, CITY, FAPI2)] == [False, True, True]
    assert [rules.acr_values_bind for rules in (OIDC, CITY, FAPI2)] == [False, True, True]
    assert [rules.default_acr for rules in (OIDC, CITY, FAPI2)] == [Acr.LOW, Acr.SUBSTANTIAL, Acr.SUBSTANTIAL]
    assert [rules.default_signing_alg for rules in (OIDC, CITY)] == ["RS256", "ES256"]
    assert CITY.secret_lifetime == timedelta(days=365)


def test_fapi_takes_no_shared_secret_no_rs256_and_signed_requests_alone() -> (
    None
):  # FAPI 2.0 Security Profile §5.3.2.1
    assert not FAPI2.auth_methods & {"none", "client_secret_basic", "client_secret_post", "client_secret_jwt"}
    assert "RS256" not in FAPI2.request_object_algs + FAPI2.id_token_algs
    assert FAPI2.signed_request_required


def test_only_the_baseline_takes_the_token_endpoint_as_audience() -> None:  # RFC 10070
    assert OIDC.assertion_audience is AssertionAudience.ISSUER_OR_TOKEN_ENDPOINT
    assert {CITY.assertion_audience, FAPI2.assertion_audience} == {AssertionAudience.ISSUER}


def test_the_stricter_a_profile_the_more_a_signed_request_must_say() -> None:  # RFC 9101 §4; PROTOCOL rule 24
    assert OIDC.request_object_claims < CITY.request_object_claims < FAPI2.request_object_claims
    assert [rules.signed_request_required for rules in (OIDC, CITY, FAPI2)] == [False, False, True]


def test_no_profile_takes_an_unsigned_object_or_a_symmetric_algorithm() -> None:
    for rules in PROFILES.values():
        algorithms = {*rules.request_object_algs, *rules.id_token_algs, *SIGNING_ALGORITHMS}
        assert not {name for name in algorithms if name == "none" or name.startswith("HS")}


@pytest.mark.parametrize(
    ("changes", "pushed"),
    [
        ({"scopes": frozenset({"openid", "profile", "email"})}, False),
        ({"scopes": frozenset({"openid", "vn.id_number"})}, True),
        ({"scopes": frozenset({"openid", "vn.id_number"}), "profile": Profile.OIDC}, False),
        ({"require_pushed_authorization_requests": True, "profile": Profile.OIDC}, True),
        ({"profile": Profile.FAPI2}, True),
    ],
    ids=["stock library", "personal scope", "baseline", "registered so", "fapi2"],
)
def test_who_must_push_their_requests(changes: dict[str, object], pushed: bool) -> None:
    assert needs_pushed_request(make.client(**changes)) is pushed


@pytest.mark.parametrize(
    ("profile", "registered", "needed"),
    [
        (Profile.OIDC, None, False),
        (Profile.CITY, None, True),
        (Profile.CITY, False, False),
        (Profile.OIDC, True, True),
    ],
)
def test_the_assertion_s_own_typ_is_asked_as_registered_else_as_the_profile_says(
    profile: Profile,
    registered: bool | None,
    needed: bool,
) -> None:
    client = make.client(profile=profile, require_assertion_typ=registered)
    assert needs_assertion_typ(client) is needed
