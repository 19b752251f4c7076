"""Reading an upstream's metadata and keys – OpenID Connect Discovery §4.3, RFC 8414 §3.3; SECURITY D03, E03."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from federation.fetch import FetchFailed, FetchFailure, Response
from federation.oidc import OidcUpstream
from federation.upstream import UpstreamError
from tests import make
from tests.federation.upstream_double import (
    ISSUED,
    ISSUER,
    JWKS,
    METADATA,
    UpstreamDouble,
    answer,
    redeem,
    refused,
)
from tests.keys.forge import keys

TIMEOUT = FetchFailed(FetchFailure.TIMEOUT)
DAY = timedelta(days=1)


async def _url(us: OidcUpstream, now: datetime = make.NOW) -> str:
    return await us.authorization_url(now=now, code_verifier=make.CODE_VERIFIER, parameters={"state": "ours"})


class TestKeys:
    """Reading their keys: again for an unknown kid, hourly, never oftener than once in 30 s – E03, D03."""

    async def test_an_unknown_kid_is_looked_up_once_and_then_refused(self) -> None:
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        await redeem(upstream, us=us)
        upstream.sign = keys()["ed"].token
        later = make.NOW + make.MINUTE
        for _ in range(3):
            error = await refused(upstream, us=us, now=later)
            assert "no key" in error.reason
        assert upstream.calls.count(JWKS) == 2

    async def test_a_new_key_of_theirs_is_found(self) -> None:
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        await redeem(upstream, us=us)
        upstream.kids, upstream.sign = ["p256", "ed"], keys()["ed"].token
        await redeem(upstream, us=us, now=make.NOW + make.MINUTE)
        assert upstream.calls.count(JWKS) == 2

    async def test_not_within_thirty_seconds_of_the_last_time(self) -> None:
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        await redeem(upstream, us=us)
        upstream.kids, upstream.sign = ["ed"], keys()["ed"].token
        await refused(upstream, us=us, now=make.NOW + timedelta(seconds=29))
        assert upstream.calls.count(JWKS) == 1
        await redeem(upstream, us=us, now=make.NOW + timedelta(seconds=30))
        assert upstream.calls.count(JWKS) == 2

    async def test_not_waiting_for_a_clock_that_was_set_back(self) -> None:
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        await redeem(upstream, us=us)
        upstream.kids, upstream.sign = ["ed"], keys()["ed"].token
        await redeem(upstream, us=us, now=make.NOW - timedelta(seconds=2))
        assert upstream.calls.count(JWKS) == 2

    async def test_a_key_they_withdrew_is_dead_within_the_hour(self) -> None:
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        await redeem(upstream, us=us)
        upstream.kids = ["ed"]
        upstream.claims |= {"iat": ISSUED + 3600, "exp": ISSUED + 3900}
        await refused(upstream, us=us, now=make.NOW + make.HOUR)

    async def test_the_last_good_keys_serve_while_theirs_can_not_be_read(self) -> None:
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        await redeem(upstream, us=us)
        upstream.instead[JWKS] = TIMEOUT
        upstream.claims |= {"iat": ISSUED + 7200, "exp": ISSUED + 7500}
        await redeem(upstream, us=us, now=make.NOW + 2 * make.HOUR)

    async def test_but_not_for_longer_than_a_day_whoever_asks(self) -> None:
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        await redeem(upstream, us=us)
        upstream.instead[JWKS] = TIMEOUT
        day = 24 * 3600
        upstream.claims |= {"iat": ISSUED + day, "exp": ISSUED + day + 300}
        for seconds in (0, 1, 29, 30, 31):
            await refused(upstream, us=us, now=make.NOW + DAY + timedelta(seconds=seconds))

    async def test_but_an_unknown_kid_is_not_forgiven_for_it(self) -> None:
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        await redeem(upstream, us=us)
        upstream.instead[JWKS], upstream.sign = TIMEOUT, keys()["ed"].token
        error = await refused(upstream, us=us, now=make.NOW + make.MINUTE)
        assert error.unavailable

    @pytest.mark.parametrize(
        "body", [b"", b"{}", b'{"keys":{}}', b"[" * 9000, b'{"keys":[],"keys":[]}', b"x" * 70000]
    )
    async def test_what_is_no_key_set_is_a_fault_of_theirs(self, body: bytes) -> None:
        upstream = UpstreamDouble()
        upstream.instead[JWKS] = answer(body)
        assert (await refused(upstream)).unavailable

    async def test_a_set_without_a_key_we_trust_is_a_refusal(self) -> None:
        upstream = UpstreamDouble()
        upstream.kids = []
        assert "no key" in (await refused(upstream)).reason


WRONG_METADATA: list[dict[str, Any]] = [
    {"issuer": "https://another.example"},
    {"issuer": ISSUER + "/"},
    {"issuer": ISSUER.upper()},
    {"issuer": None},
    {"issuer": [ISSUER]},
    *(
        {name: value}
        for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        for value in (
            None,
            1,
            "",
            "/oauth2/token",
            "https://another.example/x",
            "https://upstream.example:8443/x",
            "http://upstream.example/x",
            "https://upstream.example@evil.test/x",
            "https://upstream.example.evil.test/x",
            "http://127.0.0.1:8000/token",
            "ftp://upstream.example/x",
            "javascript:alert(1)",
            "https://upstream.example/x#f",
            "https://[::1",
        )
    ),
]


class TestMetadata:
    """Discovery bound to the issuer – Discovery §4.3, RFC 8414 §3.3, RFC 9700 §4.4; D03."""

    @pytest.mark.parametrize("changes", WRONG_METADATA, ids=str)
    async def test_of_another_issuer_or_origin_it_is_refused(self, changes: dict[str, Any]) -> None:
        upstream = UpstreamDouble()
        upstream.metadata |= changes
        with pytest.raises(UpstreamError, match="metadata"):
            await _url(upstream.relying_party())
        assert upstream.calls == [METADATA]

    @pytest.mark.parametrize("changes", WRONG_METADATA[:12], ids=str)
    async def test_then_the_last_good_copy_is_kept(self, changes: dict[str, Any]) -> None:
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        before = await _url(us)
        upstream.metadata |= changes
        assert await _url(us, make.NOW + 2 * make.HOUR) == before

    async def test_a_missing_endpoint_is_a_refusal(self) -> None:
        for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
            upstream = UpstreamDouble()
            del upstream.metadata[name]
            with pytest.raises(UpstreamError, match=name):
                await _url(upstream.relying_party())

    async def test_it_is_read_once_an_hour(self) -> None:
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        for minutes, times in ((0, 1), (1, 1), (59, 1), (60, 2), (61, 2), (120, 3)):
            await _url(us, make.NOW + minutes * make.MINUTE)
            assert upstream.calls == [METADATA] * times

    async def test_while_it_fails_it_is_tried_every_thirty_seconds_for_a_day(self) -> None:
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        await _url(us)
        upstream.instead[METADATA] = TIMEOUT
        for seconds, times in ((3600, 2), (3601, 2), (3629, 2), (3630, 3)):
            await _url(us, make.NOW + timedelta(seconds=seconds))
            assert upstream.calls == [METADATA] * times
        for seconds in (0, 1, 29, 30, 31):  # not only for who asks first
            with pytest.raises(UpstreamError) as refusal:
                await _url(us, make.NOW + DAY + timedelta(seconds=seconds))
            assert refusal.value.unavailable

    async def test_without_a_good_copy_every_call_says_so(self) -> None:
        upstream = UpstreamDouble()
        upstream.instead[METADATA] = TIMEOUT
        us = upstream.relying_party()
        for _ in range(2):
            with pytest.raises(UpstreamError) as refusal:
                await _url(us)
            assert refusal.value.unavailable
        del upstream.instead[METADATA]
        assert await _url(us)

    async def test_an_issuer_that_ends_in_a_slash_has_its_document_below_it(self) -> None:  # Discovery §4.1
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        us.issuer = upstream.metadata["issuer"] = ISSUER + "/"
        await _url(us)
        assert upstream.calls == [METADATA]


class TestProbe:
    """Looking whether it is there, though nobody goes – DOMAIN 3.6."""

    async def test_a_look_reads_both_anew_and_nobody_who_signs_in_waits_for_them(self) -> None:
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        for number in range(3):
            await us.probe(now=make.NOW + number * 10 * make.SECOND)
        assert upstream.calls == [METADATA, JWKS] * 3
        upstream.calls.clear()
        await redeem(upstream, us=us, now=make.NOW + 20 * make.SECOND)
        assert METADATA not in upstream.calls
        assert JWKS not in upstream.calls

    async def test_a_look_does_not_put_off_the_one_reading_for_a_new_key(self) -> None:  # SECURITY R22
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        await us.probe(now=make.NOW)
        upstream.kids, upstream.sign = ["ed"], keys()["ed"].token
        await redeem(upstream, us=us, now=make.NOW + make.SECOND)

    @pytest.mark.parametrize("url", [METADATA, JWKS])
    @pytest.mark.parametrize("instead", [TIMEOUT, answer({}, status=500), answer({}), answer(b"<html>")])
    async def test_what_is_not_there_or_not_as_it_should_is_told(
        self, url: str, instead: Response | FetchFailed
    ) -> None:
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        await us.probe(now=make.NOW)
        before = await _url(us)
        upstream.instead[url] = instead
        with pytest.raises(UpstreamError):
            await us.probe(now=make.NOW + make.MINUTE)
        assert await _url(us, make.NOW + make.MINUTE) == before, "the last good copy is kept"

    async def test_those_who_ask_while_it_is_read_share_one_reading(self) -> None:
        upstream = UpstreamDouble()
        us = upstream.relying_party()
        await asyncio.gather(*(_url(us) for _ in range(20)))
        assert upstream.calls == [METADATA]
