"""Its certificate has expired: whoever reads the log is told so, and not only that nobody answered (docs/runbooks)."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from federation.fetch import FetchFailed, FetchFailure
from federation.oidc import OidcUpstream
from federation.upstream import UpstreamError
from tests.conformance.throwaway_ca import ThrowawayCa
from tests.federation.fetch_peers import Names, fetching, serving

pytestmark = pytest.mark.network
_LOOPBACK = Names(["127.0.0.1"])


def _expired(ca: ThrowawayCa) -> ssl.SSLContext:
    pair = ca.issue("national.localhost", lifetime=timedelta(hours=-1))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.certificate, pair.key)
    return context


async def test_the_reason_of_a_look_at_the_national_system_says_so(tmp_path: Path) -> None:
    ca = ThrowawayCa(tmp_path)
    async with serving(tls=_expired(ca)) as peer:
        issuer = f"https://national.localhost:{peer.port}"
        async with fetching(issuer, resolve=_LOOPBACK, ca_bundle=ca.certificate) as fetcher:
            upstream = OidcUpstream(
                fetcher, issuer=issuer, client_id="c", client_secret="s", redirect_uri="https://id.example/cb"
            )
            with pytest.raises(UpstreamError) as failed:
                await upstream.probe(now=datetime.now(UTC))
    assert "certificate has expired" in failed.value.reason
    assert failed.value.unavailable


async def test_what_a_peer_sent_is_in_no_reason() -> None:
    async with (
        serving(b"HTTP/1.1 200 OK\r\n031184990001 Nguyen\r\n\r\n") as peer,
        fetching(peer.origin) as fetcher,
    ):
        with pytest.raises(FetchFailed) as failed:
            await fetcher.get(peer.origin)
    assert failed.value.reason is FetchFailure.BAD_RESPONSE
    assert "031184990001" not in failed.value.in_full()
