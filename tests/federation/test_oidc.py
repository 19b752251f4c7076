"""We as a strict relying party – OpenID Connect Core §3.1.2.7, §3.1.3, §5.3.2, RFC 9207 §2.4; SECURITY E03."""

from base64 import b64decode
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlsplit

import pytest

from federation.fetch import FetchFailed, FetchFailure, Response
from federation.oidc import OidcUpstream, VerifiedSignIn
from federation.upstream import UpstreamDenied, UpstreamError
from tests import make
from tests.federation.upstream_double import (
    ANSWER,
    CALLBACK,
    ISSUER,
    JWKS,
    METADATA,
    TOKEN,
    USERINFO,
    UpstreamDouble,
    answer,
    redeem,
    refused,
)

TIMEOUT = FetchFailed(FetchFailure.TIMEOUT)
DAY = timedelta(days=1)


async def _url(us: OidcUpstream, now: datetime = make.NOW) -> str:
    return await us.authorization_url(now=now, code_verifier=make.CODE_VERIFIER, parameters={"state": "ours"})


async def test_a_good_answer_is_a_sign_in() -> None:  # Core §3.1.3
    upstream = UpstreamDouble()
    assert await redeem(upstream) == VerifiedSignIn(
        subject="subject-1",
        acr="LoA2",
        amr=("pwd", "otp"),
        auth_time=make.NOW - timedelta(seconds=5),
        userinfo=upstream.userinfo,
    )
    assert upstream.calls == [METADATA, TOKEN, JWKS, USERINFO]


@pytest.mark.parametrize("code", ["é", "a\x01b", "a\r\nb", "a\x7f", "a" * 4097])
async def test_what_can_be_no_code_is_sent_to_nobody(code: str) -> None:  # RFC 6749 §A.11
    upstream = UpstreamDouble()
    upstream.instead[TOKEN] = Response(status=500, headers={}, body=b"")
    error = await refused(upstream, sent={**ANSWER, "code": code})
    assert not error.unavailable, "whoever makes one up tells nothing of whether it is up"
    assert TOKEN not in upstream.calls


async def test_the_code_is_sent_with_pkce_and_our_secret_form_encoded() -> None:  # RFC 6749 §2.3.1, §4.1.3
    upstream = UpstreamDouble()
    await redeem(upstream)
    assert upstream.posted == {
        "grant_type": "authorization_code",
        "code": "upstream-code",
        "redirect_uri": CALLBACK,
        "code_verifier": make.CODE_VERIFIER,
    }
    scheme, _, encoded = upstream.sent_headers[TOKEN]["authorization"].partition(" ")
    assert scheme == "Basic"
    pair = b64decode(encoded).decode().split(":")
    assert [unquote_plus(half) for half in pair] == ["haiphong-id", "a secret: 100%"]
    assert upstream.sent_headers[USERINFO] == {"authorization": "Bearer upstream-access-token"}


async def test_the_browser_is_sent_with_a_challenge() -> None:  # RFC 7636 §4.3
    location = urlsplit(await _url(UpstreamDouble().relying_party()))
    assert f"{location.scheme}://{location.netloc}{location.path}" == f"{ISSUER}/oauth2/authorize"
    assert dict(parse_qsl(location.query)) == {
        "response_type": "code",
        "client_id": "haiphong-id",
        "redirect_uri": CALLBACK,
        "code_challenge": make.CODE_CHALLENGE,
        "code_challenge_method": "S256",
        "state": "ours",
    }


async def test_an_authorization_endpoint_may_have_a_query_of_its_own() -> None:  # RFC 6749 §3.1
    upstream = UpstreamDouble()
    upstream.metadata["authorization_endpoint"] += "?tenant=city"
    query = parse_qs(urlsplit(await _url(upstream.relying_party())).query)
    assert query["tenant"] == ["city"]
    assert query["state"] == ["ours"]


class TestWhatComesBack:
    """The query of the callback – Core §3.1.2.6, RFC 9207 §2.4, RFC 9700 §4.4 (mix-up)."""

    @pytest.mark.parametrize("iss", [None, "", "https://another.example", ISSUER + "/", ISSUER.upper()])
    async def test_another_issuer_s_answer_is_not_redeemed(self, iss: str | None) -> None:
        upstream = UpstreamDouble()
        sent = {name: value for name, value in {**ANSWER, "iss": iss}.items() if value is not None}
        error = await refused(upstream, sent=sent)
        assert "another issuer" in error.reason
        assert not isinstance(error, UpstreamDenied)
        assert TOKEN not in upstream.calls

    async def test_iss_may_be_missing_only_where_it_was_never_promised(self) -> None:  # RFC 9207 §2.4
        upstream = UpstreamDouble()
        upstream.metadata["authorization_response_iss_parameter_supported"] = False
        await redeem(upstream, sent={"code": "upstream-code"})
        await refused(upstream, sent={**ANSWER, "iss": "https://another.example"})

    @pytest.mark.parametrize("code", [{}, {"code": ""}])
    async def test_without_a_code_there_is_nothing_toredeem(self, code: dict[str, str]) -> None:
        upstream = UpstreamDouble()
        assert "no code" in (await refused(upstream, sent={"iss": ISSUER, **code})).reason

    @pytest.mark.parametrize(
        ("error", "kind", "unavailable"),
        [
            ("access_denied", UpstreamDenied, False),
            ("login_required", UpstreamDenied, False),
            ("<script>", UpstreamDenied, False),
            ("server_error", UpstreamError, False),
            ("temporarily_unavailable", UpstreamError, False),
        ],
    )
    async def test_an_error_is_told_apart_from_a_fault(
        self, error: str, kind: type[UpstreamError], unavailable: bool
    ) -> None:
        upstream = UpstreamDouble()
        refusal = await refused(upstream, sent={"error": error, "code": "x", "iss": ISSUER})
        assert type(refusal) is kind
        assert refusal.unavailable is unavailable
        assert error not in refusal.reason
        assert upstream.calls == [METADATA]

    async def test_an_error_of_another_issuer_is_not_the_person_s_no(self) -> None:  # RFC 9207 §2.4
        refusal = await refused(UpstreamDouble(), sent={"error": "access_denied", "iss": "https://evil.test"})
        assert not isinstance(refusal, UpstreamDenied)


class TestTokenAnswer:
    """The token endpoint's answer – RFC 6749 §5.1, Core §3.1.3.3."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"access_token": None},
            {"access_token": ""},
            {"access_token": 1},
            {"access_token": "a b"},
            {"access_token": "a\r\nx-header: b"},
            {"access_token": "ễ"},
            {"access_token": "x" * 9000},
            {"token_type": None},
            {"token_type": "DPoP"},
            {"token_type": "mac"},
            {"token_type": ["Bearer"]},
            {"id_token": None},
            {"id_token": 1},
            {"id_token": {}},
        ],
        ids=lambda changes: str(changes)[:40],
    )
    async def test_a_part_that_is_not_right_is_a_refusal(self, changes: dict[str, Any]) -> None:
        upstream = UpstreamDouble()
        upstream.token_answer |= changes
        assert "token answer" in (await refused(upstream)).reason
        assert USERINFO not in upstream.calls

    @pytest.mark.parametrize("name", ["access_token", "token_type"])
    async def test_a_part_that_is_missing_is_a_refusal(self, name: str) -> None:
        upstream = UpstreamDouble()
        del upstream.token_answer[name]
        assert name in (await refused(upstream)).reason

    @pytest.mark.parametrize("token_type", ["bearer", "BEARER"])
    async def test_the_type_is_read_in_any_letter_case(self, token_type: str) -> None:  # RFC 6749 §5.1
        upstream = UpstreamDouble()
        upstream.token_answer["token_type"] = token_type
        await redeem(upstream)


@pytest.mark.parametrize("url", [METADATA, TOKEN, JWKS, USERINFO])
@pytest.mark.parametrize(
    ("instead", "unavailable"),
    [
        (TIMEOUT, True),
        (FetchFailed(FetchFailure.REFUSED), True),
        (answer({}, status=500), True),
        (answer({}, status=503), True),
        (answer({"error": "invalid_grant"}, status=400), False),
        (answer({}, status=302), False),
        (answer({}, status=201), False),
    ],
    ids=["timeout", "refused", "500", "503", "400", "302", "201"],
)
async def test_a_fault_of_theirs_counts_and_a_no_of_theirs_does_not(
    url: str, instead: Any, unavailable: bool
) -> None:
    upstream = UpstreamDouble()
    upstream.instead[url] = instead
    error = await refused(upstream)
    assert error.unavailable is unavailable
    assert not isinstance(error, UpstreamDenied)


@pytest.mark.parametrize("url", [METADATA, TOKEN, USERINFO])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"text"',
        b"null",
        b"<html>",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b'{"sub":"subject-1","sub":"other"}',
        b'{"sub":NaN}',
        b'{"sub":"\\ud800"}',
        b'{"sub":"\\u0000"}',
        b'{"n":' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: ascii(body)[:20],
)
async def test_what_is_not_one_clean_json_object_is_a_fault_of_theirs(url: str, body: bytes) -> None:
    upstream = UpstreamDouble()
    upstream.instead[url] = answer(body)
    assert (await refused(upstream)).unavailable


@pytest.mark.parametrize("sub", ["somebody-else", "", None, 1, "SUBJECT-1", ["subject-1"]])
async def test_userinfo_of_another_subject_is_a_refusal(sub: Any) -> None:  # Core §5.3.2; E03
    upstream = UpstreamDouble()
    upstream.userinfo["sub"] = sub
    error = await refused(upstream)
    assert "another subject" in error.reason
    assert not error.unavailable


async def test_userinfo_without_a_subject_is_a_refusal() -> None:  # Core §5.3.2
    upstream = UpstreamDouble()
    del upstream.userinfo["sub"]
    await refused(upstream)


async def test_nothing_of_the_person_is_printed() -> None:
    signed_in = await redeem(UpstreamDouble())
    assert "subject-1" not in repr(signed_in)
    assert "Hương" not in repr(signed_in)
