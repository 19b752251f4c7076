"""The national system as an upstream – what is sent there and what an answer becomes; DESIGN 5.3, 5.14, DOMAIN 1.5."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from federation.national_eid import NationalEid
from federation.upstream import AccountKind, ExternalIdentity, UpstreamError
from tests import make
from tests.federation.upstream_double import ANSWER, CALLBACK, ISSUER, NONCE, UpstreamDouble

CITIZEN = {"sub": "subject-1", "LoaiTaiKhoan": 1, "IAL": 2, "HoVaTen": "Nguyễn Thị Hương"}


async def _finish(upstream: UpstreamDouble) -> ExternalIdentity:
    national = NationalEid(upstream.relying_party())
    return await national.finish(ANSWER, nonce=NONCE, code_verifier=make.CODE_VERIFIER, now=make.NOW)


async def test_it_is_told_what_level_is_asked_and_never_by_whom() -> None:
    national = NationalEid(UpstreamDouble().relying_party())
    location = await national.begin(
        state="ours", nonce=NONCE, code_verifier=make.CODE_VERIFIER, loa="LoA2", ui_locales="vi", now=make.NOW
    )
    assert dict(parse_qsl(urlsplit(location).query)) == {
        "response_type": "code",
        "client_id": "haiphong-id",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "ours",
        "nonce": NONCE,
        "acr_values": "LoA2",
        "prompt": "login",
        "ui_locales": "vi",
        "code_challenge": make.CODE_CHALLENGE,
        "code_challenge_method": "S256",
    }
    assert (national.issuer, national.host) == (ISSUER, "upstream.example")


async def test_an_answer_is_an_identity_by_issuer_and_subject() -> None:
    upstream = UpstreamDouble()
    upstream.userinfo = CITIZEN
    identity = await _finish(upstream)
    assert (identity.issuer, identity.subject, identity.kind) == (ISSUER, "subject-1", AccountKind.CITIZEN)
    assert (identity.loa, identity.account_level, identity.amr) == ("LoA2", 2, ("pwd", "otp"))
    assert identity.auth_time == make.NOW - timedelta(seconds=5)
    assert identity.attributes.full_name == "Nguyễn Thị Hương"


async def test_the_level_is_the_token_s_whatever_userinfo_says() -> None:  # E03: never raised
    upstream = UpstreamDouble()
    upstream.userinfo = {**CITIZEN, "loAs": "LoA3", "acr": "LoA3"}
    upstream.claims["acr"] = "LoA1"
    assert (await _finish(upstream)).loa == "LoA1"


@pytest.mark.parametrize(
    "userinfo", [{"sub": "subject-1"}, {**CITIZEN, "HoVaTen": 1}, {**CITIZEN, "LoaiTaiKhoan": 9}]
)
async def test_userinfo_of_the_wrong_form_is_a_refusal(userinfo: dict[str, object]) -> None:
    upstream = UpstreamDouble()
    upstream.userinfo = userinfo
    with pytest.raises(UpstreamError):
        await _finish(upstream)
