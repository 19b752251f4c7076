"""The access token's claims, and reading one that comes back – RFC 9068 §2, §4; SECURITY B14."""

from datetime import timedelta

import pytest

from idp.ids import AudienceGid, ClientId
from idp.protocol import access_token
from idp.protocol.access_token import PresentedToken, read, read_any
from idp.protocol.errors import InvalidToken
from idp.protocol.resource import Target
from tests import make

ISSUED = int(make.NOW.timestamp())
DATA_STORE = "urn:haiphong:kho-du-lieu"


def _build() -> dict[str, object]:
    return access_token.build(
        make.grant(),
        iss=make.ISSUER,
        target=Target(
            audience=DATA_STORE, sub="sub-of-the-data-store", gid=AudienceGid("gid-of-the-data-store")
        ),
        scopes=frozenset({"profile", "openid", "docs.read"}),
        jti="jti-1",
        lifetime=timedelta(seconds=60),
        now=make.NOW,
    )


def _read(claims: dict[str, object]) -> PresentedToken:
    return read(claims, expected_iss=make.ISSUER, expected_aud=DATA_STORE)


def test_it_is_for_one_audience_with_the_names_of_that_audience() -> None:  # RFC 9068 §2.2, RFC 8707 §2
    assert _build() == {
        "iss": make.ISSUER,
        "sub": "sub-of-the-data-store",
        "aud": DATA_STORE,
        "exp": ISSUED + 60,
        "iat": ISSUED,
        "jti": "jti-1",
        "client_id": "portal",
        "scope": "docs.read openid profile",
        "gid": "gid-of-the-data-store",
        "auth_time": ISSUED - 60,
        "acr": "urn:haiphong:acr:substantial",
        "amr": ["pwd", "otp"],
        "ial": 2,
    }


def test_the_list_of_claims_is_what_is_built() -> None:
    assert set(_build()) == set(access_token.CLAIMS) - access_token.OPTIONAL


def test_no_inner_id_leaves_the_provider() -> None:  # DESIGN 5.1
    assert make.PERSON_ID not in str(_build())
    assert "grant-1" not in str(_build())
    assert "'gid-1'" not in str(_build())
    assert "sub-of-portal" not in str(_build())


def test_what_we_built_we_can_read() -> None:
    assert _read(_build()) == PresentedToken(
        audience=DATA_STORE,
        client_id=ClientId("portal"),
        gid=AudienceGid("gid-of-the-data-store"),
        jti="jti-1",
        scopes=frozenset({"openid", "profile", "docs.read"}),
        expires_at=make.NOW + timedelta(seconds=60),
    )


def test_a_token_for_anybody_is_read_where_everybody_is_asked_about() -> None:  # RFC 7662, RFC 7009
    assert read_any(_build(), expected_iss=make.ISSUER) == _read(_build())
    alone = {name: value for name, value in _build().items() if name != "gid"}
    assert read_any(alone, expected_iss=make.ISSUER).gid is None
    for changes in (
        {"iss": "https://other.example"},
        {"aud": [DATA_STORE]},
        {"exp": "soon"},
        {"client_id": 1},
    ):
        with pytest.raises(InvalidToken):
            read_any({**_build(), **changes}, expected_iss=make.ISSUER)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"iss": make.ISSUER + "/"},
        {"iss": None},
        {"iss": [make.ISSUER]},
        {"aud": make.ISSUER},
        {"aud": [DATA_STORE]},
        {"aud": [DATA_STORE, make.ISSUER]},
        {"aud": DATA_STORE + "/"},
        {"aud": None},
        {"gid": None},
        {"gid": 1},
        {"jti": None},
        {"jti": ["jti-1"]},
        {"scope": None},
        {"scope": ["openid"]},
    ],
    ids=str,
)
def test_any_other_token_is_invalid(changes: dict[str, object]) -> None:  # RFC 9068 §4
    with pytest.raises(InvalidToken) as refused:
        _read({**_build(), **changes})
    assert refused.value.error_description == "the access token is not valid"


@pytest.mark.parametrize("name", ["iss", "aud", "client_id", "gid", "jti", "scope", "exp"])
def test_a_token_that_lacks_what_we_ask_by_is_invalid(name: str) -> None:
    with pytest.raises(InvalidToken):
        _read({key: value for key, value in _build().items() if key != name})
