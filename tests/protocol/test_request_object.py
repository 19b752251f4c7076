"""What a verified request object may say, and what of it counts – OpenID Connect Core §6, RFC 9101."""

from collections.abc import Mapping
from typing import Any

import pytest

from idp.protocol.authorization_request import RawAuthorizationRequest, parse
from idp.protocol.errors import InvalidRequest, InvalidRequestObject, InvalidRequestUri
from idp.protocol.facts import ClientFacts, Profile
from idp.protocol.request_object import (
    check_carriers,
    check_request_uri,
    check_was_signed,
    signed_request,
)
from keys.jose import JwkSet, Purpose, verify
from tests import make
from tests.keys.forge import ABSENT, ForgedKey, keys
from tests.request_objects import TYP, claims

HOUR = 3600
OIDC = make.client(profile=Profile.OIDC)
CITY = make.client(profile=Profile.CITY)
FAPI2 = make.client(profile=Profile.FAPI2)


def read(
    of: ClientFacts | None = None,
    *,
    key: ForgedKey | None = None,
    repeated: frozenset[str] = frozenset(),
    **changes: Any,
) -> RawAuthorizationRequest:
    """Sign a request that is right but for the changes, and read it."""
    client, key = of or make.client(), key or keys()["p256"]
    content = claims("portal", make.NOW, **{"aud": make.ISSUER, **make.authorization_parameters(), **changes})
    verified = verify(
        key.token(content, typ=TYP), purpose=Purpose.REQUEST_OBJECT, keys=JwkSet.parse({"keys": [key.jwk]})
    )
    return signed_request(verified, client, repeated=repeated, expected_issuer=make.ISSUER, now=make.NOW)


def said(name: str, value: Any, client: ClientFacts | None = None) -> RawAuthorizationRequest:
    """As `read`, for a name that a table gives."""
    changes: dict[str, Any] = {name: value}
    return read(client, **changes)


def test_what_it_says_is_the_request() -> None:
    raw = read()

    assert raw.values == make.authorization_parameters()
    assert raw.repeated == frozenset()


def test_what_is_no_parameter_is_left_aside() -> None:
    assert read(jti="1", foo="bar", SCOPE="x").values == make.authorization_parameters()


def test_what_is_empty_was_not_said() -> None:  # RFC 6749 §3.1
    assert "state" not in read(state="").values


def test_what_stood_outside_twice_stays_refused() -> None:
    assert read(repeated=frozenset({"scope"})).repeated == {"scope"}


VALUES: list[tuple[str, object, str]] = [
    ("claims", {"userinfo": {"email": {"essential": True}}}, '{"userinfo":{"email":{"essential":true}}}'),
    ("claims", {"id_token": {"sub": {"value": "đ"}}}, '{"id_token":{"sub":{"value":"đ"}}}'),
    ("claims", '{"userinfo":{}}', '{"userinfo":{}}'),
    ("claims", {}, "{}"),
    ("registration", {"client_name": "x"}, '{"client_name":"x"}'),
    ("max_age", 0, "0"),
    ("max_age", 3600, "3600"),
    ("max_age", "3600", "3600"),
    ("max_age", -1, "-1"),
    ("resource", "https://api.example/", "https://api.example/"),
    ("resource", ["https://api.example/"], "https://api.example/"),
    ("state", "a\nb\t\x7f\x01", "a\nb\t\x7f\x01"),
]


@pytest.mark.parametrize(("name", "value", "counts"), VALUES, ids=str)
def test_a_value_counts_as_it_would_in_a_query(
    name: str, value: Any, counts: str
) -> None:  # Core §6.1, RFC 9101 §4
    assert said(name, value).values[name] == counts


@pytest.mark.parametrize(
    "resources", [["https://a.example/", "https://b.example/"], ["https://a.example/"] * 2]
)
def test_two_resources_are_two_wherever_they_stand(resources: list[str]) -> None:  # RFC 8707 §2.1
    assert read(resource=resources).repeated == {"resource"}


_WRONG: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("state", "scope", "redirect_uri", "prompt"), (1, None, True, [], {}, ["openid"])),
    "max_age": (True, False, 1.5, 3600.0, None, [], {}),
    "claims": ([], None, 1, True),
    "resource": ([], [1], [None], {}, None, 1, [["https://a.example/"]], [{}, "a"]),
    "acr_values": (["LoA2"],),
    "code_challenge": ({"value": "x"},),
}
WRONG_TYPES = [(name, value) for name, values in _WRONG.items() for value in values]


@pytest.mark.parametrize(("name", "value"), WRONG_TYPES, ids=str)
def test_a_value_of_another_type_is_refused(name: str, value: Any) -> None:
    with pytest.raises(InvalidRequestObject, match="wrong type"):
        said(name, value)


@pytest.mark.parametrize("name", ["request", "request_uri"])
@pytest.mark.parametrize("value", ["", "a.b.c", "https://portal.example/r", None, {}], ids=str)
def test_none_holds_or_names_another(name: str, value: Any) -> None:  # RFC 9101 §4
    with pytest.raises(InvalidRequestObject, match="must not hold"):
        said(name, value)


NOT_OURS: dict[str, Mapping[str, Any]] = {
    "client_id of another": {"client_id": "other"},
    "client_id in capitals": {"client_id": "PORTAL"},
    "client_id a list": {"client_id": ["portal"]},
    "client_id empty": {"client_id": ""},
    "iss of another": {"iss": "other"},
    "iss empty": {"iss": ""},
    "iss null": {"iss": None},
    "iss a list": {"iss": ["portal"]},
    "aud another": {"aud": "https://other.example"},
    "aud with a slash": {"aud": make.ISSUER + "/"},
    "aud an endpoint": {"aud": make.ISSUER + "/authorize"},
    "aud the client": {"aud": "portal"},
    "aud a list of others": {"aud": ["https://other.example", make.ISSUER + "/token"]},
    "aud nobody": {"aud": []},
    "aud null": {"aud": None},
    "aud a map": {"aud": {make.ISSUER: True}},
    "sub the client, as in an assertion": {"sub": "portal"},  # RFC 9101 §10.8
    "exp now": {"exp": -10},
    "exp an hour ago": {"exp": -HOUR},
    "exp in over an hour": {"exp": HOUR + 11},
    "exp in a year": {"exp": 365 * 24 * HOUR},
    "exp text": {"exp": "2026-03-02"},
    "exp null": {"exp": None},
    "exp true": {"exp": True},
    "nbf ahead": {"nbf": 11},
    "nbf null": {"nbf": None},
    "iat ahead": {"iat": 11},
    "iat in a year": {"iat": 365 * 24 * HOUR},
}


@pytest.mark.parametrize("client", [OIDC, CITY, FAPI2], ids=lambda client: client.profile.value)
@pytest.mark.parametrize("name", NOT_OURS)
def test_what_is_not_for_us_and_not_for_now_is_refused_in_every_profile(
    client: ClientFacts, name: str
) -> None:
    read(client)
    with pytest.raises(InvalidRequestObject, match="not for now") as refused:
        read(client, **NOT_OURS[name])
    assert refused.value.detail


@pytest.mark.parametrize("client", [OIDC, CITY, FAPI2], ids=lambda client: client.profile.value)
@pytest.mark.parametrize(
    "changes",
    [
        {"exp": -9},
        {"exp": HOUR},
        {"nbf": 10, "exp": HOUR},
        {"iat": 10},
        {"iat": ABSENT},
        {"aud": ["https://other.example", make.ISSUER]},
        {"aud": [make.ISSUER]},
        {"client_id": ABSENT},
        {"sub": "somebody"},
    ],
    ids=str,
)
def test_what_is_for_us_and_for_now_is_taken_in_every_profile(
    client: ClientFacts, changes: dict[str, Any]
) -> None:
    assert read(client, **changes).values["state"] == make.authorization_parameters()["state"]


REQUIRED = {
    Profile.OIDC: frozenset[str](),
    Profile.CITY: frozenset({"iss", "aud", "exp"}),
    Profile.FAPI2: frozenset({"iss", "aud", "exp", "nbf"}),
}


@pytest.mark.parametrize("profile", REQUIRED)
@pytest.mark.parametrize("name", ["iss", "aud", "exp", "nbf", "iat"])
def test_each_profile_asks_for_its_claims(
    profile: Profile, name: str
) -> None:  # RFC 9101 §4; PROTOCOL rule 24
    client = make.client(profile=profile)
    if name not in REQUIRED[profile]:
        assert said(name, ABSENT, client).values
        return
    with pytest.raises(InvalidRequestObject) as refused:
        said(name, ABSENT, client)
    assert refused.value.detail == f"missing: {name}"


@pytest.mark.parametrize(
    ("nbf", "exp", "taken"),
    [
        (-HOUR + 60, 60, True),
        (-HOUR, 60, False),
        (-HOUR - 60, 60, False),
        (-1800, 1800, True),
        (-1800, 1900, False),
    ],
)
def test_fapi_bounds_the_time_between_nbf_and_exp(nbf: int, exp: int, taken: bool) -> None:
    """FAPI 2.0 Message Signing §5.3.1; other profiles do not look at an old nbf."""
    assert read(CITY, nbf=nbf, exp=exp).values
    if taken:
        assert read(FAPI2, nbf=nbf, exp=exp).values
    else:
        with pytest.raises(InvalidRequestObject):
            read(FAPI2, nbf=nbf, exp=exp)


SIGNED = [
    (OIDC, "rsa", True),
    (OIDC, "p256", True),
    (OIDC, "ed", False),
    (OIDC, "p384", False),
    (OIDC, "p521", False),
    (CITY, "ed", False),
    (FAPI2, "ed", True),
    (FAPI2, "p256", True),
    (FAPI2, "rsa", False),
    (make.client(request_object_signing_alg="ES256"), "p256", True),
    (make.client(request_object_signing_alg="ES256"), "rsa", False),
    (make.client(request_object_signing_alg="PS256"), "rsa", False),
]


@pytest.mark.parametrize(("client", "key", "taken"), SIGNED)
def test_only_the_algorithms_of_the_profile_or_the_registered_one_are_taken(
    client: ClientFacts, key: str, taken: bool
) -> None:  # Registration §2
    if taken:
        assert read(client, key=keys()[key]).values
        return
    with pytest.raises(InvalidRequestObject) as refused:
        read(client, key=keys()[key])
    assert refused.value.detail.startswith("alg is not")


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        ([], False),
        ([("request", "a.b.c")], False),
        ([("request_uri", "https://portal.example/r")], False),
        ([("request", "a.b.c"), ("request_uri", "https://portal.example/r")], True),
        ([("request", "a.b.c"), ("request", "a.b.c")], True),
        ([("request", "a.b.c"), ("REQUEST", "")], True),
        ([("request_uri", "x"), ("Request_uri", "y")], True),
        ([("request", ""), ("request_uri", "x")], False),
    ],
    ids=str,
)
def test_a_request_carries_or_names_one_other(
    sent: list[tuple[str, str]], refused: bool
) -> None:  # RFC 9101 §5
    raw = parse(sent)
    if not refused:
        check_carriers(raw)
        return
    with pytest.raises(InvalidRequest):
        check_carriers(raw)


KEEPS = make.client(request_uris=("https://portal.example/r#v1", "https://portal.example/q?a=b"))


@pytest.mark.parametrize(
    ("request_uri", "address"),
    [
        ("https://portal.example/r#v1", "https://portal.example/r"),
        ("https://portal.example/r#v2", "https://portal.example/r"),
        ("https://portal.example/r", "https://portal.example/r"),
        ("https://portal.example/r#", "https://portal.example/r"),
        ("https://portal.example/q?a=b#x#y", "https://portal.example/q?a=b"),
    ],
)
def test_an_address_is_compared_without_its_fragment(
    request_uri: str, address: str
) -> None:  # Registration §2
    assert check_request_uri(KEEPS, request_uri) == address


@pytest.mark.parametrize(
    "request_uri",
    [
        "https://portal.example/r?",
        "https://portal.example/r/",
        "https://portal.example/R",
        "https://PORTAL.example/r",
        "https://portal.example:443/r",
        "https://portal.example/q",
        "https://portal.example/q?a=b&c=d",
        "http://portal.example/r",
        " https://portal.example/r",
        "https://portal.example/./r",
        "https://evil.example/#https://portal.example/r",
        "https://portal.example@evil.example/r",
        "urn:example:r",
        "#v1",
        "",
    ],
)
def test_any_other_address_is_refused(request_uri: str) -> None:
    with pytest.raises(InvalidRequestUri):
        check_request_uri(KEEPS, request_uri)
    with pytest.raises(InvalidRequestUri):
        check_request_uri(make.client(), request_uri)


@pytest.mark.parametrize(
    ("client", "must"),
    [
        (OIDC, False),
        (CITY, False),
        (FAPI2, True),
        (make.client(require_signed_request_object=True), True),
        (make.client(profile=Profile.OIDC, require_signed_request_object=True), True),
    ],
)
def test_who_must_sign_must(client: ClientFacts, must: bool) -> None:  # RFC 9101 §10.5
    check_was_signed(client, was_signed=True)
    if not must:
        check_was_signed(client, was_signed=False)
        return
    with pytest.raises(InvalidRequest, match="must sign"):
        check_was_signed(client, was_signed=False)


def test_nothing_of_it_is_said_in_an_error_or_shown_in_a_log() -> None:
    assert "secret-state" not in repr(read(state="secret-state"))
    with pytest.raises(InvalidRequestObject) as refused:
        read(state=["secret-state"])
    assert "secret" not in refused.value.error_description + refused.value.detail
