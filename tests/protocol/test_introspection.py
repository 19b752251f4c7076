"""What is said of a token, and to whom – RFC 7662 §2, RFC 9701 §4–5."""

from datetime import timedelta

import pytest

from idp.ids import AudienceGid, ClientId
from idp.protocol import introspection
from idp.protocol.access_token import PresentedToken
from idp.protocol.introspection import (
    build_jwt,
    is_covered,
    may_know,
    of_access_token,
    of_refresh_token,
    wants_jwt,
)
from tests import make

API = "https://docs.example/api"
CLAIMS: dict[str, object] = {
    "iss": make.ISSUER,
    "sub": "sub-there",
    "aud": API,
    "exp": 2,
    "iat": 1,
    "jti": "jti-1",
    "client_id": "portal",
    "scope": "docs.read openid",
    "gid": "gid-there",
    "auth_time": 1,
    "acr": "urn:haiphong:acr:low",
    "amr": ["pwd"],
    "ial": 2,
}


def presented(audience: str = API) -> PresentedToken:
    return PresentedToken(
        audience=audience,
        client_id=ClientId("portal"),
        gid=AudienceGid("gid-there"),
        jti="jti-1",
        scopes=frozenset({"docs.read"}),
        expires_at=make.NOW,
    )


def test_its_client_and_the_api_it_is_for_may_know() -> None:  # RFC 7662 §2.1, §4
    api = make.client(client_id=ClientId("api"), protected_resources=(API,))
    assert may_know(make.client(), presented())
    assert may_know(api, presented())
    assert not may_know(api, presented(f"{API}/"))
    assert not may_know(api, presented(make.ISSUER))


@pytest.mark.parametrize(
    "stranger", [{}, {"audiences": (API,)}, {"sector": API}, {"protected_resources": ("urn:other",)}], ids=str
)
def test_nobody_else_may(stranger: dict[str, object]) -> None:
    assert not may_know(make.client(client_id=ClientId("other"), **stranger), presented())


def test_a_token_counts_while_its_client_is_enabled_and_has_the_audience() -> None:
    owner = make.client(audiences=(API,))
    assert is_covered(presented(), owner, iss=make.ISSUER)
    assert is_covered(presented(make.ISSUER), make.client(), iss=make.ISSUER)
    assert not is_covered(presented(), make.client(), iss=make.ISSUER)
    assert not is_covered(presented(), make.client(audiences=(API,), enabled=False), iss=make.ISSUER)


def test_an_access_token_is_told_by_its_claims() -> None:
    answer = of_access_token(CLAIMS, scopes=frozenset({"docs.read"}))
    left_out = {"gid", "amr", "ial", "scope"}
    assert answer == {
        "active": True,
        "token_type": "Bearer",
        "scope": "docs.read",
        **{name: value for name, value in CLAIMS.items() if name not in left_out},
    }


def test_a_machine_s_token_has_no_person_to_tell_of() -> None:
    alone = {name: CLAIMS[name] for name in ("iss", "aud", "exp", "iat", "jti", "client_id")}
    answer = of_access_token({**alone, "sub": "portal"}, scopes=frozenset())
    assert {"acr", "auth_time"}.isdisjoint(answer)
    assert answer["sub"] == "portal"


def test_a_refresh_token_is_told_without_what_opens_it() -> None:
    answer = of_refresh_token(
        make.grant(),
        iss=make.ISSUER,
        scopes=frozenset({"openid"}),
        issued_at=make.NOW,
        expires_at=make.NOW + timedelta(days=1),
    )
    assert answer["sub"] == "sub-of-portal"
    assert answer["exp"] == int(make.NOW.timestamp()) + 86400
    assert answer.keys() <= set(introspection.MEMBERS)
    assert "token_type" not in answer  # it is none that is sent to an API
    for inner in (make.PERSON_ID, "grant-1", "gid-1", "sid-1"):
        assert inner not in str(answer)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, False),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/jwt", False),
        ("application/token-introspection+jwt", True),
        ("Application/Token-Introspection+JWT", True),
        ("application/json, application/token-introspection+jwt;q=0.5", True),
        ("application/token-introspection+jwt; q=0", False),
        ("application/token-introspection+jwt;q=0.000", False),
        ("text/application/token-introspection+jwt", False),
    ],
)
def test_a_signed_answer_is_given_to_whom_asks_for_one(accept: str | None, expected: bool) -> None:
    assert wants_jwt(accept) is expected


def test_a_signed_answer_is_no_other_token() -> None:  # RFC 9701 §5, §8.1
    answer = of_access_token(CLAIMS, scopes=frozenset({"docs.read"}))
    claims = build_jwt(answer, iss=make.ISSUER, aud="api", now=make.NOW)
    assert claims == {
        "iss": make.ISSUER,
        "aud": "api",
        "iat": int(make.NOW.timestamp()),
        "token_introspection": answer,
    }
    assert set(claims) == set(introspection.CLAIMS)
