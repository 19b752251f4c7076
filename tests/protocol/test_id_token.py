"""The ID token's claims – OpenID Connect Core §2, §3.1.3.3, §12.2; PROTOCOL rules 4, 6, 16."""

from datetime import timedelta
from typing import Any

import pytest

from idp.protocol import acting_claims, degraded_claims, id_token
from idp.protocol.assurance import Acr
from tests import make

LIFETIME = timedelta(seconds=300)
ISSUED = int(make.NOW.timestamp())


def _build(**changes: Any) -> dict[str, object]:
    values: dict[str, Any] = {
        "grant": make.grant(),
        "iss": make.ISSUER,
        "sub": "sub-of-portal",
        "nonce": "n-0S6_WzA2Mj",
        "single_claims": {},
        "lifetime": LIFETIME,
        "txn": "ABCD-EFGH-JKMN",
        "now": make.NOW,
        **changes,
    }
    return id_token.build(values.pop("grant"), **values)


def test_it_says_who_signed_in_when_and_how_and_nothing_else() -> None:  # Core §2
    assert _build() == {
        "iss": make.ISSUER,
        "sub": "sub-of-portal",
        "aud": "portal",
        "exp": ISSUED + 300,
        "iat": ISSUED,
        "auth_time": ISSUED - 60,
        "nonce": "n-0S6_WzA2Mj",
        "acr": "urn:haiphong:acr:substantial",
        "amr": ["pwd", "otp"],
        "sid": "sid-1",
        "ial": 2,
        "idp": "national",
        "txn": "ABCD-EFGH-JKMN",
    }


def test_the_list_of_claims_is_what_is_built() -> None:
    assert set(_build()) | id_token.OPTIONAL == set(id_token.CLAIMS)
    assert id_token.OPTIONAL - set(_build()) == {*acting_claims.CLAIMS, *degraded_claims.CLAIMS}


def test_a_grant_of_an_outage_says_so_and_since_when_nobody_vouched() -> None:  # DOMAIN 3.6
    claims = _build(grant=make.grant(idp="haiphong", degraded=True, ial_at=make.NOW - make.HOUR))
    assert (claims["degraded"], claims["ial_at"], claims["idp"]) == (True, ISSUED - 3600, "haiphong")
    assert {"degraded", "ial_at"}.isdisjoint(_build())


def test_no_nonce_comes_back_where_none_was_sent() -> None:  # Core §3.1.2.1, §12.2
    assert "nonce" not in _build(nonce=None)
    assert _build(nonce="")["nonce"] == ""


def test_times_are_whole_seconds_and_auth_time_is_of_the_sign_in() -> None:  # Core §2; PROTOCOL rule 4
    moment = make.NOW + timedelta(microseconds=999_999)
    claims = _build(now=moment, grant=make.grant(auth_time=moment - make.HOUR))
    assert (claims["iat"], claims["exp"], claims["auth_time"]) == (ISSUED, ISSUED + 300, ISSUED - 3600)
    assert all(type(claims[name]) is int for name in ("iat", "exp", "auth_time"))


@pytest.mark.parametrize("name", sorted(set(id_token.CLAIMS) - set(acting_claims.CLAIMS)))
def test_a_single_claim_never_overwrites_one_of_ours(name: str) -> None:  # Core §5.5
    grant = make.grant(degraded=True, ial_at=make.NOW)
    claims = _build(grant=grant, single_claims={name: "forged", "email": "huong@example.vn"})
    assert claims[name] != "forged"
    assert claims["email"] == "huong@example.vn"


def test_the_level_is_that_of_the_answer_not_of_the_session() -> None:  # DESIGN 5.3
    assert _build(grant=make.grant(acr=Acr.LOW))["acr"] == "urn:haiphong:acr:low"
    assert _build(grant=make.grant(acr=Acr.HIGH, acr_told="LoA2"))["acr"] == "LoA2"
