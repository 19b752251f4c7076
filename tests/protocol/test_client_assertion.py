"""What an assertion must say – OpenID Connect Core §9, RFC 7523 §3, RFC 10070; SECURITY B06; PROTOCOL rules 24, 34."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from idp.protocol.client_assertion import METHOD_ALGS, TYP, check_assertion, claimed_client
from idp.protocol.facts import ClientFacts, Profile
from keys.jose import InvalidJwt, JwtHeader, VerifiedJwt
from tests import make
from tests.assertions import claims, secret_assertion
from tests.keys.forge import ABSENT, keys

TOKEN_ENDPOINT = f"{make.ISSUER}/token"
NOT_FOR_US: tuple[object, ...] = (
    ABSENT,
    "",
    None,
    [],
    [make.ISSUER],
    [make.ISSUER, "https://other.example"],
    [TOKEN_ENDPOINT],
    {make.ISSUER: 1},
    f"{make.ISSUER}/",
    make.ISSUER.upper(),
    f" {make.ISSUER}",
    f"{make.ISSUER}/par",
    f"{make.ISSUER}/introspect",
    f"{make.ISSUER}/token/",
    f"{make.ISSUER} https://other.example",
    "https://other.example",
    "https://id.example.evil.example",
    "portal",
)


def _client(profile: Profile = Profile.CITY, **changes: Any) -> ClientFacts:
    return make.client(profile=profile, **{"token_endpoint_auth_method": "private_key_jwt", **changes})


def _check(
    client: ClientFacts | None = None,
    *,
    alg: str = "ES256",
    typ: str | None = TYP,
    now: datetime = make.NOW,
    **changes: Any,
) -> datetime:
    said = claims("portal", make.NOW, **{"aud": make.ISSUER, **changes})
    verified = VerifiedJwt(header=JwtHeader(alg=alg, kid="k", typ=typ), claims=said)
    unspent = check_assertion(
        verified,
        client or _client(),
        expected_issuer=make.ISSUER,
        expected_token_endpoint=TOKEN_ENDPOINT,
        now=now,
    )
    assert unspent.jti == said["jti"]
    return unspent.useful_until


def _refused(*given: Any, **changes: Any) -> str:
    with pytest.raises(InvalidJwt) as refused:
        _check(*given, **changes)
    return refused.value.reason


def test_what_is_left_is_a_jti_to_spend_until_it_is_refused_by_its_time_alone() -> None:
    until = _check(exp=60)
    _check(exp=60, now=until - timedelta(seconds=1))
    assert _refused(exp=60, now=until) == "the token has expired"


@pytest.mark.parametrize("aud", NOT_FOR_US, ids=repr)
@pytest.mark.parametrize("profile", Profile)
def test_the_issuer_as_one_string_is_the_audience(profile: Profile, aud: object) -> None:  # RFC 10070
    _check(_client(profile))
    assert _refused(_client(profile), aud=aud).startswith("aud ")


def test_the_token_endpoint_is_an_audience_in_profile_oidc_alone() -> None:  # Core §9; PROTOCOL rule 24
    _check(_client(Profile.OIDC), aud=TOKEN_ENDPOINT)
    for profile in (Profile.CITY, Profile.FAPI2):
        assert _refused(_client(profile), aud=TOKEN_ENDPOINT).startswith("aud ")


def test_the_type_is_asked_of_clients_that_are_registered_or_profiled_for_it() -> None:  # RFC 10070
    for typ in (None, "JWT"):
        assert _refused(typ=typ).startswith("typ ")
        _check(_client(require_assertion_typ=False), typ=typ)
        _check(_client(Profile.OIDC), typ=typ)
        assert _refused(_client(Profile.OIDC, require_assertion_typ=True), typ=typ).startswith("typ ")


def test_the_registered_algorithm_alone_is_taken() -> None:  # Registration §2
    for alg in METHOD_ALGS["private_key_jwt"]:
        _check(alg=alg)
        _check(_client(token_endpoint_auth_signing_alg=alg), alg=alg)
    assert _refused(_client(token_endpoint_auth_signing_alg="ES256"), alg="PS256").startswith("alg ")


@pytest.mark.parametrize("alg", ["RS256", "ES384", "HS256"])
def test_fapi_clients_sign_with_the_algorithms_of_fapi(alg: str) -> None:  # FAPI 2.0 §5.4.1; PROTOCOL rule 34
    _check(_client(Profile.FAPI2), alg="PS256")
    assert _refused(_client(Profile.FAPI2), alg=alg).startswith("alg ")


@pytest.mark.parametrize("name", ["iss", "sub"])
@pytest.mark.parametrize("value", [ABSENT, "", "other", "Portal", ["portal"], None, 1])
def test_issuer_and_subject_are_the_client(name: str, value: object) -> None:  # Core §9
    assert _refused(**{name: value}) == "iss and sub are not the client_id"


@pytest.mark.parametrize("jti", [ABSENT, "", None, 1, ["a"], "x" * 513])
def test_an_assertion_has_an_identifier(jti: object) -> None:  # Core §9: REQUIRED
    assert _refused(jti=jti) == "jti is missing or malformed"


@pytest.mark.parametrize(
    "times",
    [
        {"exp": -300},
        {"exp": -10},
        {"exp": 611},
        {"exp": 86_400},
        {"exp": ABSENT},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"nbf": 11},
        {"nbf": 60},
        {"nbf": "now"},
        {"iat": 11},
        {"iat": None},
    ],
    ids=str,
)
def test_an_assertion_outside_its_time_or_for_too_long_is_refused(
    times: dict[str, Any],
) -> None:  # rule 34
    assert _refused(**times)


@pytest.mark.parametrize(
    "times",
    [
        {"exp": -9},
        {"exp": 610},
        {"exp": 600.5},
        {"nbf": 8},
        {"nbf": 10},
        {"nbf": -3600},
        {"iat": 8},
        {"iat": ABSENT},
    ],
    ids=str,
)
def test_clocks_may_differ_by_ten_seconds(times: dict[str, Any]) -> None:  # PROTOCOL rule 34
    assert _check(**times) > make.NOW


def test_times_at_the_end_of_all_days_are_refused_and_no_fault() -> None:
    end = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp() - make.NOW.timestamp())
    for exp in (end, end + 10**6, 1e300):
        assert _refused(exp=exp)


def test_who_an_assertion_says_it_is_from_and_how_it_is_signed_is_read_first() -> None:
    said = claims("portal", make.NOW)
    for key in keys().values():
        claimed = claimed_client(key.token(said))
        assert (claimed.method, claimed.client_id) == ("private_key_jwt", "portal")
    assert claimed_client(secret_assertion("s" * 32, said)).method == "client_secret_jwt"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": ABSENT},
        {"sub": ABSENT},
        {"iss": "other"},
        {"iss": "", "sub": ""},
        {"iss": ["portal"], "sub": ["portal"]},
    ],
    ids=str,
)
def test_who_names_no_client_or_two_is_nobody(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidJwt):
        claimed_client(keys()["p256"].token(claims("portal", make.NOW, **changes)))


@pytest.mark.parametrize(
    ("changes", "is_fresh"),
    [
        ({"iat": -1, "exp": 60}, False),
        ({"iat": 0, "exp": 60}, False),
        ({"iat": 9, "exp": 60}, False),  # by a clock ten seconds ahead it may have been used before
        ({"iat": 10, "exp": 60}, True),
        ({"iat": ABSENT, "exp": 60}, False),
        ({"iat": ABSENT, "exp": 600}, False),
        ({"iat": ABSENT, "exp": 610}, False),
        ({"iat": ABSENT, "exp": 611}, True),  # ten minutes and two clocks: nobody took it before
        ({"iat": -1, "exp": 611}, True),
    ],
)
def test_what_may_have_been_used_before_a_restore_proves_nothing(
    changes: dict[str, Any], is_fresh: bool
) -> None:
    """The restore was at `make.NOW`; half a minute later somebody brings this."""
    verified = VerifiedJwt(
        header=JwtHeader(alg="ES256", typ=TYP, kid=None),
        claims=claims("portal", make.NOW, aud=make.ISSUER, **changes),
    )

    def check(epoch_began_at: datetime | None) -> str:
        return check_assertion(
            verified,
            _client(),
            expected_issuer=make.ISSUER,
            expected_token_endpoint=TOKEN_ENDPOINT,
            now=make.NOW + timedelta(seconds=30),
            epoch_began_at=epoch_began_at,
        ).jti

    assert check(None)
    if is_fresh:
        assert check(make.NOW)
        return
    with pytest.raises(InvalidJwt, match="before the database was restored"):
        check(make.NOW)
