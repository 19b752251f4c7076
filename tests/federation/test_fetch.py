"""Calls to other people's servers – battery row D01 (SSRF), bounds on size and time."""

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from federation.fetch import Fetcher, FetchFailed, FetchFailure, Resolve, check_url, origin_of

Reply = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

REFUSED_URLS = [
    "http://rp.example/keys",
    "http://rp.example:443/keys",
    "file:///etc/passwd",
    "gopher://rp.example:443/_x",
    "ftp://rp.example/keys",
    "data:application/json,{}",
    "ws://rp.example/",
    "//rp.example/keys",
    "rp.example/keys",
    "/keys",
    "",
    "https://",
    "https:///keys",
    "https:rp.example",
    "HTTPS://rp.example/",
    "https://127.0.0.1/keys",
    "https://127.0.0.1:8443/keys",
    "https://[::1]/keys",
    "https://0.0.0.0/",
    "https://0/",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:a00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fd00::1]/",
    "https://8.8.8.8/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://127.1/",
    "https://1.0x7f/",
    "https://localhost/",
    "https://localhost./",
    "https://LOCALHOST/",
    "https://rp.example./",
    "https://metadata/",
    "https://rp..example/",
    "https://.rp.example/",
    "https://-rp.example/",
    "https://rp-.example/",
    "https://rp_x.example/",
    f"https://{'a' * 64}.example/",
    f"https://{'a.' * 127}example/",
    "https://rp.example:22/",
    "https://rp.example:25/",
    "https://rp.example:80/",
    "https://rp.example:5432/",
    "https://rp.example:6379/",
    "https://rp.example:0/",
    "https://rp.example:65979/",
    "https://rp.example:443443/",
    "https://rp.example:/",
    "https://rp.example:443:443/",
    "https://user@rp.example/",
    "https://user:secret@rp.example/",
    "https://rp.example@127.0.0.1/",
    "https://127.0.0.1\\@rp.example/",
    "https://rp.example\\@127.0.0.1/",
    "https://rp.example#@127.0.0.1/",
    "https://rp.example/#fragment",
    "https://rp.example/ keys",
    "https://rp.example/\r\nHost: x",
    "https://rp.example/\0",
    " https://rp.example/",
    "https://rp.example/\n",
    "https://rp.exam\tple/",
    "https://rp%2eexample/",
    "https://rp。example/",
    "https://１２７.0.0.1/",
    "https://ⓛocalhost.example/",
    "https://cổng.example/",
    f"https://rp.example/{'a' * 2048}",
]

REFUSED_ADDRESSES = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
]


class Peer:
    """A server on loopback that notes what it is sent."""

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[bytes] = []
        self.connections: list[str] = []

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"


@asynccontextmanager
async def serving(
    reply: bytes | Reply = OK, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Peer]:
    peer = Peer()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer.connections.append(writer.get_extra_info("sockname")[0])
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            body = await reader.readexactly(int(lengths[0].split(b":")[1])) if lengths else b""
            peer.requests.append(head + body)
            if isinstance(reply, bytes):
                writer.write(reply)
                await writer.drain()
            else:
                await reply(head, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, 0, ssl=tls)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()


@asynccontextmanager
async def fetching(
    *origins: str,
    resolve: Resolve | None = None,
    total_timeout: float = 5.0,
    max_bytes: int = 1000,
    ca_bundle: Path | None = None,
) -> AsyncIterator[Fetcher]:
    fetcher = Fetcher(
        allowed_loopback=frozenset(origins),
        resolve=resolve,
        connect_timeout=1.0,
        total_timeout=total_timeout,
        max_bytes=max_bytes,
        ca_bundle=ca_bundle,
    )
    try:
        yield fetcher
    finally:
        await fetcher.aclose()


class Names:
    """A resolver that gives the prepared answers in turn, the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def failure(call: Awaitable[object]) -> FetchFailure:
    with pytest.raises(FetchFailed) as failed:
        await call
    assert str(failed.value) == f"fetch failed: {failed.value.reason.value}"
    return failed.value.reason


@pytest.mark.parametrize("url", REFUSED_URLS)
async def test_a_url_we_never_call_is_refused_before_its_name_is_asked_for(url: str) -> None:
    names = Names(["93.184.215.14"])
    async with fetching(resolve=names) as fetcher:
        for call in (fetcher.get(url), fetcher.post_form(url, {}), fetcher.check(url)):
            assert await failure(call) is FetchFailure.REFUSED
    with pytest.raises(FetchFailed):
        check_url(url)
    assert names.asked == []


@pytest.mark.network
@pytest.mark.parametrize("address", REFUSED_ADDRESSES)
async def test_a_name_that_leads_to_an_address_of_ours_is_refused_and_nothing_is_sent(address: str) -> None:
    async with serving() as canary:
        for answer in ([address], ["93.184.215.14", address], [address, "93.184.215.14"]):
            names = Names(answer)
            async with fetching(resolve=names) as fetcher:
                for call in (fetcher.get, fetcher.check):
                    assert await failure(call("https://rp.example:8443/keys")) is FetchFailure.REFUSED
            assert names.asked == [("rp.example", 8443)] * 2
        assert canary.connections == []


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "113.160.1.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
)
async def test_a_name_that_leads_to_a_public_address_passes_the_check(address: str) -> None:
    async with fetching(resolve=Names([address])) as fetcher:
        await fetcher.check("https://rp.example/keys?x=1")
        await fetcher.check("https://RP.Example:8443")


@pytest.mark.network
async def test_a_name_that_changes_its_mind_after_the_check_gains_nothing() -> None:
    async with serving() as canary:
        names = Names(["93.184.215.14"], ["127.0.0.1"])
        async with fetching(resolve=names) as fetcher:
            await fetcher.check("https://rp.example/keys")
            assert await failure(fetcher.get("https://rp.example/keys")) is FetchFailure.REFUSED
        assert len(names.asked) == 2
        assert canary.connections == []


@pytest.mark.network
async def test_the_connection_goes_to_the_address_that_was_checked_and_the_name_is_asked_for_once() -> None:
    async with serving(host="127.0.0.2") as peer:
        names = Names(["127.0.0.2"], ["127.0.0.1"])
        origin = f"http://rp.localhost:{peer.port}"
        async with fetching(origin, resolve=names) as fetcher:
            assert (await fetcher.get(f"{origin}/keys")).status == 200
        assert names.asked == [("rp.localhost", peer.port)]
        assert peer.connections == ["127.0.0.2"]
        assert f"Host: rp.localhost:{peer.port}\r\n".lower().encode() in peer.requests[0].lower()


@pytest.mark.network
async def test_an_allowed_origin_must_stay_on_this_machine() -> None:
    async with serving() as peer:
        for answer in (["93.184.215.14"], ["127.0.0.1", "93.184.215.14"], ["10.0.0.1"], ["::ffff:127.0.0.1"]):
            async with fetching(peer.origin, resolve=Names(answer)) as fetcher:
                assert await failure(fetcher.get(peer.origin)) is FetchFailure.REFUSED
        assert peer.connections == []


@pytest.mark.network
async def test_only_the_exact_origin_is_allowed() -> None:
    async with serving() as peer, serving() as other:
        async with fetching(peer.origin) as fetcher:
            assert (await fetcher.get(f"{peer.origin}/any/path?and=query")).body == b"{}"
            for url in (
                other.origin,
                f"https://localhost:{peer.port}/",
                f"http://127.0.0.1:{peer.port}/",
                f"http://[::1]:{peer.port}/",
                f"http://localhost.:{peer.port}/",
                f"http://a@localhost:{peer.port}/",
                f"http://localhost:{peer.port}/#f",
            ):
                assert await failure(fetcher.get(url)) is FetchFailure.REFUSED
        assert other.connections == []
        assert len(peer.requests) == 1


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


def certificate_files(folder: Path, name: str) -> tuple[Path, Path]:
    """Return a self-signed certificate of that name and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name[0].isdigit():
        names = [x509.IPAddress(ip_address(name))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    return folder / "certificate.pem", folder / "key.pem"


@pytest.mark.network
@pytest.mark.parametrize("called", ["rp.localhost", "other.localhost"])
@pytest.mark.parametrize("trusted", [True, False])
async def test_tls_is_checked_against_the_name_and_not_the_address(
    tmp_path: Path, called: str, *, trusted: bool
) -> None:
    certificate, key = certificate_files(tmp_path, "rp.localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    asked_for: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    async with serving(tls=context) as peer:
        origin = f"https://{called}:{peer.port}"
        bundle = certificate if trusted else None
        async with fetching(origin, resolve=Names(["127.0.0.1"]), ca_bundle=bundle) as fetcher:
            if trusted and called == "rp.localhost":
                assert (await fetcher.get(f"{origin}/keys")).status == 200
            else:
                assert await failure(fetcher.get(f"{origin}/keys")) is FetchFailure.UNREACHABLE
                assert peer.requests == []
        assert asked_for == [called]


@pytest.mark.network
async def test_a_certificate_of_the_address_does_not_stand_for_the_name(tmp_path: Path) -> None:
    certificate, key = certificate_files(tmp_path, "127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    async with serving(tls=context) as peer:
        origin = f"https://rp.localhost:{peer.port}"
        async with fetching(origin, resolve=Names(["127.0.0.1"]), ca_bundle=certificate) as fetcher:
            assert await failure(fetcher.get(origin)) is FetchFailure.UNREACHABLE
        assert peer.requests == []


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


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://rp.example", "https://rp.example"),
        ("https://RP.Example:443/a?b=https://x", "https://rp.example"),
        ("http://localhost:80/", "http://localhost"),
        ("http://localhost:08001/", "http://localhost:8001"),
        ("https://rp.example:8443/", "https://rp.example:8443"),
        ("http://[::1]:8001/x", "http://[::1]:8001"),
    ],
)
def test_the_origin_of_a_url_leaves_out_what_goes_without_saying(
    url: str, origin: str
) -> None:  # RFC 6454 §6.2
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url", ["", "rp.example", "javascript:alert(1)", "https://a@b.example", "https://b.example:0"]
)
def test_what_has_no_origin_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - two sentences of ours
        origin_of(url)


def test_an_allowed_origin_that_is_none_stops_the_start() -> None:
    with pytest.raises(ValueError, match="URL"):
        Fetcher(allowed_loopback=frozenset({"localhost:8001"}))


def test_a_ca_bundle_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Fetcher(ca_bundle=tmp_path / "missing.pem")
