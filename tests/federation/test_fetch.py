"""What calls to other people's servers send and take: bounds on size and time, nothing kept, one error."""

import asyncio
import logging
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from federation.fetch import Fetcher, FetchFailure, UnusableCaBundle
from tests.federation.fetch_peers import OK, Names, Reply, failure, fetching, serving


@pytest.mark.network
async def test_what_is_sent_is_plain_and_says_who_it_is_for() -> None:
    async with serving() as peer, fetching(peer.origin) as fetcher:
        await fetcher.get(
            f"{peer.origin}/a?b=c", headers={"Authorization": "Bearer x", "Host": "evil.example"}
        )
        await fetcher.post_form(f"{peer.origin}/t", {"code": "a b&c", "tên": "Hòa"}, headers={"X-A": "1"})
    get, post = (request.decode() for request in peer.requests)
    assert get.startswith("GET /a?b=c HTTP/1.1\r\n")
    assert "authorization: bearer x" in get.lower()
    assert "evil" not in get
    assert "accept-encoding: identity" in get.lower()
    assert "accept: application/json" in get.lower()
    assert post.startswith("POST /t HTTP/1.1\r\n")
    assert "content-type: application/x-www-form-urlencoded" in post.lower()
    assert post.endswith("\r\n\r\ncode=a+b%26c&t%C3%AAn=H%C3%B2a")


@pytest.mark.network
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    async with serving() as canary:
        answer = (
            f"HTTP/1.1 {status} Moved\r\nLocation: {canary.origin}/\r\nContent-Length: 0\r\n\r\n".encode()
        )
        async with serving(answer) as peer, fetching(peer.origin, canary.origin) as fetcher:
            for response in (
                await fetcher.get(peer.origin),
                await fetcher.post_form(peer.origin, {"a": "b"}),
            ):
                assert (response.status, response.headers["location"]) == (status, f"{canary.origin}/")
        assert canary.connections == []


@pytest.mark.network
async def test_no_cookie_comes_back_and_no_connection_is_used_twice() -> None:
    answer = OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b\r\nConnection: keep-alive\r\n\r\n")
    async with serving(answer) as peer, fetching(peer.origin) as fetcher:
        for _ in range(3):
            await fetcher.get(peer.origin)
    assert len(peer.connections) == 3
    assert not any(b"cookie" in request.lower() for request in peer.requests)


@pytest.mark.network
async def test_proxies_and_netrc_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine localhost login a password b\n")
    (tmp_path / ".netrc").chmod(0o600)
    async with serving() as canary, serving() as peer:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, canary.origin)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        async with fetching(peer.origin) as fetcher:
            await fetcher.get(peer.origin)
        assert canary.connections == []
        assert b"authorization" not in peer.requests[0].lower()


def body(size: int, *, declared: bool) -> bytes:
    length = f"Content-Length: {size}\r\n" if declared else "Connection: close\r\n"
    return f"HTTP/1.1 200 OK\r\n{length}\r\n".encode() + b"x" * size


@pytest.mark.network
@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_is_taken_up_to_the_limit_and_no_further(*, declared: bool) -> None:
    async with serving(body(1000, declared=declared)) as peer, fetching(peer.origin) as fetcher:
        assert len((await fetcher.get(peer.origin)).body) == 1000
    for size in (1001, 5_000_000):
        async with serving(body(size, declared=declared)) as peer, fetching(peer.origin) as fetcher:
            assert await failure(fetcher.get(peer.origin)) is FetchFailure.TOO_LARGE


@pytest.mark.network
async def test_a_body_in_crumbs_is_cut_off() -> None:
    """A chunk costs a processor the same whether it holds a byte or a thousand: 256 KiB byte by byte took seconds."""

    def crumbs(count: int) -> bytes:
        return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * count + b"0\r\n\r\n"

    async with serving(crumbs(1000)) as peer, fetching(peer.origin, max_bytes=256 * 1024) as fetcher:
        assert len((await fetcher.get(peer.origin)).body) == 1000
    async with serving(crumbs(20_000)) as peer, fetching(peer.origin, max_bytes=256 * 1024) as fetcher:
        assert await failure(fetcher.get(peer.origin)) is FetchFailure.TOO_LARGE


@pytest.mark.network
@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 5000000\r\n\r\n" + b"x" * 5_000_000,
        b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"Content-Length: 99\r\n\r\ncut off",
        b"Transfer-Encoding: chunked\r\n\r\nno chunk\r\n",
        b"Content-Length: 0\r\n\r\n",
    ],
    ids=["large", "compressed", "cut off", "garbled", "empty"],
)
async def test_what_was_told_is_settled_by_the_status_whatever_follows(rest: bytes) -> None:
    """Whoever was told has answered: to tell them again because of what they said beside it would be twice."""
    async with serving(b"HTTP/1.1 200 OK\r\n" + rest) as peer, fetching(peer.origin) as fetcher:
        assert await fetcher.tell_form(peer.origin, {"a": "b"}) == 200
        assert await fetcher.tell_json(peer.origin, b"{}") == 200
    assert len(peer.requests) == 2


@pytest.mark.network
async def test_who_was_told_and_goes_on_talking_is_not_listened_to_for_long() -> None:
    async def drip(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1\r\nx\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with serving(drip) as peer, fetching(peer.origin, total_timeout=5.0) as fetcher:
        began = time.monotonic()
        assert await fetcher.tell_form(peer.origin, {"a": "b"}) == 200
        assert time.monotonic() - began < 4


@pytest.mark.network
async def test_an_endless_body_is_cut_off() -> None:
    async def endless(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10\r\n0123456789abcdef\r\n")
            await writer.drain()

    async with serving(endless) as peer, fetching(peer.origin) as fetcher:
        assert await failure(fetcher.get(peer.origin)) is FetchFailure.TOO_LARGE


async def slow_head(_head: bytes, writer: asyncio.StreamWriter) -> None:
    for byte in OK:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def slow_body(_head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
    for _ in range(900):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def silence(_head: bytes, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(2)


@pytest.mark.network
@pytest.mark.parametrize("reply", [slow_head, slow_body, silence])
async def test_a_slow_answer_is_given_up_after_the_total_time(reply: Reply) -> None:
    async with serving(reply) as peer, fetching(peer.origin, total_timeout=0.4) as fetcher:
        start = time.monotonic()
        assert await failure(fetcher.get(peer.origin)) is FetchFailure.TIMEOUT
        assert time.monotonic() - start < 1.5


async def test_a_slow_resolver_counts_into_the_total_time() -> None:
    async def never(_host: str, _port: int) -> Sequence[str]:
        await asyncio.sleep(5)
        return []

    async with fetching(resolve=never, total_timeout=0.2) as fetcher:
        for call in (fetcher.get, fetcher.check):
            assert await failure(call("https://rp.example/")) is FetchFailure.TIMEOUT


@pytest.mark.network
@pytest.mark.parametrize(
    "answer",
    [
        OK.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"),
        OK.replace(b"\r\n\r\n", b"\r\nContent-Encoding: br\r\n\r\n"),
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"",
    ],
)
async def test_an_answer_that_is_not_plain_http_is_a_bad_response(answer: bytes) -> None:
    async with serving(answer) as peer, fetching(peer.origin) as fetcher:
        assert await failure(fetcher.get(peer.origin)) is FetchFailure.BAD_RESPONSE


@pytest.mark.network
async def test_a_closed_port_and_an_unknown_name_are_unreachable() -> None:
    async with serving() as peer:
        closed = peer.origin
    async with fetching(closed, resolve=Names(["127.0.0.1"])) as fetcher:
        assert await failure(fetcher.get(closed)) is FetchFailure.UNREACHABLE
    async with fetching(resolve=Names([])) as fetcher:
        assert await failure(fetcher.get("https://rp.example/")) is FetchFailure.UNREACHABLE


@pytest.mark.network
async def test_the_next_address_of_a_name_is_tried_when_one_does_not_connect() -> None:
    async with serving() as peer:
        async with fetching(peer.origin, resolve=Names(["127.0.0.3", "::1", "127.0.0.1"])) as fetcher:
            assert (await fetcher.post_form(peer.origin, {"a": "b"})).status == 200
        assert len(peer.requests) == 1


@pytest.mark.network
async def test_what_is_posted_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with serving() as peer, fetching(peer.origin) as fetcher:
            await fetcher.post_form(
                peer.origin, {"code": "c0de-s3cret"}, headers={"Authorization": "Basic s3cret"}
            )
    assert "s3cret" not in caplog.text


@pytest.mark.network
async def test_a_cancelled_call_stays_cancelled() -> None:
    async with serving(silence) as peer, fetching(peer.origin) as fetcher:
        call = asyncio.ensure_future(fetcher.get(peer.origin))
        await asyncio.sleep(0.1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


def test_an_allowed_origin_that_is_none_stops_the_start() -> None:
    with pytest.raises(ValueError, match="URL"):
        Fetcher(allowed_loopback=frozenset({"localhost:8001"}))


def test_a_ca_bundle_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(UnusableCaBundle, match=r"can't be read: No such file"):
        Fetcher(ca_bundle=tmp_path / "missing.pem")
